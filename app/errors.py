"""Refusals: a rule's no, with a stable code. Their wording is chosen where they are shown."""

from typing import ClassVar


class DomainError(Exception):
    """A rule said no. `code` is part of the interface and never changes; `status` is its HTTP answer."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409


class NotFound(DomainError):
    """Nothing with this name, or nothing this person may see."""

    code = "not_found"
    status = 404


class TextTooLong(DomainError):
    """A text has more characters than its place in the database."""

    code = "text_too_long"
    status = 422

    def __init__(self, column: str = "", most: int = 0) -> None:
        super().__init__(f"{column} has at most {most} characters")
        self.most = most


class Busy(DomainError):
    """The database could not be written within the deadline; nothing was changed."""

    code = "busy"
    status = 503


class TooManyTries(DomainError):
    """A limit on tries was reached; `retry_after` is in seconds."""

    code = "too_many_tries"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after
