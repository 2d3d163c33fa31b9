"""The keys of approval systems: made and revoked by command, and the signature of each request.

A request is signed with HMAC-SHA256 over its time stamp, method, path and body, so that nobody on the
way can change it. An old one is refused by its time; one sent again is answered by the version it tells.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.codes import new_code
from app.db import db, locking
from app.errors import DomainError, NotFound
from app.intake.models import IntakeKey

TOLERANCE_SECONDS = 300
SECRET_BYTES = 32


class RequestNotSigned(DomainError):
    """Unknown or revoked key, wrong signature, or too old: which of them is not told."""

    code: ClassVar[str] = "request_not_signed"
    status = 401


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers, and the signature."""

    key_id: str
    timestamp: str
    signature: str
    method: str
    path: str
    body: bytes

    def signed_text(self) -> bytes:
        return f"{self.timestamp}\n{self.method}\n{self.path}\n".encode() + self.body


def create_key(name: str, bureau: str | None, *, now: datetime) -> tuple[IntakeKey, str]:
    """Make a key and return it with its secret, which is shown only now. Call inside `transact()`."""
    key = IntakeKey(key_id=f"k{new_code(10)}", name=name[:80], bureau=bureau, created_at=now)
    key.secret = secrets.token_hex(SECRET_BYTES)
    db.session.add(key)
    return key, key.secret


def revoke_key(key_id: str, *, now: datetime) -> IntakeKey:
    """Close a key. Raises NotFound. Call inside `transact()`."""
    found = db.session.scalar(locking(select(IntakeKey).where(IntakeKey.key_id == key_id)))
    if found is None:
        raise NotFound
    found.revoked_at = found.revoked_at or now
    return found


def list_keys() -> Sequence[IntakeKey]:
    return db.session.scalars(select(IntakeKey).order_by(IntakeKey.id)).all()


def check_signature(request: SignedRequest, *, now: datetime) -> IntakeKey:
    """Return the key that signed this request a short while ago. Raises SignatureWrong."""
    key = None
    if request.key_id.isascii() and request.key_id.isalnum():
        key = db.session.scalar(select(IntakeKey).where(IntakeKey.key_id == request.key_id))
    # An unknown key costs the same work as a known one.
    secret = key.secret if key else "0" * 2 * SECRET_BYTES
    expected = hmac.new(secret.encode(), request.signed_text(), hashlib.sha256).hexdigest()
    fits = hmac.compare_digest(expected.encode(), request.signature.lower().encode())
    if key is None or key.revoked_at or not fits or not _is_fresh(request.timestamp, now):
        raise RequestNotSigned
    return key


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= TOLERANCE_SECONDS
