"""The states of a permit leg, and which may follow which. PURE."""

from enum import StrEnum
from typing import ClassVar

from app.errors import DomainError


class Permit(StrEnum):
    WORK = "work"
    RESIDENCE = "residence"


class LegState(StrEnum):
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    PAPERS_ASKED = "papers_asked"
    APPROVED = "approved"
    REFUSED = "refused"


DECIDED = frozenset({LegState.APPROVED, LegState.REFUSED})
NEEDS_REASON = frozenset({LegState.PAPERS_ASKED, LegState.REFUSED})

_NEXT = {
    LegState.RECEIVED: {LegState.IN_REVIEW, LegState.PAPERS_ASKED, LegState.APPROVED, LegState.REFUSED},
    LegState.IN_REVIEW: {LegState.PAPERS_ASKED, LegState.APPROVED, LegState.REFUSED},
    LegState.PAPERS_ASKED: {LegState.IN_REVIEW, LegState.APPROVED, LegState.REFUSED},
    # A decision is only taken back, which asks for a reason and that nothing is booked.
    LegState.APPROVED: set[LegState](),
    LegState.REFUSED: set[LegState](),
}


class LegConflict(DomainError):
    """The leg is in a state that does not allow this; often a colleague was quicker."""

    code: ClassVar[str] = "leg_conflict"


class ReasonNeeded(DomainError):
    """Asking for papers, refusing and taking back say why."""

    code: ClassVar[str] = "reason_needed"
    status = 422


def next_states(state: str) -> frozenset[LegState]:
    """Return the states that this one may become by a decision."""
    return frozenset(_NEXT[LegState(state)])


def check_change(before: str, after: LegState, *, reason: str) -> None:
    """Raise LegConflict or ReasonNeeded unless a leg may go from one state to the other."""
    if after not in next_states(before):
        raise LegConflict
    if after in NEEDS_REASON and not reason:
        raise ReasonNeeded
