"""What served its time goes: cases are emptied and stay in the figures, visits lose their names."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import jobs
from app.appointments.models import Appointment
from app.cases import consents, history
from app.cases.history import HistoryLine
from app.cases.models import Case, CaseEvent, CaseEventKind, CaseToken, Consent
from app.cases.queries import CaseNotFound, find_by_link, get_by_code
from app.cases.states import LegState
from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import DeliveryAttempt, OutboxMessage
from app.privacy.retention import DEFAULT_DAYS, Kind
from tests import factories

SECRETS = ("Anna Petrova", "E1234567Q", "anna@example.org", "HK7R4M2P", "QZXWVKJHGF")


@pytest.fixture
def collected(network, now) -> Case:
    case = factories.build_case(
        network.visit_type, network.central, full_name=SECRETS[0], passport=SECRETS[1], email=SECRETS[2],
        code=SECRETS[3], link=SECRETS[4], nationality="RU", collected_at=now,
    )  # fmt: skip
    transact(_write_about, case.id, now)
    return case


def _write_about(case_id: int, now) -> None:
    case = db.session.get_one(Case, case_id)
    history.record(case, HistoryLine(CaseEventKind.NOTED, "mei", text="about Anna"), now=now)
    consents.note(case, on_day=now.date(), source="file", now=now)


def test_a_collected_case_is_emptied_after_its_days(collected, clock) -> None:
    clock.move(days=DEFAULT_DAYS[Kind.COLLECTED_CASES] - 1)
    jobs.purge_data()
    assert db.session.get(Case, collected.id).full_name == "Anna Petrova"
    clock.move(days=2)

    assert "1 collected_cases" in jobs.purge_data()

    db.session.expire_all()
    case = db.session.get_one(Case, collected.id)
    assert not {case.full_name, case.passport, case.email, case.code, case.link} & set(SECRETS)
    assert (case.nationality, case.collected_at, len(case.legs)) == ("RU", collected.collected_at, 2)
    assert [count(m) for m in (CaseToken, Consent)] == [0, 0]
    assert {event.text for event in db.session.query(CaseEvent)} == {""}
    assert find_by_link(SECRETS[4], now=clock.now()) is None
    with pytest.raises(CaseNotFound):
        get_by_code(SECRETS[3], "567Q")
    assert "0 collected_cases" in jobs.purge_data()


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("legs", [(LegState.APPROVED,) * 2, (LegState.IN_REVIEW, LegState.RECEIVED)])
def test_a_case_that_nobody_decides_or_collects_is_kept_long_and_not_for_ever(network, clock, legs) -> None:
    case = factories.build_case(network.visit_type, network.central, legs=legs)
    clock.move(days=1000)
    transact(_write_about, case.id, clock.now())
    clock.move(days=1000)
    jobs.purge_data()
    assert db.session.get(Case, case.id).emptied_at is None  # somebody wrote about it meanwhile
    clock.move(days=100)

    assert "1 idle_cases" in jobs.purge_data()
    assert db.session.get(Case, case.id).emptied_at is not None


def test_a_refused_case_goes_later_and_not_while_it_moves(network, clock) -> None:
    case = factories.build_case(network.visit_type, legs=(LegState.REFUSED, LegState.APPROVED))
    clock.move(days=100)
    transact(_write_about, case.id, clock.now())
    clock.move(days=100)
    jobs.purge_data()
    assert db.session.get(Case, case.id).emptied_at is None
    clock.move(days=100)

    assert "1 refused_cases" in jobs.purge_data()


def test_a_visit_loses_name_and_contact(network, clock, now) -> None:
    visit = factories.build_appointment(network.central, network.document_check, phone="+8613800138000")
    clock.move(days=31)

    assert "1 visits" in jobs.purge_data()

    db.session.expire_all()
    kept = db.session.get_one(Appointment, visit.id)
    assert (kept.name, kept.email, kept.phone) == ("", "", "")
    assert kept.status == "booked"


def test_how_long_is_data(runner, collected, clock) -> None:
    assert "collected_cases  30" in runner.invoke(args=["data", "retention"]).output
    changed = runner.invoke(args=["data", "retention", "collected_cases", "400"])
    assert "collected_cases  400" in changed.output
    clock.move(days=200)

    done = runner.invoke(args=["data", "purge"])

    assert done.exit_code == 0
    assert "older than 400 days: 0" in done.output
    assert runner.invoke(args=["data", "retention", "tea", "1"]).exit_code == 2
    assert runner.invoke(args=["data", "retention", "visits", "-1"]).exit_code == 2


def test_who_looked_is_kept_longer_and_not_for_ever(collected, clock) -> None:
    case = db.session.get_one(Case, collected.id)
    looked = HistoryLine(CaseEventKind.VIEWED, "mei")
    transact(lambda: history.record(db.session.get_one(Case, case.id), looked, now=clock.now()))
    clock.move(days=700)
    assert "0 views" in jobs.purge_data()
    clock.time += timedelta(days=31)

    assert "1 views" in jobs.purge_data()


def test_that_somebody_was_written_to_is_forgotten_with_its_tries(app, clock, now) -> None:
    ids = {key: write_to_somebody(key, now) for key in ("old", "held", "young")}
    db.session.get(OutboxMessage, ids["held"]).finished_at = None
    db.session.get(OutboxMessage, ids["young"]).created_at += timedelta(days=2)
    db.session.commit()
    clock.move(days=DEFAULT_DAYS[Kind.MESSAGES] + 1)

    assert "1 messages" in jobs.purge_data()

    assert set(db.session.scalars(select(OutboxMessage.id))) == {ids["held"], ids["young"]}
    assert set(db.session.scalars(select(DeliveryAttempt.message_id))) == {ids["held"], ids["young"]}


def write_to_somebody(key: str, now) -> int:
    transact(outbox.enqueue, OutboxRequest(key, "visit", 1, 0, "confirmation", "email", send_at=now), now=now)
    message = db.session.query(OutboxMessage).filter_by(dedupe_key=key).one()
    message.finished_at = now
    db.session.add(DeliveryAttempt(message_id=message.id, started_at=now, finished_at=now, outcome="sent"))
    db.session.commit()
    return message.id
