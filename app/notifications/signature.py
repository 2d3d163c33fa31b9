"""Signed requests between us and the programs of operators and providers. PURE.

The header is `t=SECONDS,v1=HEX`: HMAC-SHA256 with the shared secret over the seconds, a dot and the
body. The time is part of what is signed, so an old request cannot be sent again as a new one.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from app.errors import DomainError

HEADER = "X-Signature"
TOLERANCE = timedelta(minutes=5)
_FORM = re.compile(r"t=(?P<at>\d{1,12}),v1=(?P<mac>[0-9a-f]{64})")


class SignatureWrong(DomainError):
    """The request does not carry the shared secret's signature, or is too old."""

    code: ClassVar[str] = "signature_wrong"
    status = 401


def sign(secret: str, body: bytes, *, now: datetime) -> str:
    """Return the header that signs this body at this moment."""
    at = int(now.timestamp())
    return f"t={at},v1={_mac(secret, at, body)}"


def check(secret: str, header: str, body: bytes, *, now: datetime) -> None:
    """Raise SignatureWrong unless the body was signed with the secret in the last minutes."""
    found = _FORM.fullmatch(header)
    if not secret or not found:
        raise SignatureWrong
    at = int(found["at"])
    right = hmac.compare_digest(_mac(secret, at, body), found["mac"])
    if not right or abs(now - datetime.fromtimestamp(at, UTC)) > TOLERANCE:
        raise SignatureWrong


def _mac(secret: str, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
