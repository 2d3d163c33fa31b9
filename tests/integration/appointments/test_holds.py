"""Holds: kept for a quarter of an hour, lazily given back, taken again while the time is free."""

from datetime import timedelta

import pytest

from app.appointments.availability.policy import (
    OutsideWindow,
    PartyTooLarge,
    ServiceNotOffered,
    SlotUnavailable,
)
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds import queries
from app.appointments.holds.operations import HoldRequest
from app.appointments.holds.refusals import CaseNeeded, HoldLimit, HoldNotFound
from app.appointments.models import Hold, HoldStatus
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.cases.readiness import CaseNotReady
from app.cases.states import LegState
from app.db import db, transact
from tests.factories import at, build_case


def test_a_hold_lasts_fifteen_minutes_and_takes_its_desk(desk, now):
    kept = desk.hold("10:00")
    assert kept.expires_at == now + timedelta(minutes=15)
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")


def test_a_refusal_names_the_three_nearest_free_times(desk):
    desk.hold("10:00")
    with pytest.raises(SlotUnavailable) as refusal:
        desk.hold("10:00")
    assert [slot.interval.start for slot in refusal.value.alternatives] == [
        at("2026-11-24", clock) for clock in ("09:20", "09:40", "10:20")
    ]


def test_a_hold_that_ran_out_is_free_for_others_before_any_job_ran(desk):
    desk.hold("10:00")
    desk.later(minutes=15)
    assert desk.hold("10:00")


def test_a_hold_one_second_before_its_end_is_not(desk):
    desk.hold("10:00")
    desk.later(minutes=14, seconds=59)
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00")


def test_a_hold_that_ran_out_while_its_time_stayed_free_still_books(desk):
    kept = desk.hold("10:00")
    desk.later(minutes=30)
    assert desk.release_expired() == 1
    assert desk.book(kept).starts_at == kept.starts_at


def test_the_notice_a_service_asks_for_was_kept_when_the_time_was_chosen(desk, network):
    network.document_check.lead_minutes = 60
    db.session.commit()
    kept = desk.hold("10:00")  # exactly one hour ahead
    desk.later(minutes=20)
    desk.release_expired()
    assert desk.book(kept).starts_at == kept.starts_at


def test_a_hold_that_ran_out_and_was_taken_is_lost_with_three_near_times(desk):
    kept = desk.hold("10:00")
    desk.later(minutes=16)
    desk.hold("10:00")
    with pytest.raises(SlotUnavailable) as refusal:
        desk.book(kept)
    assert len(refusal.value.alternatives) == 3


def test_a_time_that_has_begun_cannot_be_taken_again(desk):
    kept = desk.hold("10:00")
    desk.later(minutes=61)
    with pytest.raises(SlotUnavailable):
        desk.book(kept)


def test_more_time_is_given_ten_times(desk):
    kept = desk.hold("16:10")
    for _ in range(10):
        desk.later(minutes=1)
        assert desk.extend(kept).expires_at == desk.now + timedelta(minutes=15)
    with pytest.raises(HoldLimit):
        desk.extend(kept)


def test_more_time_takes_the_slot_again_when_it_is_still_free(desk):
    kept = desk.hold("16:10")
    desk.later(minutes=40)
    desk.release_expired()
    desk.extend(kept)
    with pytest.raises(SlotUnavailable):
        desk.hold("16:10")


def test_releasing_twice_gives_the_desk_back_once(desk):
    kept = desk.hold("10:00")
    transact(holds.release, kept.public_id)
    transact(holds.release, kept.public_id)
    assert desk.hold("10:00")


def test_the_newest_hold_of_a_case_wins(desk, case):
    first = desk.hold("10:00", case=case)
    second = desk.hold("11:00", case=case)
    with pytest.raises(HoldNotFound):
        desk.book(first)
    assert desk.book(second, contact=Contact()).starts_at == second.starts_at


def test_an_older_hold_that_ran_out_gives_way_to_a_newer_one(desk, case):
    first = desk.hold("15:10", case=case)
    desk.later(minutes=20)
    second = desk.hold("15:30", case=case)
    with pytest.raises(HoldNotFound):
        desk.book(first, contact=Contact())
    assert desk.book(second, contact=Contact())


def test_an_older_hold_books_when_the_newer_one_ran_out_too(desk, case):
    first = desk.hold("15:10", case=case)
    desk.later(minutes=1)
    desk.hold("15:30", case=case)
    desk.later(minutes=20)
    assert desk.book(first, contact=Contact()).starts_at == first.starts_at


def test_a_case_with_a_visit_gets_no_second_time(desk, case):
    desk.book(desk.hold("10:00", case=case), contact=Contact())
    with pytest.raises(AlreadyBooked):
        desk.hold("11:00", case=case)


def test_a_service_for_cases_needs_one(desk, network):
    with pytest.raises(CaseNeeded):
        desk.hold("10:00", station="central-window", service="collect-permits")


def test_permits_that_are_not_ready_cannot_be_collected(desk, network):
    waiting = build_case(network.visit_type, network.central, legs=(LegState.APPROVED, LegState.IN_REVIEW))
    with pytest.raises(CaseNotReady):
        desk.hold("10:00", case=waiting)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"clock": "08:40"}, OutsideWindow),
        ({"clock": "10:00", "day": "2026-12-25"}, OutsideWindow),
        ({"clock": "10:07"}, SlotUnavailable),
        ({"clock": "12:00"}, SlotUnavailable),
        ({"clock": "10:00", "day": "2026-11-28"}, SlotUnavailable),
        ({"clock": "10:00", "party_size": 6}, PartyTooLarge),
        ({"clock": "10:00", "party_size": 2}, SlotUnavailable),
        ({"clock": "10:00", "service": "collect-permits"}, ServiceNotOffered),
    ],
)
def test_what_cannot_be_held_is_refused_by_name(desk, wish, refusal):
    with pytest.raises(refusal):
        desk.hold(**wish)


def test_the_same_press_twice_makes_one_hold(desk):
    assert desk.hold("10:00", key="k").public_id == desk.hold("10:00", key="k").public_id
    assert db.session.query(Hold).count() == 1


def test_the_same_page_used_for_another_time_makes_another_hold(desk):
    assert desk.hold("10:00", key="k").public_id != desk.hold("10:20", key="k").public_id


def test_an_old_page_makes_a_new_hold_when_its_own_is_over(desk):
    first = desk.hold("10:00", key="k")
    transact(holds.release, first.public_id)
    assert desk.hold("10:00", key="k").public_id != first.public_id


def test_choosing_again_gives_the_first_time_back_and_takes_the_details_along(desk, now):
    first = desk.hold("10:00")
    transact(holds.note_contact, first.public_id, Contact("Anna", "anna@mail.ru", ""), "ru")
    request = HoldRequest("jiangdong", "document-check", at("2026-11-24", "10:20"))
    second = transact(holds.hold_instead, request, first.public_id, now=now)
    assert (second.name, second.email, second.language) == ("Anna", "anna@mail.ru", "ru")
    assert queries.get_hold(first.public_id).status == HoldStatus.RELEASED


def test_a_refused_second_choice_leaves_the_first_as_it_was(desk, now):
    first = desk.hold("10:00")
    desk.hold("10:20")
    request = HoldRequest("jiangdong", "document-check", at("2026-11-24", "10:20"))
    with pytest.raises(SlotUnavailable):
        transact(holds.hold_instead, request, first.public_id, now=now)
    assert queries.get_hold(first.public_id).status == HoldStatus.OPEN


def test_what_was_typed_for_a_hold_is_erased_a_day_after_its_end(desk):
    kept = desk.hold("10:00")
    transact(holds.note_contact, kept.public_id, Contact("Anna", "anna@mail.ru", ""), "en")
    desk.later(hours=24)
    desk.release_expired()
    assert transact(holds.forget_contacts, now=desk.now) == 0
    desk.later(minutes=16)
    assert transact(holds.forget_contacts, now=desk.now) == 1
    assert queries.get_hold(kept.public_id).name == ""


def test_a_hold_for_moving_needs_a_visit_that_can_move(desk, network):
    visit = desk.visit("10:00")
    desk.cancel(visit)
    with pytest.raises(NotChangeable):
        desk.hold("10:20", moves=visit.id)
