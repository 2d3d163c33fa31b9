"""Where a case stands, in one answer and two lanes. PURE.

A refusal is never an answer: the page asks the person to call, and shows no lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.cases.states import LegState, Permit


class StatusHeadline(StrEnum):
    """What the page says first."""

    COLLECTED = "collected"
    BOOKED = "booked"
    LEFT = "left"  # a part is collected
    READY = "ready"
    CALL_US = "call_us"
    PAPERS_NEEDED = "papers_needed"
    ON_THE_WAY = "on_the_way"  # both approved, the papers at no station yet
    WORK_APPROVED = "work_approved"
    RESIDENCE_APPROVED = "residence_approved"
    IN_REVIEW = "in_review"


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"


class StepName(StrEnum):
    RECEIVED = "received"
    REVIEW = "review"
    PAPERS = "papers"  # a review that waits for papers
    APPROVED = "approved"
    READY = "ready"
    VISIT = "visit"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step, how far it is, and its day if there is one."""

    name: StepName
    state: StepState
    day: date | None = None


class StatusLeg(Protocol):
    @property
    def permit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def decided_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """The facts of a case that decide."""

    legs: Sequence[StatusLeg]
    received_on: date | None
    ready: bool
    partly: bool
    booked: bool
    collected: bool


def answer_of(case: CaseStanding) -> StatusHeadline:
    states = {leg.permit: leg.state for leg in case.legs}
    approved = {permit for permit, state in states.items() if state == LegState.APPROVED}
    answers = (
        (case.collected, StatusHeadline.COLLECTED),
        (case.booked, StatusHeadline.BOOKED),
        (case.ready and case.partly, StatusHeadline.LEFT),
        (case.ready, StatusHeadline.READY),
        (LegState.REFUSED in states.values(), StatusHeadline.CALL_US),
        (LegState.PAPERS_ASKED in states.values(), StatusHeadline.PAPERS_NEEDED),
        (len(approved) == len(states) > 0, StatusHeadline.ON_THE_WAY),
        (Permit.WORK in approved, StatusHeadline.WORK_APPROVED),
        (Permit.RESIDENCE in approved, StatusHeadline.RESIDENCE_APPROVED),
    )
    return next((answer for holds, answer in answers if holds), StatusHeadline.IN_REVIEW)


def lane_of(leg: StatusLeg, received_on: date | None) -> list[StatusStep]:
    """Return the steps of one permit: received, reviewed, approved."""
    done, now, later = StepState.DONE, StepState.NOW, StepState.NEXT
    received = StatusStep(StepName.RECEIVED, now if leg.state == LegState.RECEIVED else done, received_on)
    if leg.state == LegState.APPROVED:
        return [
            received,
            StatusStep(StepName.REVIEW, done),
            StatusStep(StepName.APPROVED, done, leg.decided_on),
        ]
    review = StatusStep(
        StepName.PAPERS if leg.state == LegState.PAPERS_ASKED else StepName.REVIEW,
        later if leg.state == LegState.RECEIVED else now,
    )
    return [received, review, StatusStep(StepName.APPROVED, later)]


def joint_of(case: CaseStanding) -> list[StatusStep]:
    """Return the steps that both permits take together."""
    done, now, later = StepState.DONE, StepState.NOW, StepState.NEXT
    if case.collected:
        return [StatusStep(name, done) for name in (StepName.READY, StepName.VISIT, StepName.COLLECTED)]
    if not (case.ready or case.booked):
        approved = all(leg.state == LegState.APPROVED for leg in case.legs)
        ready = now if approved else later
        return [
            StatusStep(StepName.READY, ready),
            StatusStep(StepName.VISIT, later),
            StatusStep(StepName.COLLECTED, later),
        ]
    visit, collected = (done, now) if case.booked else (now, later)
    return [
        StatusStep(StepName.READY, done),
        StatusStep(StepName.VISIT, visit),
        StatusStep(StepName.COLLECTED, collected),
    ]
