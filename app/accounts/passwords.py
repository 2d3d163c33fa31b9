"""Passwords: argon2id, a length checked before any hashing, and the same work for unknown names.

A new one has 15 signs or more, as NIST SP 800-63B-4 asks where it is the only factor, and is not among
those that are tried first: the lists of zxcvbn know common and leaked ones, names, words and rows of keys.
"""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from app.errors import Busy

SHORTEST = 15
LONGEST = 128
FEWEST_GUESSES_LOG10 = 9  # that whoever knows the lists needs; argon2 makes each cost tens of milliseconds
MOST_LOOKED_AT = 72  # signs; what zxcvbn reads in a moment

_hasher = PasswordHasher()
# Hashing is slow on purpose. Two at once, one more waiting: whoever else wants in is told at once that
# many are signing in, and a thread is left for everybody who does not (WEB_THREADS is 4 by itself).
_places = BoundedSemaphore(2)
_queue = BoundedSemaphore(3)
_WAIT_SECONDS = 5.0

# Compared with when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


def is_long_enough(password: str) -> bool:
    """Say whether a new password has an allowed length; every sign counts, blanks at the ends too."""
    return SHORTEST <= len(password) <= LONGEST


def is_common(password: str, *own_words: str) -> bool:
    """Say whether a new password is among those tried first, also by who knows the account's own words."""
    found = zxcvbn(password[:MOST_LOOKED_AT], user_inputs=[word for word in own_words if word])
    return float(found["guesses_log10"]) < FEWEST_GUESSES_LOG10


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises ValueError for more signs than any password has, Busy."""
    if not 0 < len(password) <= LONGEST:
        raise ValueError(f"a password has at most {LONGEST} characters")
    with _Place():
        return _hasher.hash(_composed(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Say whether the password is right; without a hash do the same work and say no."""
    if not 0 < len(password) <= LONGEST:
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
    """One of the places in which a hash may be computed; a full queue, or waiting too long, is Busy."""

    def __enter__(self) -> None:
        if not _queue.acquire(blocking=False):
            raise Busy
        if not _places.acquire(timeout=_WAIT_SECONDS):
            _queue.release()
            raise Busy

    def __exit__(self, *_error: object) -> None:
        _places.release()
        _queue.release()
