"""Where a case stands, in one answer and two lanes. PURE.

A refusal is never an answer: the page asks the person to call, and shows no lanes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.cases.states import LegState, Permit


class Answer(StrEnum):
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
class Step:
    """One step, how far it is, and its day if there is one."""

    name: StepName
    state: StepState
    day: date | None = None


class Leg(Protocol):
    @property
    def permit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def decided_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a case that decide."""

    legs: Sequence[Leg]
    received_on: date | None
    ready: bool
    partly: bool
    booked: bool
    collected: bool


def answer_of(case: Standing) -> Answer:
    states = {leg.permit: leg.state for leg in case.legs}
    approved = {permit for permit, state in states.items() if state == LegState.APPROVED}
    answers = (
        (case.collected, Answer.COLLECTED),
        (case.booked, Answer.BOOKED),
        (case.ready and case.partly, Answer.LEFT),
        (case.ready, Answer.READY),
        (LegState.REFUSED in states.values(), Answer.CALL_US),
        (LegState.PAPERS_ASKED in states.values(), Answer.PAPERS_NEEDED),
        (len(approved) == len(states) > 0, Answer.ON_THE_WAY),
        (Permit.WORK in approved, Answer.WORK_APPROVED),
        (Permit.RESIDENCE in approved, Answer.RESIDENCE_APPROVED),
    )
    return next((answer for holds, answer in answers if holds), Answer.IN_REVIEW)


def lane_of(leg: Leg, received_on: date | None) -> list[Step]:
    """Return the steps of one permit: received, reviewed, approved."""
    done, now, later = StepState.DONE, StepState.NOW, StepState.NEXT
    received = Step(StepName.RECEIVED, now if leg.state == LegState.RECEIVED else done, received_on)
    if leg.state == LegState.APPROVED:
        return [received, Step(StepName.REVIEW, done), Step(StepName.APPROVED, done, leg.decided_on)]
    review = Step(
        StepName.PAPERS if leg.state == LegState.PAPERS_ASKED else StepName.REVIEW,
        later if leg.state == LegState.RECEIVED else now,
    )
    return [received, review, Step(StepName.APPROVED, later)]


def joint_of(case: Standing) -> list[Step]:
    """Return the steps that both permits take together."""
    done, now, later = StepState.DONE, StepState.NOW, StepState.NEXT
    if case.collected:
        return [Step(name, done) for name in (StepName.READY, StepName.VISIT, StepName.COLLECTED)]
    if not (case.ready or case.booked):
        approved = all(leg.state == LegState.APPROVED for leg in case.legs)
        ready = now if approved else later
        return [Step(StepName.READY, ready), Step(StepName.VISIT, later), Step(StepName.COLLECTED, later)]
    visit, collected = (done, now) if case.booked else (now, later)
    return [Step(StepName.READY, done), Step(StepName.VISIT, visit), Step(StepName.COLLECTED, collected)]
