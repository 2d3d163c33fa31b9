"""A saved change of a plan is undone within ten minutes; bookings and saves at the same moment."""

import json
import threading
from datetime import date, time, timedelta
from functools import partial

import pytest

from app.appointments.booking.operations import Target, reschedule
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.appointments.waitlist.offers import make as make_offer
from app.db import db, transact
from app.interval import Interval
from app.notifications.models import MessageStatus, OutboxMessage
from app.planning.decisions import Choice, Decisions
from app.planning.edits import ClosureEdit
from app.planning.models import PlanChange, TouchedVisit
from app.planning.operations import PlanSave, save_plan
from app.planning.refusals import EffectChanged
from app.planning.snapshots import PLAN_TABLES, copy_of, put_back
from app.planning.undoing import Undone, undo_batch
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Closure, DeskGroup, OpeningPeriod
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import (
    ELEVEN,
    HOURS,
    MORNING,
    TYPHOON,
    Named,
    again,
    batch,
    close_morning,
    desks_taken,
    make,
    messages,
    station,
)


@pytest.fixture
def browser(cast):
    return cast.tom


@pytest.fixture
def visit(network, cast, now):
    return make(cast.fuxingcheng, network.document_check, ELEVEN, now)


# --- undo -----------------------------------------------------------------------------------------


def test_undo_restores_plan_and_visits_and_takes_the_messages_back(browser, network, cast, now, visit):
    other = make(cast.fuxingcheng, network.document_check, ELEVEN + timedelta(minutes=20), now)
    before = desks_taken(), station().hours_confirmed_on, messages(visit)
    close_morning(browser, **{f"choice-{other.reference}": "cancel"})
    board = browser.get("/staff/today").text
    assert "Messages go out at 09:10." in board

    answer = browser.post(f"/staff/changes/{batch()}/undo", data={"next": "/staff/today"})

    assert answer.status_code == 303
    assert db.session.scalars(db.select(Closure)).all() == []
    assert (again(visit).starts_at, again(other).status) == (ELEVEN, "booked")
    assert (desks_taken(), station().hours_confirmed_on) == before[:2]
    assert messages(visit) == before[2]  # what waited about the old time, and no word of any change
    assert "cancelled_by_us" not in {kind for kind, _at in messages(other)}
    assert "The change is undone" in browser.get("/staff/today").text


def test_where_nobody_is_written_to_the_bar_says_so(browser):
    close_morning(browser)  # nobody is booked
    board = browser.get("/staff/today").text
    assert "Nobody is written to for it. It can be undone until 09:10." in board
    assert "Messages go out" not in board


@pytest.mark.parametrize("more", [{"for_all": "keep"}, {"step": "save_quietly", "why_quiet": "all called"}])
def test_who_is_kept_or_called_is_not_written_to(browser, visit, more):
    close_morning(browser, **more)
    assert "Nobody is written to for it." in browser.get("/staff/today").text


def test_who_has_the_confirmation_gets_no_second_one_by_the_undo(browser, visit):
    confirmation = db.session.scalars(db.select(OutboxMessage).filter_by(kind="confirmation")).one()
    confirmation.status = MessageStatus.SENT
    db.session.commit()
    close_morning(browser)

    browser.post(f"/staff/changes/{batch()}/undo")

    assert [kind for kind, _at in messages(visit)] == ["reminder-1440", "reminder-120"]


@pytest.mark.parametrize(
    ("served", "since", "had"),
    [("in_a_row", "side_by_side", (40, 1)), ("side_by_side", "in_a_row", (20, 2))],
)
def test_undo_gives_a_party_what_it_had_though_its_service_was_changed_since(
    cast, network, now, served, since, had
):
    check = network.document_check
    factories.open_week(cast.fuxingcheng)  # a second desk
    check.party_served = served
    db.session.commit()
    party = make(cast.fuxingcheng, check, ELEVEN, now, people=2)
    before = desks_taken()
    close_morning(cast.tom)
    assert desks_taken() != before
    check.party_served = since
    db.session.commit()

    cast.tom.post(f"/staff/changes/{batch()}/undo")

    back = again(party)
    assert (back.starts_at, desks_taken()) == (ELEVEN, before)
    assert (back.interval.length // timedelta(minutes=1), back.desks) == had


def test_a_copied_plan_is_put_back_whole_whatever_it_held(cast, network):
    here = cast.fuxingcheng
    factories.add_exception(here, date(2026, 11, 26), time(10), time(12), desks=2, reason="Fair")
    factories.add_exception(here, date(2026, 11, 27))
    factories.add_closure(here, at("2026-11-30", "09:00"), at("2026-12-01", "12:00"))
    factories.add_closure(here, at("2026-12-01", "09:00"), at("2026-12-02", "12:00"), reason="Typhoon")
    dated = {"valid_from": date(2026, 12, 1), "valid_until": date(2026, 12, 31), "desks": 3, "reserve": 1}
    factories.save(
        OpeningPeriod(station_id=here.id, weekday=2, opens=time(9), closes=time(10), desk_group=1, **dated),
        DeskGroup(station_id=here.id, number=1, name=factories.words("Checks"),
                  services=[network.document_check.id], slot_minutes=30),
    )  # fmt: skip
    before = copy_of(here)
    assert all(before[model.__tablename__] for model in PLAN_TABLES)
    stored = json.loads(json.dumps(before))

    transact(put_back, here, stored)

    db.session.expire_all()
    assert copy_of(station()) == before


def test_undo_keeps_an_older_closure(browser, cast, visit):
    older = Interval(at("2026-11-30", "09:00"), at("2026-12-01", "12:00"))
    factories.add_closure(cast.fuxingcheng, older.start, older.end, reason="Repairs")
    close_morning(browser)

    assert browser.post(f"/staff/changes/{batch()}/undo").status_code == 303

    kept = db.session.scalars(db.select(Closure)).one()
    assert (Interval(kept.starts_at, kept.ends_at), kept.reason) == (older, factories.words("Repairs"))


@pytest.mark.parametrize("choice", ["move", "ask", "cancel"])
def test_undo_lets_wait_all_that_waited_also_until_the_morning(browser, visit, choice, now):
    late = db.session.scalars(db.select(OutboxMessage).filter_by(kind="reminder-1440")).one()
    # It was due in the night and waits for the morning: its time to be sent is past.
    late.send_at, late.due_at, late.attempts = now - timedelta(hours=3), now + timedelta(minutes=5), 1
    sent = db.session.scalars(db.select(OutboxMessage).filter_by(kind="confirmation")).one()
    sent.status = MessageStatus.SENT
    db.session.commit()
    before = messages(visit)
    close_morning(browser, for_all=choice)
    browser.post(f"/staff/changes/{batch()}/undo")

    assert messages(visit) == before
    rows = db.session.scalars(db.select(OutboxMessage).filter_by(status="waiting", topic="appointment"))
    assert {row.revision for row in rows} == {again(visit).revision}
    assert not again(visit).asked


def _offered(visit, starts_at, until, now):
    request = OfferRequest("fuxingcheng", starts_at, until, Recipient.of_visit(visit))
    return transact(make_offer, request, now=now)


def test_undo_keeps_again_the_times_that_were_kept_for_people(browser, cast, network, visit, now):
    late = make(cast.fuxingcheng, network.document_check, at("2026-11-25", "15:50"), now)
    made = [
        _offered(visit, at("2026-11-24", "15:10"), now + timedelta(hours=1), now),  # goes with its visit
        _offered(late, at("2026-11-25", "09:00"), now + timedelta(hours=2), now),  # goes with its desk
    ]
    before = desks_taken(), [(m.topic, m.status) for m in db.session.scalars(db.select(OutboxMessage))]
    close_morning(browser)
    assert [offers.state_of(again(one), now=now) for one in made] == ["changed", "ended"]

    browser.post(f"/staff/changes/{batch()}/undo")

    assert [offers.state_of(again(one), now=now) for one in made] == ["open", "open"]
    assert desks_taken() == before[0]
    offered = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer"))
    assert [message.status for message in offered] == [MessageStatus.WAITING] * 2
    assert "The change is undone: plans and visits are as before." in browser.get(HOURS).text
    assert_ledger()


def test_undo_says_what_is_not_as_before(browser, cast, network, visit, now):
    kept = transact(hold, HoldRequest("fuxingcheng", "document-check", at("2026-11-25", "09:00")), now=now)
    made = _offered(visit, at("2026-11-24", "15:10"), now + timedelta(hours=1), now)
    close_morning(browser)
    make(cast.fuxingcheng, network.document_check, made.hold.starts_at, now)

    browser.post(f"/staff/changes/{batch()}/undo")

    page = browser.get(HOURS).text
    assert "The plan is as before. 1 time that was kept for somebody is over" in page
    assert "1 person who was choosing has to choose again." in page
    assert again(kept).status == "released"
    assert_ledger()


def test_undo_takes_an_offer_back(browser, visit):
    close_morning(browser, for_all="ask")

    browser.post(f"/staff/changes/{batch()}/undo")

    assert db.session.scalars(db.select(TimeOffer)).one().answer == "withdrawn"
    rows = db.session.scalars(db.select(OutboxMessage).where(OutboxMessage.topic == "offer"))
    assert [m.status for m in rows] == [MessageStatus.CANCELLED]
    assert len(desks_taken()) == 4
    assert again(visit).starts_at == ELEVEN


def test_undo_ends_when_the_messages_go(browser, clock, visit):
    close_morning(browser)
    clock.move(minutes=10)

    answer = browser.post(f"/staff/changes/{batch()}/undo")

    assert answer.status_code == 409
    assert "cannot be undone any more" in answer.text
    assert again(visit).starts_at == at("2026-11-25", "14:30")


def test_undo_twice_undoes_once(browser, visit):
    close_morning(browser)
    name = batch()
    browser.post(f"/staff/changes/{name}/undo")

    assert browser.post(f"/staff/changes/{name}/undo").status_code == 409
    kinds = [e.kind for e in db.session.scalars(db.select(AppointmentEvent).order_by(AppointmentEvent.id))]
    assert kinds.count("put_back") == 1


def test_undo_does_not_write_over_a_later_change_of_the_plan(browser, visit):
    close_morning(browser)
    day = {"plan_version": station().plan_version, "day": "2026-11-30", "choice": "closed", "step": "save"}
    browser.post(f"{HOURS}/days", data=day)

    assert browser.post(f"/staff/changes/{batch_of('closure')}/undo").status_code == 409
    assert len(db.session.scalars(db.select(Closure)).all()) == 1


def batch_of(kind):
    return db.session.scalars(db.select(PlanChange).where(PlanChange.kind == kind)).one().batch


def test_undo_leaves_alone_whom_the_person_moved_since(browser, visit, now):
    close_morning(browser)
    transact(reschedule, visit.reference, Target("fuxingcheng", at("2026-11-26", "09:00")), now=now)

    browser.post(f"/staff/changes/{batch()}/undo")

    assert again(visit).starts_at == at("2026-11-26", "09:00")
    assert "1 visit keeps its new time" in browser.get(HOURS).text


def test_another_stations_change_cannot_be_undone(cast, visit):
    close_morning(cast.tom)
    factories.build_user("eve", role="manager", stations=(station("jiangdong"),))

    assert cast.browser("eve").post(f"/staff/changes/{batch()}/undo").status_code == 404
    assert again(visit).starts_at == at("2026-11-25", "14:30")


def test_two_who_undo_at_once_restore_once(app, browser, visit, now):
    close_morning(browser)
    name, outcomes = batch(), []
    db.session.rollback()

    def undo(who):
        outcomes.append(transact(undo_batch, name, username=who, now=now))

    errors = all_at_once(app, partial(undo, "tom"), partial(undo, "ada"))

    assert (outcomes, errors) == ([Undone()], ["undo_over"])
    assert again(visit).starts_at == ELEVEN


# --- while bookings run ---------------------------------------------------------------------------


def all_at_once(app, *steps):
    """Run the steps in the same moment, each on a connection of its own; return what went wrong."""
    gate, errors = threading.Barrier(len(steps)), []

    def run(step):
        with app.app_context():
            gate.wait()
            try:
                step()
            except Exception as error:
                errors.append(getattr(error, "code", repr(error)))

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_a_closure_beside_bookings_displaces_all_of_them_or_stops_them(app, network, cast, now):
    """Nine people book the morning while it is closed: each has a time outside it, or was refused."""
    closing = PlanSave(
        "fuxingcheng", ClosureEdit(ClosedInterval(MORNING, TYPHOON)), station().plan_version, "tom"
    )
    place, service = Named("fuxingcheng"), Named("document-check")
    db.session.rollback()

    people = [partial(make, place, service, MORNING.start + timedelta(minutes=20 * i), now) for i in range(9)]
    decisions = Decisions(for_all=Choice.MOVE)
    errors = all_at_once(app, *people, partial(transact, save_plan, closing, decisions, now=now))

    assert set(errors) <= {"slot_unavailable"}
    db.session.expire_all()
    booked = db.session.scalars(db.select(Appointment).where(Appointment.status == "booked")).all()
    assert len(booked) + len(errors) == 9
    assert [v.starts_at for v in booked if v.starts_at in MORNING] == []
    assert len({(v.station_id, v.starts_at) for v in booked}) == len(booked)
    assert len(desks_taken()) == 4 * len(booked)
    assert len(db.session.scalars(db.select(Closure)).all()) == 1


def test_a_refused_save_leaves_nothing(network, cast, now, visit):
    edit = ClosureEdit(ClosedInterval(MORNING, TYPHOON))
    decisions = Decisions(for_all=Choice.MOVE, shown={})
    save = PlanSave("fuxingcheng", edit, station().plan_version, "tom")
    before = desks_taken()

    with pytest.raises(EffectChanged):
        transact(save_plan, save, decisions, now=now)

    assert db.session.scalars(db.select(PlanChange)).all() == []
    assert db.session.scalars(db.select(TouchedVisit)).all() == []
    assert desks_taken() == before
