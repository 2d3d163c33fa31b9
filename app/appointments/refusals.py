"""Why a visit cannot be changed."""

from app.errors import DomainError


class AlreadyBooked(DomainError):
    """One live visit per case in the whole network."""

    code = "already_booked"


class NotChangeable(DomainError):
    """The visit has begun, ended or was cancelled; or its undo time is over."""

    code = "not_changeable"


class TokenWrong(DomainError):
    """The token does not open this visit; an unknown reference gives the same answer."""

    code = "token_wrong"
    status = 401
