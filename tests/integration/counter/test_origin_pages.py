"""All bookings from one network: seen from a visit, cancelled with one press, brought back with another."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.appointments.booking import provisional
from app.appointments.contacts import Contact
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from tests.factories import build_user
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.appointments.pages import press

CLOCKS = ("10:00", "10:20", "10:40")


@pytest.fixture
def booked(cast, network, now):
    build_user("mia", role=Role.MANAGER, stations=(network.jiangdong,))
    build_user("una", stations=(network.jiangdong,))
    desk = Desk(network, now)

    def book(clock, address, **more):
        kept = desk.hold(clock, asked_from=address, **more)
        return desk.book(kept, contact=Contact("Guest", f"guest{clock[:2]}{clock[3:]}@example.org", ""))

    made = [book(clock, f"2001:db8::{number}:1:1") for number, clock in enumerate(CLOCKS)]
    transact(provisional.prove, made[2].reference, actor="person", now=now)
    return [*made, book("11:00", "2001:db9::1"), book("10:00", "2001:db8::9", station="central-window")]


def state(visit):
    db.session.rollback()
    return db.session.get(Appointment, visit.id, populate_existing=True).status


def test_a_manager_sees_them_cancels_those_that_nobody_confirmed_and_undoes_it(cast, booked, clock):
    at_work = cast.browser("mia")
    first = booked[0]
    page = at_work.get(f"/staff/visits/{first.reference}").text
    assert "All bookings from this network" in page

    page = at_work.get(f"/staff/visits/{first.reference}/origin").text
    listed = re.findall(r'name="visit" value="(\w+)"( checked)?', page)
    assert [(name, bool(marked)) for name, marked in listed] == [
        (booked[0].reference, True), (booked[1].reference, True), (booked[2].reference, False),
    ]  # fmt: skip
    marked = {"visit": [name for name, mark in listed if mark]}
    page = press(at_work, page, 'name="visit"', **marked).text

    assert "2 visits are cancelled." in page
    assert [state(one) for one in booked] == [Status.CANCELLED] * 2 + [Status.BOOKED] * 3
    told = db.session.query(OutboxMessage).filter_by(kind="cancelled_by_us", status=MessageStatus.WAITING)
    assert {row.send_at for row in told} == {clock.now() + timedelta(minutes=10)}
    assert_ledger()

    page = press(at_work, page, ">Undo<").text
    assert "All of them have their times again." in page
    assert {state(one) for one in booked} == {Status.BOOKED}
    assert told.count() == 0
    assert_ledger()


def test_after_ten_minutes_there_is_nothing_to_undo(cast, booked, clock):
    at_work = cast.browser("mia")
    there = f"/staff/visits/{booked[0].reference}/origin"
    page = press(at_work, at_work.get(there).text, 'name="visit"', visit=booked[0].reference).text
    clock.move(minutes=11)

    assert "cannot be undone any more" in press(at_work, page, ">Undo<").text
    assert state(booked[0]) == Status.CANCELLED


def test_a_clerk_says_that_they_know_who_comes_and_cancels_nothing_of_a_network(cast, booked):
    at_work = cast.browser("una")
    page = at_work.get(f"/staff/visits/{booked[0].reference}").text
    assert "Nobody opened our link yet." in page

    page = press(at_work, page, "I know that this person comes").text
    assert "Nobody opened our link yet." not in page
    assert at_work.post(f"/staff/visits/{booked[0].reference}/origin/cancel").status_code == 403


def test_what_is_not_of_this_network_is_not_cancelled_with_it(cast, booked):
    at_work = cast.browser("mia")
    page = at_work.get(f"/staff/visits/{booked[0].reference}/origin").text
    press(at_work, page, 'name="visit"', visit=[one.reference for one in booked])

    assert [state(one) for one in booked] == [Status.CANCELLED] * 3 + [Status.BOOKED] * 2
