"""Text messages through any program of the operator's: one signed request for each message.

The body is a JSON object with key, to, text, language, template and blanks. The program answers 2xx
once it has taken the message, and the same to a key that it has taken already. 400 or 422 means
never, with `{"dead": true}` that the number does not work; all else means later.
"""

import json
from datetime import datetime

from app.notifications import signature
from app.notifications.channels.web import Web
from app.notifications.letter import DeliveryError, Letter
from app.notifications.phone import number_of

NEVER = (400, 422)


class WebhookSms:
    """Posts each text message, signed with the shared secret (see app.notifications.signature)."""

    def __init__(self, url: str, *, secret: str, timeout: float, countries: str = "") -> None:
        self._countries = countries
        self._url = url
        self._secret = secret
        self._web = Web(timeout)

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        facts = {
            "key": key,
            "to": number_of(letter.to, self._countries),
            "text": letter.text,
            "language": letter.language,
            "template": letter.template,
            "blanks": dict(letter.blanks),
        }
        body = json.dumps(facts, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            signature.HEADER: signature.sign(self._secret, body, now=now),
        }
        answer = self._web.post(self._url, headers=headers, body=body)
        if 200 <= answer.status < 300:
            return str(answer.status)
        dead = answer.status in NEVER and answer.json.get("dead") is True
        raise DeliveryError(str(answer.status), permanent=answer.status in NEVER, dead=dead)

    def close(self) -> None:
        self._web.close()
