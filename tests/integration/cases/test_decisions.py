"""Two bureaus decide, each its own permit; ready once both have and the papers lie there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases import decisions
from app.cases.decisions import CaseClosed, DayOutOfOrder, Decision, NoHandover, NotYourPermit
from app.cases.models import Case, CaseEvent, CaseNotice
from app.cases.queries import get_by_code
from app.cases.states import LegConflict, LegState, Permit, ReasonNeeded
from app.crypto import Keyring
from app.db import db, transact
from app.notifications.models import OutboxMessage
from tests import factories

EXPERTS, POLICE = "foreign-experts", "exit-entry"
BUREAU = {Permit.WORK: EXPERTS, Permit.RESIDENCE: POLICE}
IN_REVIEW = (LegState.IN_REVIEW, LegState.IN_REVIEW)


@pytest.fixture
def case(network) -> Case:
    return factories.build_case(network.visit_type, network.central, legs=IN_REVIEW)


def decide(case: Case, permit: Permit, state: LegState, *, now, bureau: str = "", **more) -> Case:
    decision = Decision(permit, state, **more)
    return transact(
        decisions.decide, case.number, decision, bureau=bureau or BUREAU[permit], actor="li", now=now
    )


def kinds(case: Case) -> list[str]:
    rows = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    return [row.kind for row in rows]


@pytest.mark.parametrize("order", [tuple(Permit), tuple(reversed(Permit))])
def test_ready_when_both_have_approved_in_either_order(case, order, now) -> None:
    first = decide(case, order[0], LegState.APPROVED, now=now)
    assert first.ready_at is None

    second = decide(case, order[1], LegState.APPROVED, now=now)

    assert second.ready_at == now
    assert kinds(case) == ["leg", "leg", "ready"]
    assert [m.kind for m in db.session.query(OutboxMessage)] == ["ready"]
    assert {leg.decided_on for leg in second.legs} == {date(2026, 11, 24)}


@pytest.mark.parametrize("permit", Permit)
def test_no_bureau_decides_for_the_other(case, permit, now) -> None:
    (other,) = set(BUREAU.values()) - {BUREAU[permit]}

    for bureau in (other, "somebody", None):
        with pytest.raises(NotYourPermit):
            transact(decisions.decide, case.number, Decision(permit, LegState.APPROVED), bureau=bureau,
                     actor="li", now=now)  # fmt: skip

    assert kinds(case) == []


def test_the_same_press_twice_decides_once(case, now) -> None:
    decide(case, Permit.WORK, LegState.APPROVED, seen="in_review", now=now)
    decide(case, Permit.WORK, LegState.APPROVED, seen="in_review", now=now)

    assert kinds(case) == ["leg"]


def test_who_saw_an_older_state_is_told_so(case, now) -> None:
    decide(case, Permit.WORK, LegState.PAPERS_ASKED, reason="diploma", now=now)

    with pytest.raises(LegConflict):
        decide(case, Permit.WORK, LegState.APPROVED, seen="in_review", now=now)


def test_papers_asked_stop_the_clock_and_received_start_it_again(case, now) -> None:
    monday = factories.at("2026-11-23", "10:00")
    asked = decide(case, Permit.WORK, LegState.PAPERS_ASKED, reason="The diploma, with its seal", now=monday)
    assert asked.due_on is None

    given = decide(case, Permit.WORK, LegState.IN_REVIEW, now=now)

    assert given.due_on == date(2026, 11, 26)  # without the pause it was the 25th
    event = db.session.scalars(select(CaseEvent).order_by(CaseEvent.id)).first()
    assert event.text == "The diploma, with its seal"
    assert "diploma" not in event.text_encrypted


def test_a_reason_is_asked_for(case, now) -> None:
    with pytest.raises(ReasonNeeded):
        decide(case, Permit.WORK, LegState.REFUSED, reason="  ", now=now)


@pytest.mark.parametrize("day", [date(2026, 11, 15), date(2026, 11, 25)])
def test_a_decision_counts_from_receipt_until_today(case, day, now) -> None:
    with pytest.raises(DayOutOfOrder):
        decide(case, Permit.WORK, LegState.APPROVED, on_day=day, now=now)


def test_not_ready_without_the_papers_and_ready_when_they_come(network, now) -> None:
    case = factories.build_case(network.visit_type)
    assert case.ready_at is None

    placed = transact(decisions.place_papers, case.number, network.central, " B-12 ", actor="li", now=now)

    assert (placed.ready_at, placed.shelf) == (now, "B-12")
    assert kinds(case) == ["papers_placed", "ready"]


def test_papers_lie_only_where_they_are_handed_over(network, case, now) -> None:
    with pytest.raises(NoHandover):
        transact(decisions.place_papers, case.number, network.jiangdong, "", actor="li", now=now)


def test_a_decision_that_is_taken_back_takes_the_news_back(case, now) -> None:
    for permit in Permit:
        decide(case, permit, LegState.APPROVED, now=now)

    back = transact(decisions.take_back, case.number, Permit.WORK, "Wrong person", bureau=EXPERTS, actor="li",
                    now=now)  # fmt: skip

    assert back.ready_at is None
    assert kinds(case)[-2:] == ["leg", "not_ready"]
    assert [m.status for m in db.session.query(OutboxMessage)] == ["cancelled"]
    again = decide(case, Permit.WORK, LegState.APPROVED, now=now + timedelta(hours=1))
    assert again.ready_at == now + timedelta(hours=1)
    assert db.session.query(CaseNotice).one().round == 2


def test_only_a_decision_can_be_taken_back(case, now) -> None:
    with pytest.raises(LegConflict):
        transact(decisions.take_back, case.number, Permit.WORK, "x", bureau=EXPERTS, actor="li", now=now)


def test_what_was_collected_is_closed(network, now) -> None:
    case = factories.build_case(network.visit_type, network.central, collected_at=now)

    with pytest.raises(CaseClosed):
        decide(case, Permit.WORK, LegState.REFUSED, reason="x", now=now)


def test_a_case_is_found_by_its_code_after_a_newer_key_came(app, case, monkeypatch) -> None:
    older = app.extensions["keyring"]
    newer = Keyring({"newer": b"n" * 32, **older.keys})
    monkeypatch.setitem(app.extensions, "keyring", newer)

    assert get_by_code(case.code, case.passport_last4).id == case.id
