"""Text messages through Alibaba Cloud (Dysmsapi 2017-05-25), over its documented HTTP interface.

It sends approved templates only, and knows no key that makes a second call harmless. But it gives
back our key (`OutId`) when asked what it has sent, so after an unclear answer it is asked first.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from app.notifications.channels.acs3 import ApiCall, headers_of
from app.notifications.channels.web import Web
from app.notifications.letter import DeliveryError, Letter
from app.notifications.phone import number_of

VERSION = "2017-05-25"
CHINA = "+86"
BEIJING = timedelta(hours=8)  # the days in which the provider counts

# What will be the same at every try. All else may be over in an hour: limits, an empty account,
# a template that is not approved yet, a key that is being changed.
DEAD = {"isv.MOBILE_NUMBER_ILLEGAL", "MOBILE_NUMBER_ILLEGAL"}
FOR_GOOD = DEAD | {
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.SMS_CONTENT_ILLEGAL",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
    "isv.INVALID_PARAMETERS",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.BLACK_KEY_CONTROL_LIMIT",
}


class AliyunSms:
    """Sends by `SendSms`. `templates` maps `kind.language` or `kind` to the code of an approved template."""

    countries = ""  # to which it sends; none listed are all

    def __init__(
        self,
        url: str,
        *,
        key_id: str,
        secret: str,
        sign_name: str,
        templates: Mapping[str, str],
        timeout: float,
    ) -> None:
        self._url = url
        self._key_id = key_id
        self._secret = secret
        self._sign_name = sign_name
        self._templates = templates
        self._web = Web(timeout)

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        number = number_of(letter.to, self.countries)
        answer = self._call(
            "SendSms",
            {
                "PhoneNumbers": _as_provider_writes(number),
                "SignName": self._sign_name,
                "TemplateCode": self._template(letter),
                "TemplateParam": json.dumps(dict(letter.blanks), ensure_ascii=False),
                "OutId": key,
            },
            now,
        )
        return f"OK {answer.get('BizId', '')}"[:200].strip()

    def was_taken(self, letter: Letter, *, key: str, now: datetime) -> bool:
        """Return whether the provider has a message of this key, sent today or yesterday."""
        number = _as_provider_writes(number_of(letter.to))
        days = (now.astimezone(UTC) + BEIJING, now.astimezone(UTC) + BEIJING - timedelta(days=1))
        return any(self._has(number, key, f"{day:%Y%m%d}", now) for day in days)

    def close(self) -> None:
        self._web.close()

    def _has(self, number: str, key: str, day: str, now: datetime) -> bool:
        wanted = {"PhoneNumber": number, "SendDate": day, "PageSize": "50", "CurrentPage": "1"}
        answer = self._call("QuerySendDetails", wanted, now)
        listed = answer.get("SmsSendDetailDTOs")
        details = listed.get("SmsSendDetailDTO") if isinstance(listed, dict) else None
        if not isinstance(details, list):
            raise DeliveryError("an answer that cannot be read")
        return any(isinstance(each, dict) and each.get("OutId") == key for each in details)

    def _template(self, letter: Letter) -> str:
        for name in (f"{letter.template}.{letter.language}", letter.template):
            if name in self._templates:
                return self._templates[name]
        # It may be approved tomorrow, so the message waits.
        raise DeliveryError(f"no approved template for {letter.template}.{letter.language}")

    def _call(self, action: str, parameters: Mapping[str, str], now: datetime) -> dict[str, Any]:
        call = ApiCall(urlsplit(self._url).netloc, VERSION, action, parameters)
        nonce = secrets.token_hex(16)
        headers = headers_of(call, key_id=self._key_id, secret=self._secret, nonce=nonce, now=now)
        answer = self._web.post(f"{self._url}/?{call.query}", headers=headers)
        code = answer.json.get("Code")
        if code == "OK" and answer.status == 200:
            return answer.json
        if not isinstance(code, str):
            raise DeliveryError(f"{answer.status}, an answer that cannot be read")
        raise DeliveryError(code[:100], permanent=code in FOR_GOOD, dead=code in DEAD)


def _as_provider_writes(number: str) -> str:
    """Return a number of the mainland without its country, and others as country and digits."""
    return number.removeprefix(CHINA) if number.startswith(CHINA) else number.removeprefix("+")
