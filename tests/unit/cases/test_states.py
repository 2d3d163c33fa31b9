"""Which state of a permit may follow which."""

import itertools

import pytest

from app.cases.states import DECIDED, LegConflict, LegState, ReasonNeeded, check_change

ALLOWED = {
    ("received", "in_review"), ("received", "papers_asked"), ("received", "approved"),
    ("received", "refused"),
    ("in_review", "papers_asked"), ("in_review", "approved"), ("in_review", "refused"),
    ("papers_asked", "in_review"), ("papers_asked", "approved"), ("papers_asked", "refused"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), list(itertools.product(LegState, LegState)))
def test_only_these_changes_are_allowed(before: LegState, after: LegState) -> None:
    if (before, after) in ALLOWED:
        check_change(before, after, reason="because")
    else:
        with pytest.raises(LegConflict):
            check_change(before, after, reason="because")


@pytest.mark.parametrize("after", [LegState.PAPERS_ASKED, LegState.REFUSED])
def test_who_asks_or_refuses_says_why(after: LegState) -> None:
    with pytest.raises(ReasonNeeded):
        check_change(LegState.IN_REVIEW, after, reason="")


def test_a_decision_is_only_taken_back() -> None:
    assert {state for state, _after in ALLOWED} & DECIDED == set()
