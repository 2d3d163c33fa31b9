"""What the status page answers, from every pair of states; a refusal is never an answer."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest

from app.cases.states import LegState, Permit
from app.collection.status import (
    CaseStanding,
    StatusHeadline,
    StepName,
    StepState,
    answer_of,
    joint_of,
    lane_of,
)

RECEIVED, APPROVED = date(2026, 11, 20), date(2026, 11, 24)


@dataclass(frozen=True)
class Leg:
    permit: str
    state: str
    decided_on: date | None = None


def standing(work=LegState.APPROVED, residence=LegState.APPROVED, **facts) -> CaseStanding:
    legs = (Leg(Permit.WORK, work), Leg(Permit.RESIDENCE, residence))
    given = {"ready": False, "partly": False, "booked": False, "collected": False, **facts}
    return CaseStanding(legs, RECEIVED, **given)


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        (standing(LegState.RECEIVED, LegState.RECEIVED), StatusHeadline.IN_REVIEW),
        (standing(LegState.IN_REVIEW, LegState.RECEIVED), StatusHeadline.IN_REVIEW),
        (standing(LegState.APPROVED, LegState.IN_REVIEW), StatusHeadline.WORK_APPROVED),
        (standing(LegState.RECEIVED, LegState.APPROVED), StatusHeadline.RESIDENCE_APPROVED),
        (standing(LegState.PAPERS_ASKED, LegState.APPROVED), StatusHeadline.PAPERS_NEEDED),
        (standing(LegState.REFUSED, LegState.PAPERS_ASKED), StatusHeadline.CALL_US),
        (standing(), StatusHeadline.ON_THE_WAY),
        (standing(ready=True), StatusHeadline.READY),
        (standing(ready=True, partly=True), StatusHeadline.LEFT),
        (standing(ready=True, booked=True), StatusHeadline.BOOKED),
        (standing(ready=True, collected=True, partly=True), StatusHeadline.COLLECTED),
    ],
)
def test_the_answer_is_one_sentence_for_each_situation(case, answer):
    assert answer_of(case) is answer


@pytest.mark.parametrize(("work", "residence"), list(product(LegState, LegState)))
def test_every_pair_with_a_refusal_asks_to_call_and_no_other_does(work, residence):
    refused = LegState.REFUSED in (work, residence)
    assert (answer_of(standing(work, residence)) is StatusHeadline.CALL_US) is refused


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (LegState.RECEIVED, ["now", "next", "next"]),
        (LegState.IN_REVIEW, ["done", "now", "next"]),
        (LegState.PAPERS_ASKED, ["done", "now", "next"]),
        (LegState.APPROVED, ["done", "done", "done"]),
    ],
)
def test_a_lane_has_at_most_one_step_now(state, steps):
    lane = lane_of(Leg(Permit.WORK, state, APPROVED), RECEIVED)

    assert [step.state for step in lane] == steps
    assert (lane[0].day, lane[2].day) == (RECEIVED, APPROVED if state == LegState.APPROVED else None)
    assert (lane[1].name is StepName.PAPERS) is (state == LegState.PAPERS_ASKED)


@pytest.mark.parametrize(
    ("case", "steps"),
    [
        (standing(LegState.IN_REVIEW), ["next", "next", "next"]),
        (standing(), ["now", "next", "next"]),
        (standing(ready=True), ["done", "now", "next"]),
        (standing(ready=True, booked=True), ["done", "done", "now"]),
        (standing(ready=True, collected=True), ["done", "done", "done"]),
    ],
)
def test_both_lanes_join_in_one_visit(case, steps):
    assert [step.state for step in joint_of(case)] == steps
    assert [step.state for step in joint_of(case)].count(StepState.NOW) <= 1
