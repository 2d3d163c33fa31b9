"""Passwords: argon2id, a length checked before any hashing, and the same work for unknown names."""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import Busy

SHORTEST = 8
LONGEST = 128

_hasher = PasswordHasher()
# Hashing is slow on purpose. Two at once keep the other threads free when sign-ins pour in.
_places = BoundedSemaphore(2)
_WAIT_SECONDS = 5.0

# Compared with when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


def acceptable(password: str) -> bool:
    """Say whether the length is allowed; every sign counts, blanks at the ends too."""
    return SHORTEST <= len(password) <= LONGEST


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises ValueError for a length that is not allowed."""
    if not acceptable(password):
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    with _Place():
        return _hasher.hash(_composed(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Say whether the password is right; without a hash do the same work and say no."""
    if not acceptable(password):
        return False
    with _Place():
        try:
            right = _hasher.verify(password_hash or _NOBODY, _composed(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Say whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _composed(password: str) -> str:
    # Keyboards send é as one sign or as two; both are the same password.
    return unicodedata.normalize("NFC", password)


class _Place:
    """One of the places in which a hash may be computed; waiting too long is Busy."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=_WAIT_SECONDS):
            raise Busy

    def __exit__(self, *_error: object) -> None:
        _places.release()
