"""Book, move, cancel, undo: each once, whatever is pressed how often."""

from datetime import timedelta

import pytest

from app.appointments import queries
from app.appointments.availability import free_times
from app.appointments.availability.policy import ServiceNotOffered, SlotUnavailable
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.booking.refusals import KeyReused
from app.appointments.contacts import Contact, ContactNeeded, NameNeeded
from app.appointments.holds import operations as holds
from app.appointments.holds import queries as hold_queries
from app.appointments.holds.refusals import HoldNotFound
from app.appointments.models import Appointment, AppointmentEvent, Hold, HoldStatus
from app.appointments.refusals import AlreadyBooked, NotChangeable, TokenWrong
from app.appointments.states import Status
from app.db import db, transact
from app.notifications.models import OutboxMessage
from tests.factories import add_closure, at, build_case


def messages(visit, status="waiting"):
    found = db.session.query(OutboxMessage).filter_by(subject_id=visit.id, status=status)
    return sorted(message.kind for message in found)


def history(visit):
    rows = db.session.query(AppointmentEvent).filter_by(appointment_id=visit.id).order_by(AppointmentEvent.id)
    return [row.kind for row in rows]


def test_a_hold_becomes_the_visit_in_place(desk):
    kept = desk.hold("10:00")
    visit = desk.book(kept)
    used = hold_queries.get_hold(kept.public_id)
    assert (used.status, used.appointment_id) == (HoldStatus.USED, visit.id)
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")


def test_the_same_key_gives_the_same_visit(desk):
    kept = desk.hold("10:00")
    assert desk.book(kept, key="k").reference == desk.book(kept, key="k").reference
    assert db.session.query(Appointment).count() == 1


def test_the_same_hold_with_another_key_gives_the_same_visit(desk):
    kept = desk.hold("10:00")
    assert desk.book(kept).reference == desk.book(kept).reference


def test_the_same_key_with_another_hold_is_refused(desk):
    desk.book(desk.hold("10:00"), key="k")
    other = desk.hold("10:20")
    with pytest.raises(KeyReused):
        desk.book(other, key="k")


@pytest.mark.parametrize(
    ("contact", "refusal"),
    [
        (Contact("", "maria@example.org", ""), NameNeeded),
        (Contact("Maria", "", ""), ContactNeeded),
    ],
)
def test_a_visitor_without_a_case_has_a_name_and_one_contact(desk, contact, refusal):
    kept = desk.hold("10:00")
    with pytest.raises(refusal):
        desk.book(kept, contact=contact)


def test_a_case_gives_its_own_contact(desk, case):
    visit = desk.book(desk.hold("10:00", case=case), contact=Contact())
    assert visit.email == "anna@mail.ru"


def test_a_case_without_any_contact_may_book_and_gets_no_messages(desk, network):
    silent = build_case(network.visit_type, network.central, email="")
    visit = desk.book(desk.hold("10:00", case=silent), contact=Contact())
    assert messages(visit) == []


def test_there_is_one_live_visit_per_case(desk, case):
    visit = desk.book(desk.hold("10:00", case=case), contact=Contact())
    with pytest.raises(AlreadyBooked):
        desk.hold("11:00", case=case)
    desk.cancel(visit)
    assert desk.book(desk.hold("11:00", case=case), contact=Contact()).reference != visit.reference


def test_moving_frees_the_old_time_and_takes_the_new_one(desk):
    visit = desk.visit("10:00")
    moved = desk.move(visit, "11:00")
    assert (moved.reference, moved.revision) == (visit.reference, 1)
    assert desk.hold("10:00")
    with pytest.raises(SlotUnavailable):
        desk.hold("11:00")


def test_a_refused_move_keeps_the_old_time(desk):
    visit = desk.visit("10:00")
    desk.hold("11:00")
    with pytest.raises(SlotUnavailable):
        desk.move(visit, "11:00")
    assert queries.get_by_reference(visit.reference).starts_at == at("2026-11-24", "10:00")
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")


def test_moving_to_where_it_is_changes_nothing(desk):
    visit = desk.visit("10:00")
    assert desk.move(visit, "10:00").revision == 0


def test_two_visits_can_swap_over_a_free_time(desk):
    one, two = desk.visit("10:00"), desk.visit("10:20")
    with pytest.raises(SlotUnavailable):
        desk.move(one, "10:20")
    desk.move(one, "10:40")
    desk.move(two, "10:00")
    assert desk.move(one, "10:20").starts_at == at("2026-11-24", "10:20")


def test_moving_to_another_place_takes_a_desk_there(desk):
    moved = desk.move(desk.visit("10:00"), "10:00", station="central-window")
    assert moved.station.slug == "central-window"
    assert desk.hold("10:00")


def test_a_visit_moves_only_to_a_place_that_offers_its_service(desk, case):
    visit = desk.book(desk.hold("10:00", case=case), contact=Contact())
    with pytest.raises(ServiceNotOffered):
        desk.move(visit, "11:00", station="jiangdong")


def test_a_hold_moves_its_visit_once(desk):
    visit = desk.visit("10:00")
    kept = desk.hold("11:00", moves=visit.id)
    first = transact(operations.move_to_hold, kept.public_id, now=desk.now)
    again = transact(operations.move_to_hold, kept.public_id, now=desk.now)
    assert (first.starts_at, again.revision) == (kept.starts_at, 1)


def test_a_hold_for_moving_cannot_book(desk):
    visit = desk.visit("10:00")
    kept = desk.hold("11:00", moves=visit.id)
    with pytest.raises(HoldNotFound):
        desk.book(kept)


def test_a_hold_for_booking_cannot_move(desk):
    kept = desk.hold("11:00")
    with pytest.raises(HoldNotFound):
        transact(operations.move_to_hold, kept.public_id, now=desk.now)


def test_a_visit_stays_when_the_hold_for_its_new_time_is_lost(desk):
    visit = desk.visit("10:00")
    kept = desk.hold("11:00", moves=visit.id)
    desk.later(minutes=16)
    desk.hold("11:00")
    with pytest.raises(SlotUnavailable):
        transact(operations.move_to_hold, kept.public_id, now=desk.now)
    assert queries.get_by_reference(visit.reference).starts_at == at("2026-11-24", "10:00")


def test_cancelling_twice_frees_the_desk_once(desk):
    visit = desk.visit("10:00")
    desk.cancel(visit)
    desk.cancel(visit)
    assert desk.hold("10:00")
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")
    assert history(visit) == ["booked", "cancelled"]


def test_a_visit_that_has_begun_cannot_be_changed(desk):
    visit = desk.visit("10:00")
    desk.later(hours=1)
    for change in (desk.cancel, lambda v: desk.move(v, "11:00")):
        with pytest.raises(NotChangeable):
            change(visit)


def test_a_cancelled_visit_comes_back_within_half_an_hour(desk):
    visit = desk.visit("10:00")
    desk.cancel(visit)
    desk.later(minutes=30)
    assert desk.restore(visit).status == Status.BOOKED
    assert desk.restore(visit).revision == 2
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")


def test_undo_does_not_ask_for_the_notice_of_a_new_booking(desk, network):
    network.document_check.lead_minutes = 60
    db.session.commit()
    visit = desk.visit("10:00")
    desk.later(minutes=10)
    desk.cancel(visit)
    assert desk.restore(visit).status == Status.BOOKED


def test_undo_takes_a_time_back_from_a_hold_that_ran_out(desk):
    visit = desk.visit("11:00")
    desk.cancel(visit)
    desk.hold("11:00")
    desk.later(minutes=16)
    assert desk.restore(visit).status == Status.BOOKED


@pytest.mark.parametrize("minutes", [30.1, 59])
def test_after_half_an_hour_it_does_not(desk, minutes):
    visit = desk.visit("10:00")
    desk.cancel(visit)
    desk.later(minutes=minutes)
    with pytest.raises(NotChangeable):
        desk.restore(visit)


def test_a_cancelled_visit_whose_time_is_taken_stays_cancelled(desk):
    visit = desk.visit("10:00")
    desk.cancel(visit)
    desk.hold("10:00")
    with pytest.raises(SlotUnavailable):
        desk.restore(visit)
    assert queries.get_by_reference(visit.reference).status == Status.CANCELLED


def test_a_case_that_booked_again_does_not_get_its_first_visit_back(desk, case):
    visit = desk.book(desk.hold("10:00", case=case), contact=Contact())
    desk.cancel(visit)
    desk.book(desk.hold("11:00", case=case), contact=Contact())
    with pytest.raises(AlreadyBooked):
        desk.restore(visit)


def test_a_closed_place_takes_nothing_new_and_keeps_what_it_has(desk, network):
    visit = desk.visit("10:00")
    add_closure(network.jiangdong, at("2026-11-24", "09:00"), at("2026-11-24", "12:00"))
    with pytest.raises(SlotUnavailable):
        desk.hold("10:20")
    assert desk.move(visit, "14:30").starts_at == at("2026-11-24", "14:30")


def test_booking_writes_its_messages_with_the_visit(desk):
    visit = desk.visit("10:00", day="2026-11-30")
    assert messages(visit) == ["confirmation", "reminder-120", "reminder-1440", "reminder-4320"]


def test_moving_twice_leaves_only_the_messages_of_the_last_time(desk):
    visit = desk.visit("10:00", day="2026-11-30")
    desk.move(visit, "10:20", day="2026-11-30")
    desk.move(visit, "10:40", day="2026-11-30")
    assert messages(visit) == ["changed", "reminder-120", "reminder-1440", "reminder-4320"]
    assert len(messages(visit, "cancelled")) == 8
    waiting = db.session.query(OutboxMessage).filter_by(subject_id=visit.id, status="waiting")
    assert {message.revision for message in waiting} == {2}


def test_cancelling_takes_the_reminders_back_and_undo_writes_them_anew(desk):
    visit = desk.visit("10:00", day="2026-11-30")
    desk.cancel(visit)
    assert messages(visit) == ["cancelled"]
    desk.restore(visit)
    assert messages(visit) == ["confirmation", "reminder-120", "reminder-1440", "reminder-4320"]


def test_a_service_without_reminders_is_booked_like_any_other(desk, network):
    network.document_check.reminder_plan = []
    db.session.commit()
    assert messages(desk.visit("10:00")) == ["confirmation"]


def test_a_refused_booking_leaves_no_message(desk):
    kept = desk.hold("10:00")
    desk.later(minutes=16)
    desk.hold("10:00")
    with pytest.raises(SlotUnavailable):
        desk.book(kept)
    assert db.session.query(OutboxMessage).count() == 0


def test_a_party_takes_as_many_desks(desk):
    desk.hold("10:00", station="central-window", party_size=2)
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00", station="central-window")


def test_what_was_typed_goes_from_the_hold_to_the_visit(desk):
    kept = desk.hold("10:00")
    transact(holds.note_contact, kept.public_id, Contact("Anna", "", "+7 912 345 67 89"), "ru")
    visit = transact(operations.book_held, kept.public_id, key="k", language="en", now=desk.now)
    again = transact(operations.book_held, kept.public_id, key="k", language="en", now=desk.now)
    assert (visit.name, visit.phone, visit.language, again.id) == ("Anna", "+7 912 345 67 89", "ru", visit.id)
    assert db.session.query(Hold).one().name == ""


def test_free_times_do_not_count_holds_that_ran_out(desk, network):
    desk.hold("10:00")
    wanted = at("2026-11-24", "10:00")

    def free():
        found = free_times.soonest(network.jiangdong, network.document_check, count=99, now=desk.now)
        return wanted in [slot.interval.start for slot in found]

    assert not free()
    desk.later(minutes=15)
    assert free()


def test_each_day_is_listed_even_when_it_has_nothing(network, now):
    days = free_times.availability(
        network.jiangdong, network.document_check, first_day=now.date(), days=7, now=now
    )
    assert [len(day.slots) for day in days] == [16, 16, 16, 9, 0, 0, 16]


def test_the_next_free_time_of_several_places_is_told_by_place(desk, network):
    for clock in ("09:00", "09:20"):
        desk.hold(clock)
    found = free_times.next_available(
        [network.central, network.jiangdong], network.document_check, now=desk.now
    )
    assert found == {
        network.central.id: at("2026-11-24", "09:00"),
        network.jiangdong.id: at("2026-11-24", "09:40"),
    }


def test_a_token_opens_only_its_own_visit(desk):
    one, two = desk.visit("10:00"), desk.visit("10:20")
    assert queries.get_for_manage(one.reference, one.token).id == one.id
    for reference in (two.reference, "NOSUCHXX"):
        with pytest.raises(TokenWrong):
            queries.get_for_manage(reference, one.token)


def test_the_end_of_a_booking_is_as_long_as_its_service(desk):
    visit = desk.visit("10:00")
    assert visit.ends_at - visit.starts_at == timedelta(minutes=20)


def test_a_request_can_be_told_apart_by_its_contents():
    one = BookingRequest("h", "k", Contact("A", "a@b.cc", ""), "en")
    assert one.fingerprint != BookingRequest("h", "k", Contact("B", "a@b.cc", ""), "en").fingerprint
