"""What an appointment can be, and which changes of it are allowed. PURE."""

from enum import StrEnum


class Status(StrEnum):
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


LIVE = (Status.BOOKED, Status.CHECKED_IN)

_ALLOWED: dict[str, frozenset[Status]] = {
    Status.BOOKED: frozenset({Status.CHECKED_IN, Status.NO_SHOW, Status.CANCELLED}),
    Status.CHECKED_IN: frozenset({Status.COMPLETED, Status.INCOMPLETE}),
    Status.COMPLETED: frozenset(),
    Status.INCOMPLETE: frozenset(),
    Status.NO_SHOW: frozenset(),
    Status.CANCELLED: frozenset(),
}

# Staff take their last change back. A cancelled visit is no such change: its desk is free
# already, so bringing it back is a booking (`operations.restore`).
_UNDONE: dict[str, Status] = {
    Status.CHECKED_IN: Status.BOOKED,
    Status.NO_SHOW: Status.BOOKED,
    Status.COMPLETED: Status.CHECKED_IN,
    Status.INCOMPLETE: Status.CHECKED_IN,
}


def can_become(status: str, target: Status) -> bool:
    """Say whether an appointment in this status may get the other one."""
    return target in _ALLOWED[status]


def before(status: str) -> Status | None:
    """Return the status to which undo leads; None when there is nothing for staff to take back."""
    return _UNDONE.get(status)
