"""Moving and cancelling a visit at the counter, for the person on the telephone."""

import re
from datetime import datetime, timedelta

import pytest

from app.appointments.booking import operations
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from tests import factories
from tests.factories import at


@pytest.fixture
def book(network, cast, now):
    """Return a booker of real visits at Fuxingcheng, which has one desk."""

    def booked(clock_time, day="2026-11-25", email="maria@example.org"):
        starts_at = at(day, clock_time)
        kept = transact(hold, HoldRequest("fuxingcheng", "document-check", starts_at), now=now)
        contact = Contact("Maria Example", email, "" if email else "+8613800001234")
        request = operations.BookingRequest(kept.public_id, f"key {starts_at}", contact, "en")
        return transact(operations.book, request, now=now)

    return booked


@pytest.fixture
def visit(book):
    """Maria's visit on Wednesday at 11:00."""
    return book("11:00")


@pytest.fixture
def browser(cast):
    return cast.tom


def path(visit, action=""):
    return f"/staff/visits/{visit.reference}{action}"


def read(visit):
    db.session.expire_all()
    return db.session.get(Appointment, visit.id)


def offered(page):
    return [datetime.fromisoformat(text) for text in re.findall(r'name="starts_at" value="([^"]+)"', page)]


def waiting(visit):
    wanted = db.select(OutboxMessage.kind).where(
        OutboxMessage.subject_id == visit.id, OutboxMessage.status == MessageStatus.WAITING
    )
    return set(db.session.scalars(wanted))


def last_event(visit):
    wanted = db.select(AppointmentEvent).where(AppointmentEvent.appointment_id == visit.id)
    event = db.session.scalars(wanted.order_by(AppointmentEvent.id.desc())).first()
    return event.kind, event.actor


def taken():
    db.session.expire_all()
    return sum(row.taken for row in db.session.scalars(db.select(DeskUsage)))


def test_the_page_offers_three_other_times_and_moves_the_visit(browser, visit):
    first = offered(browser.get(path(visit)).text)
    assert len(first) == 3
    before = taken()

    answer = browser.post(path(visit, "/move"), data={"starts_at": first[1].isoformat()})

    assert answer.status_code == 303
    assert read(visit).starts_at == first[1]
    assert taken() == before
    assert last_event(visit) == ("rescheduled", "tom")
    assert "changed" in waiting(visit)
    assert "The visit is moved. The person gets a message." in browser.get(answer.location).text


def test_the_list_has_ten_working_days_without_the_own_time(browser, visit):
    page = browser.get(path(visit, "/times")).text

    days = {moment.date() for moment in offered(page)}
    assert len(days) == 10
    assert not {day for day in days if day.weekday() > 4}
    assert visit.starts_at not in offered(page)
    assert len(offered(page)) > 100


def test_a_time_that_somebody_took_is_refused_with_the_nearest_three(browser, visit, book):
    book("10:00")

    answer = browser.post(path(visit, "/move"), data={"starts_at": "2026-11-25T10:00+08:00"})

    assert answer.status_code == 409
    assert "This time is not free any more." in answer.text
    near = offered(answer.text)
    assert len(near) == 3
    assert all(abs(moment - at("2026-11-25", "10:00")) <= timedelta(hours=1) for moment in near)
    assert read(visit).starts_at == at("2026-11-25", "11:00")


@pytest.mark.parametrize(
    "typed", ["", "soon", "2026-11-25T14:00", "2026-11-20T10:00+08:00", "0001-01-01T00:00+08:00"]
)
def test_a_time_that_cannot_be_is_refused_in_a_sentence(browser, visit, typed):
    answer = browser.post(path(visit, "/move"), data={"starts_at": typed})

    assert answer.status_code == 422
    assert "This time cannot be booked." in answer.text
    assert read(visit).starts_at == at("2026-11-25", "11:00")


def test_cancelling_asks_first_then_frees_the_desk_and_tells_the_person(browser, visit):
    page = browser.get(path(visit, "/cancel"))
    assert "Cancel visit" in page.text
    assert read(visit).status == Status.BOOKED

    answer = browser.post(path(visit, "/cancel"))

    assert read(visit).status == Status.CANCELLED
    assert taken() == 0
    assert last_event(visit) == ("cancelled", "tom")
    assert waiting(visit) == {"cancelled"}
    assert "The visit is cancelled. The person gets a message." in browser.get(answer.location).text


def test_cancelling_twice_is_one_change(browser, visit):
    assert [browser.post(path(visit, "/cancel")).status_code for _click in range(2)] == [303, 303]

    wanted = db.select(AppointmentEvent).where(AppointmentEvent.kind == "cancelled")
    assert len(db.session.scalars(wanted).all()) == 1


@pytest.mark.parametrize("action", ["", "/times", "/cancel"])
def test_a_visit_that_began_offers_no_change(browser, network, cast, now, action):
    begun = factories.build_appointment(cast.fuxingcheng, network.document_check, starts_at=now)

    answer = browser.get(path(begun, action))

    assert "Move this visit" not in answer.text
    assert answer.status_code == (409 if action else 200)
    assert ("This visit cannot be changed any more." in answer.text) == bool(action)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.BOOKED])
def test_only_a_booked_visit_is_moved_or_cancelled(browser, network, cast, now, status):
    gone = factories.build_appointment(
        cast.fuxingcheng, network.document_check, status=status, starts_at=now + timedelta(hours=1)
    )

    moved = browser.post(path(gone, "/move"), data={"starts_at": "2026-11-25T10:00+08:00"})
    assert moved.status_code == 409
    assert "This visit cannot be changed any more." in moved.text
    if status != Status.CANCELLED:
        assert browser.post(path(gone, "/cancel")).status_code == 409
    assert read(gone).status == status


def test_a_visit_that_lost_its_desk_leaves_the_call_list_when_moved(browser, visit, cast):
    closure = {
        "plan_version": cast.fuxingcheng.plan_version, "step": "save", "reason_en": "Power cut",
        "from_day": "2026-11-25", "from_time": "10:00", "until_day": "2026-11-25", "until_time": "12:00",
    }  # fmt: skip
    browser.post("/staff/stations/fuxingcheng/hours/closures", data=closure)
    assert visit.reference in browser.get("/staff/today").text

    browser.post(path(visit, "/move"), data={"starts_at": "2026-11-26T10:00+08:00"})

    assert read(visit).starts_at == at("2026-11-26", "10:00")
    assert "Needs a call" not in browser.get("/staff/today").text
