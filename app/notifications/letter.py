"""What a channel carries, what may come back instead of a letter, and how a channel says no. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An invitation to attach; `method` is its iTIP method (REQUEST or CANCEL)."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to send to one person; `to` is an e-mail address or a telephone number."""

    to: str
    subject: str
    text: str
    html: str = ""
    language: str = "en"
    calendar: CalendarFile | None = None
    # For providers that send approved templates only: which one, and what goes into its blanks.
    template: str = ""
    blanks: Mapping[str, str] = field(default_factory=dict)
    # Where the person can stop messages like this one; only for messages that can be stopped.
    stop_link: str = ""
    # Other messages to the same person that this letter has told as well: they are not sent.
    tells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """The message must not be sent any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The message must not be sent now, but at another moment."""

    at: datetime
    reason: str


NIGHT = "quiet hours"


class DeliveryError(Exception):
    """The channel could not deliver. `detail` holds no personal data; permanent ones are not tried again.

    `dead` says that the address itself is at fault, so nothing else may go there either.
    """

    def __init__(self, detail: str, *, permanent: bool = False, dead: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent
        self.dead = dead


class Channel(Protocol):
    """A way to a person. Sending may take as long as the channel's own time limit."""

    def send(self, letter: Letter, *, key: str, now: datetime) -> str:
        """Send the letter and return a word on how. `key` is the same at every try of one message.

        Raises DeliveryError.
        """

    def close(self) -> None:
        """Let go of what a batch shared, such as a connection."""


@runtime_checkable
class Askable(Protocol):
    """A channel whose provider knows no keys, but can be asked what it has taken."""

    def was_taken(self, letter: Letter, *, key: str, now: datetime) -> bool:
        """Return whether an earlier try got through after all. Raises DeliveryError."""
