"""Why a visit is not booked."""

from datetime import timedelta

from app.errors import DomainError

UNDO_LENGTH = timedelta(minutes=30)


class TooManyVisits(DomainError):
    """This address or number holds as many visits ahead as one may."""

    code = "too_many_visits"


class KeyReused(DomainError):
    """The same idempotency key came with another request."""

    code = "key_reused"
    status = 422
