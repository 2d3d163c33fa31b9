"""What the day board shows, and how little of a person it shows. PURE."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.appointments.states import Status
from app.localtext import LocalText

LATE_AFTER = timedelta(minutes=5)
MOST_INITIALS = 3


@dataclass(frozen=True)
class BoardRow:
    """One visit of the day."""

    reference: str
    starts_at: datetime
    status: Status
    initials: str
    passport_ending: str
    language: str
    service: LocalText
    party_size: int
    late_minutes: int
    confirmed: bool  # the person said "I will come"
    asked: bool  # its time is not possible, and the person was asked to choose another
    may_miss: bool  # its time has begun, so "did not come" can be said


@dataclass(frozen=True)
class Numbers:
    """How many visits of the day are in each state."""

    booked: int
    arrived: int
    done: int
    incomplete: int
    not_come: int
    cancelled: int


def count(rows: Iterable[BoardRow]) -> Numbers:
    found = Counter(row.status for row in rows)
    return Numbers(
        booked=found[Status.BOOKED],
        arrived=found[Status.CHECKED_IN],
        done=found[Status.COMPLETED],
        incomplete=found[Status.INCOMPLETE],
        not_come=found[Status.NO_SHOW],
        cancelled=found[Status.CANCELLED],
    )


def initials(name: str) -> str:
    """Return "J. M. S." for a full name; the first sign alone for one written without spaces."""
    words = [word for word in name.split() if word[0].isalnum()]
    return " ".join(f"{word[0].upper()}." for word in words[:MOST_INITIALS])


def late_minutes(starts_at: datetime, status: str, *, now: datetime) -> int:
    """Return by how many minutes a booked person is late; 0 within the first five."""
    late = now - starts_at
    return int(late.total_seconds() // 60) if status == Status.BOOKED and late >= LATE_AFTER else 0
