"""Why a visit is not booked."""

from datetime import timedelta
from typing import ClassVar

from app.errors import DomainError, TooManyTries

DAY_SECONDS = 24 * 3600
UNDO_LENGTH = timedelta(minutes=30)


class TooManyVisits(DomainError):
    """This address or number holds as many visits ahead as one may."""

    code = "too_many_visits"


class TooManyLetters(TooManyTries):
    """Visits were booked for this address again and again, and nobody opened our links."""

    code: ClassVar[str] = "too_many_letters"

    def __init__(self) -> None:
        super().__init__(retry_after=DAY_SECONDS)


class TooManyChanges(TooManyTries):
    """The contact of this visit was changed as often today as it may be."""

    code: ClassVar[str] = "too_many_changes"

    def __init__(self) -> None:
        super().__init__(retry_after=DAY_SECONDS)


class KeyReused(DomainError):
    """The same idempotency key came with another request."""

    code = "key_reused"
    status = 422
