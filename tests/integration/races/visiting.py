"""Operations on times that are kept, on visits, and at the counter."""

from datetime import timedelta

from sqlalchemy import select

from app.appointments import attendance
from app.appointments.booking import contact as reached
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest, Target
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment
from app.collection import handover, proxies
from app.collection.handover import CounterNote
from app.collection.models import Relation
from app.db import db
from app.replies import operations as replies
from app.replies.operations import NewText
from tests.integration.races.table import GONE, VISIT, Table
from tests.integration.races.world import (
    CENTRAL,
    EARLIER,
    ITEMS,
    JIANGDONG,
    LAST,
    LATER,
    NOW,
    PHONE,
    STARTS,
)

TABLE = Table()


# --- a time that is kept ---------------------------------------------------------------------------


def _hold(w, starts_at):
    visit = db.session.scalar(
        select(Appointment.id).where(Appointment.reference == w.visit, Appointment.status == "booked")
    )
    asked = HoldRequest(CENTRAL, "collect-permits", starts_at, case_id=w.case_id, moves=visit)
    return holds.hold(asked, now=NOW)


@TABLE.enter("hold case station", "hoping", "choosing", "grouped", *VISIT, *GONE)
def hold(w):
    return _hold(w, EARLIER)


@TABLE.enter("hold", "choosing", "grouped", "booked")
def extend(w):
    return holds.extend(w.hold, now=NOW + timedelta(minutes=1))


@TABLE.enter("hold station", "choosing", "booked")
def extend_late(w):
    return holds.extend(w.hold, now=NOW + timedelta(minutes=16))


@TABLE.enter("hold", "choosing", "grouped", "booked")
def release(w):
    return holds.release(w.hold)


@TABLE.enter("hold", "choosing", "booked", skips=True)
def release_expired(_w):
    return holds.release_expired(now=NOW + timedelta(minutes=16))


@TABLE.enter("hold case message", "choosing", "grouped")
def book(w):
    return operations.book(BookingRequest(w.hold, "book", Contact(), "en"), now=NOW)


@TABLE.enter("hold case station", "choosing")
def book_late(w):
    return operations.book(BookingRequest(w.hold, "late", Contact(), "en"), now=NOW + timedelta(minutes=16))


# --- a visit ---------------------------------------------------------------------------------------


@TABLE.enter("visit case station message", *VISIT)
def move(w):
    return operations.reschedule(w.visit, Target(CENTRAL, LAST), now=NOW)


@TABLE.enter("visit station", *VISIT)
def move_away(w):
    return operations.reschedule(w.visit, Target(JIANGDONG, LATER), now=NOW, actor="mei")


@TABLE.enter("visit hold message", "booked")
def move_by_hold(w):
    return operations.move_to_hold(w.hold, now=NOW)


@TABLE.enter("visit entry station message", *VISIT)
def cancel(w):
    return operations.cancel(w.visit, now=NOW)


@TABLE.enter("visit", *VISIT)
def cancel_by_staff(w):
    return operations.cancel(w.visit, now=NOW, actor="mei")


@TABLE.enter("visit message", *VISIT)
def cancel_by_text(w):
    return replies.take(NewText(f"text-{w.visit}", PHONE, f"CANCEL {w.visit}"), now=NOW)


@TABLE.enter("visit case station message", *GONE)
def restore(w):
    return operations.restore(w.visit, now=NOW)


@TABLE.enter("visit", *VISIT)
def confirm(w):
    return operations.confirm(w.visit, now=NOW)


@TABLE.enter("visit message", *VISIT)
def change_contact(w):
    return reached.change_contact(w.visit, Contact("", "new@example.org", ""), "ru", now=NOW)


# --- the counter -----------------------------------------------------------------------------------


@TABLE.enter("visit", *VISIT)
def check_in(w):
    return attendance.check_in(w.visit, actor="mei", now=NOW)


@TABLE.enter("visit", *VISIT)
def no_show(w):
    return attendance.mark_no_show(w.visit, actor="mei", now=STARTS + timedelta(minutes=5))


@TABLE.enter("visit case", *VISIT, "present")
def hand_over(w):
    note = CounterNote(w.visit, ITEMS, frozenset({"passport"}), identity_seen=True)
    return handover.hand_over(note, actor="mei", now=NOW)


@TABLE.enter("visit", "present")
def hand_over_half(w):
    note = CounterNote(w.visit, frozenset({"work_permit"}), identity_seen=True, reason="not printed")
    return handover.hand_over(note, actor="lin", now=NOW)


@TABLE.enter("visit", "present", *VISIT)
def undo_check_in(w):
    return handover.undo(w.visit, "checked_in", actor="mei", now=NOW)


@TABLE.enter("visit case", "collected")
def undo_hand_over(w):
    return handover.undo(w.visit, "completed", actor="mei", now=NOW)


@TABLE.enter("case", "present", "choosing")
def name_proxy(w):
    return proxies.name_proxy(w.case_id, "Pavel", Relation.FRIEND, now=NOW)
