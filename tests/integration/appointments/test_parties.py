"""People who come together and take turns at one desk: shown, kept, booked, moved, offered, checked."""

from datetime import date, timedelta
from functools import partial

import pytest
from icalendar import Calendar

from app.appointments.availability import free_times, rules
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import answers, operations
from app.appointments.holds import first_look
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.letters.calendar_file import calendar_for
from app.appointments.models import DeskUsage, Hold
from app.appointments.waitlist import matching, offers
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.reports import checks
from app.reports.models import Finding
from app.stations.limits import Limits, LimitsChange, save
from app.stations.party import PartyServed
from tests.factories import add_closure, at
from tests.integration.appointments.conftest import VISITOR
from tests.integration.together import run_together, step
from tests.waiting import join_list

TUESDAY = "2026-11-24"
TWENTY = timedelta(minutes=20)


@pytest.fixture
def turns(network):
    """At every place, people who come together for a check of papers take turns."""
    return serve(network.document_check, PartyServed.IN_A_ROW)


def serve(service, how):
    service.party_served = how
    db.session.commit()
    return service


def starts(station, service, now, people, day=TUESDAY):
    db.session.expire_all()
    first = date.fromisoformat(day)
    [found] = free_times.availability(station, service, first_day=first, days=1, party_size=people, now=now)
    return [(f"{slot.interval.start.astimezone():%M}", slot) for slot in found.slots]


def clocks(station, service, now, people):
    return [slot.interval.start for _minute, slot in starts(station, service, now, people)]


def held(kept):
    db.session.rollback()
    row = db.session.query(Hold).filter_by(public_id=kept.public_id).one()
    return row.interval.length, row.desks, row.party_size


def taken():
    db.session.rollback()
    return {row.taken for row in db.session.query(DeskUsage) if row.taken}


def test_a_party_in_a_row_takes_one_desk_as_long_as_all_its_people(desk, turns):
    kept = desk.hold("10:00", party_size=3)
    assert held(kept) == (3 * TWENTY, 1, 3)
    assert taken() == {1}

    visit = desk.book(kept)
    assert (visit.ends_at, visit.desks, visit.party_size) == (at(TUESDAY, "11:00"), 1, 3)
    file = Calendar.from_ical(calendar_for(visit, method="PUBLISH", language="en", now=desk.now))
    [event] = file.walk("VEVENT")
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)


def test_one_desk_is_enough_where_side_by_side_there_is_no_room(desk, network):
    with pytest.raises(SlotUnavailable):
        desk.hold("10:00", party_size=2)
    serve(network.document_check, PartyServed.IN_A_ROW)
    assert held(desk.hold("10:00", party_size=2)) == (2 * TWENTY, 1, 2)


def test_only_times_with_room_to_the_end_are_shown(desk, network, turns):
    desk.visit("10:00")
    morning = [
        start for start in clocks(network.jiangdong, turns, desk.now, 3) if start < at(TUESDAY, "12:00")
    ]
    # 09:20 would meet the visit, 11:20 the midday break; each free slot may be a start.
    assert morning == [at(TUESDAY, clock) for clock in ("09:00", "10:20", "10:40", "11:00")]
    for clock in ("09:20", "11:20"):
        with pytest.raises(SlotUnavailable) as refused:
            desk.hold(clock, party_size=3)
        assert all(slot.interval.length == 3 * TWENTY for slot in refused.value.alternatives)


def test_how_many_still_fit_is_said_in_people(desk, network, turns):
    _minute, slot = starts(network.central, turns, desk.now, 3)[0]
    assert (slot.remaining, slot.interval.length) == (6, 3 * TWENTY)
    desk.hold("09:00", station="central-window", party_size=3)
    assert starts(network.central, turns, desk.now, 3)[0][1].remaining == 3


def test_the_first_answer_by_reading_alone_knows_it_too(desk, network, turns):
    desk.visit("10:00")
    offer = rules.get_offer("jiangdong", "document-check")
    check = partial(first_look.check, offer=offer, now=desk.now)
    check(HoldRequest("jiangdong", "document-check", at(TUESDAY, "10:20"), 3))
    with pytest.raises(SlotUnavailable):
        check(HoldRequest("jiangdong", "document-check", at(TUESDAY, "09:20"), 3))


def test_others_find_their_starts_where_they_were(desk, network, turns):
    before = clocks(network.jiangdong, turns, desk.now, 1)
    desk.visit("09:20", party_size=2)
    assert clocks(network.jiangdong, turns, desk.now, 1) == [
        start for start in before if start not in (at(TUESDAY, "09:20"), at(TUESDAY, "09:40"))
    ]


def test_moving_cancelling_and_coming_back_take_the_whole_row(desk, network, turns):
    visit = desk.visit("10:00", party_size=3)
    moved = desk.move(visit, "14:30")
    assert (moved.interval.length, moved.desks) == (3 * TWENTY, 1)
    with pytest.raises(SlotUnavailable):
        desk.move(moved, "16:20")  # the door closes at 17:00
    # What the visit gives back itself may be a part of where it goes.
    moved = desk.move(moved, "14:50")
    assert moved.starts_at == at(TUESDAY, "14:50")
    desk.cancel(moved)
    assert taken() == set()
    desk.hold("15:30")
    with pytest.raises(SlotUnavailable):
        desk.restore(moved)


def test_a_visit_keeps_what_it_holds_when_its_service_is_changed(desk, network, turns):
    row = desk.visit("10:00", station="central-window", party_size=2)
    serve(turns, PartyServed.SIDE_BY_SIDE)
    beside = desk.visit("11:00", station="central-window", party_size=2)
    assert (row.interval.length, row.desks) == (2 * TWENTY, 1)
    assert (beside.interval.length, beside.desks) == (TWENTY, 2)

    # Only a move looks at the service anew.
    moved = desk.move(row, "14:30", station="central-window")
    assert (moved.interval.length, moved.desks) == (TWENTY, 2)
    serve(turns, PartyServed.IN_A_ROW)
    desk.cancel(beside)
    assert taken() == {2}
    restored = desk.restore(beside)
    assert (restored.interval.length, restored.desks) == (2 * TWENTY, 1)


def test_a_hold_that_ran_out_is_taken_again_by_what_counts_now(desk, network, turns):
    kept = desk.hold("10:00", station="central-window", party_size=2)
    serve(turns, PartyServed.SIDE_BY_SIDE)
    desk.extend(kept)
    assert held(kept) == (2 * TWENTY, 1, 2)
    desk.later(minutes=16)
    desk.release_expired()
    desk.extend(kept)
    assert held(kept) == (TWENTY, 2, 2)


def test_a_station_may_do_otherwise_than_the_service(desk, network):
    change = LimitsChange(
        network.jiangdong.id, network.document_check.id, Limits(party_served=PartyServed.IN_A_ROW), "ada"
    )
    transact(save, change, now=desk.now)
    db.session.expire_all()
    assert held(desk.hold("10:00", party_size=2)) == (2 * TWENTY, 1, 2)
    assert held(desk.hold("10:00", station="central-window", party_size=2)) == (TWENTY, 2, 2)


def test_an_offered_time_takes_the_whole_row(desk, turns):
    visit = desk.visit("14:30", party_size=2)
    who = Recipient("document-check", "en", VISITOR, 2, visit.id)
    request = OfferRequest("jiangdong", at(TUESDAY, "10:00"), desk.now + timedelta(minutes=45), who)
    made = transact(offers.make, request, now=desk.now)
    token = made.token
    assert (made.hold.interval.length, made.hold.desks) == (2 * TWENTY, 1)

    moved = transact(answers.take, token, now=desk.now)
    assert (moved.starts_at, moved.ends_at) == (at(TUESDAY, "10:00"), at(TUESDAY, "10:40"))


def test_who_waits_together_is_offered_a_time_only_when_all_fit(desk, network, turns):
    day = "2026-11-26"
    add_closure(network.jiangdong, at(TUESDAY, "00:00"), at(day, "10:00"))
    add_closure(network.jiangdong, at(day, "11:00"), at("2026-11-27", "09:00"))
    one, two, three = (desk.visit(clock, day=day) for clock in ("10:00", "10:20", "10:40"))
    pair = desk.visit("09:00", day="2026-11-27", party_size=2)
    wish = JoinRequest(network.document_check, [network.jiangdong], WaitingWish(), "en", visit=pair)
    join_list(wish, now=desk.now)

    def open_offers():
        db.session.rollback()
        return [(row.starts_at, row.ends_at) for row in db.session.query(Hold).filter_by(status="open")]

    desk.cancel(one)
    desk.cancel(three)
    assert open_offers() == []  # two free times, but not one after the other
    desk.cancel(two)
    transact(matching.offer_free_times, network.jiangdong.id, now=desk.now)
    assert open_offers() == [(at(day, "10:00"), at(day, "10:40"))]


def test_the_nightly_check_finds_nothing_wrong_with_a_row_and_finds_one_without_a_desk(desk, network, turns):
    desk.visit("10:00", party_size=3)
    assert transact(checks.check_station, network.jiangdong.id, now=desk.now) == 0

    add_closure(network.jiangdong, at(TUESDAY, "10:40"), at(TUESDAY, "11:00"))
    assert transact(checks.check_station, network.jiangdong.id, now=desk.now) == 1
    assert [row.code for row in db.session.query(Finding)] == ["no_desk"]


def test_the_last_row_of_slots_goes_to_one_of_those_who_want_a_part_of_it(app, desk, network, turns):
    """Three rows that overlap and a single person in the middle of them, all in the same moment."""
    for number, day in enumerate((TUESDAY, "2026-11-25", "2026-11-26")):
        wishes = [(clock, 3) for clock in ("10:00", "10:20", "10:40")] + [("10:40", 1)]
        requests = [
            HoldRequest(
                "jiangdong", "document-check", at(day, clock), people, key=f"{number}-{clock}-{people}"
            )
            for clock, people in wishes
        ]
        outcomes = run_together(app, *(step(holds.hold, wish, now=desk.now) for wish in requests))
        assert sorted(outcomes) == ["done", *["slot_unavailable"] * 3]


def test_two_parties_move_into_each_others_way_at_once(app, desk, network, turns):
    one, two = desk.visit("09:20", party_size=2), desk.visit("14:30", party_size=2)
    target = partial(operations.Target, "jiangdong")
    moves = [(one, target(at(TUESDAY, "11:00"))), (two, target(at(TUESDAY, "11:20")))]
    steps = [step(operations.reschedule, visit.reference, where, now=desk.now) for visit, where in moves]
    assert sorted(run_together(app, *steps)) == ["done", "slot_unavailable"]
