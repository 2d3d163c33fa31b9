"""What an attack leaves behind: one line for each sign-in, refusal, throttled try and forbidden page.

Networks and accounts are keyed fingerprints: lines of one are seen to be of one, and nobody is named. The
key is DATA_KEY's newest, so a rotation begins new fingerprints. docs/runbook.md reads these lines.
"""

import logging

from flask import Flask, Response, g, request

from app.crypto import keyring
from app.web.networks import address_block

log = logging.getLogger("app.security")

# What is refused for what was asked, and not for a slip of the pen.
TOLD = {401: "not_proved", 403: "forbidden", 421: "wrong_host", 429: "throttled"}
SIGNS = 16  # of a fingerprint: enough to tell networks apart, and short in a line
_ACCOUNT = "security_account"


def init_app(app: Flask) -> None:
    app.after_request(_note_refusal)


def about(username: str) -> None:
    """Say which account this request is about, for the line that it may leave."""
    setattr(g, _ACCOUNT, username.strip().lower())


def note(event: str) -> None:
    """Write one line about this request; `event` is a word of ours."""
    log.info(event, extra=_facts())


def _note_refusal(response: Response) -> Response:
    event = TOLD.get(response.status_code)
    if event:
        log.warning(event, extra={**_facts(), "status": response.status_code})
    return response


def _facts() -> dict[str, str]:
    facts = {
        "endpoint": request.endpoint or "",
        "network": _fingerprint(address_block(request.remote_addr or ""), "network"),
    }
    account = g.get(_ACCOUNT)
    return {**facts, "account": _fingerprint(account, "account")} if account else facts


def fingerprint_of(*, account: str = "", address: str = "") -> str:
    """Return how lines name this account, or the network of this address."""
    return _fingerprint(account, "account") if account else _fingerprint(address_block(address), "network")


def _fingerprint(text: str, what: str) -> str:
    return keyring().blind_index(text, purpose=f"security-{what}")[:SIGNS]
