"""Why a time is not kept, and for how long one is."""

from datetime import timedelta
from typing import ClassVar

from app.errors import DomainError, TooManyTries

HOLD_LENGTH = timedelta(minutes=15)
MOST_EXTENSIONS = 10


class CaseNeeded(DomainError):
    code = "case_needed"
    status = 422


class HoldNotFound(DomainError):
    """No such hold, or the person chose another time since."""

    code = "hold_not_found"
    status = 404


class TooManyHolds(TooManyTries):
    """One network keeps as many open times as it may; they come free within 15 minutes."""

    code: ClassVar[str] = "too_many_holds"

    def __init__(self) -> None:
        super().__init__(retry_after=int(HOLD_LENGTH.total_seconds()))


class HoldLimit(DomainError):
    code = "hold_limit"
