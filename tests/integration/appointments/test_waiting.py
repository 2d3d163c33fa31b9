"""The waiting list: who is offered what, in which order, and when nobody is asked."""

from datetime import date, timedelta

import pytest

from app import jobs, writers
from app.appointments import queries
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import answers
from app.appointments.contacts import Contact, ContactNeeded
from app.appointments.refusals import NotChangeable
from app.appointments.waitlist import matching, offers
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.refusals import ListFull
from app.appointments.waitlist.rules import WaitingWish
from app.crypto import Keyring
from app.db import db, transact
from app.notifications.models import OutboxMessage
from app.settings import WaitingRules
from app.stations import limits
from app.stations.limits import Limits, LimitsChange
from app.stations.models import Closure
from tests.factories import add_closure, at
from tests.waiting import join_list

THURSDAY, FRIDAY = "2026-11-26", "2026-11-27"


@pytest.fixture
def full(network, desk):
    """Jiangdong has one desk and is open on Thursday 10:00 to 11:00 only: three times, all taken."""
    station = network.jiangdong
    add_closure(station, at("2026-11-24", "00:00"), at(THURSDAY, "10:00"))
    add_closure(station, at(THURSDAY, "11:00"), at("2027-01-10", "09:00"))
    return [desk.visit(clock, day=THURSDAY) for clock in ("10:00", "10:20", "10:40")]


@pytest.fixture
def join(network, desk):
    """Put somebody on the list of Jiangdong: the holder of a visit, or a stranger by name."""

    def join(who, *, wish=None, places=None):
        visit = None if isinstance(who, str) else who
        contact = Contact(who, f"{who}@example.org", "") if isinstance(who, str) else Contact()
        request = JoinRequest(
            network.document_check, places or [network.jiangdong], wish or WaitingWish(), "en", contact, visit
        )
        return join_list(request, now=desk.now)

    return join


def made():
    """Return the open and past offers as (who, start, answer), in order."""
    db.session.rollback()
    found = db.session.query(TimeOffer).order_by(TimeOffer.id).all()
    return [
        (o.waiting.name or o.waiting.appointment.reference, o.hold.starts_at, o.answer and str(o.answer))
        for o in found
    ]


def later_plan(station):
    station.plan_version += 1
    db.session.commit()


def match(desk, network):
    return transact(matching.offer_free_times, network.jiangdong.id, now=desk.now)


def token(number=-1):
    db.session.rollback()
    return db.session.query(TimeOffer).order_by(TimeOffer.id).all()[number].token


def take(desk):
    return transact(answers.take, token(), now=desk.now)


def test_a_freed_time_is_offered_before_anybody_can_see_it_free(desk, full, join):
    join("ann")
    desk.cancel(full[1])
    assert made() == [("ann", at(THURSDAY, "10:20"), None)]
    with pytest.raises(SlotUnavailable):
        desk.hold("10:20", day=THURSDAY)


def test_the_first_to_join_is_the_first_to_be_asked(desk, full, join):
    join("ann")
    join("bob")
    desk.cancel(full[1])
    desk.cancel(full[0])
    assert made() == [("ann", at(THURSDAY, "10:20"), None), ("bob", at(THURSDAY, "10:00"), None)]


def test_a_visit_moves_to_the_earlier_time_and_its_own_goes_on(desk, full, join):
    join(full[2])
    join("bob")
    desk.cancel(full[0])
    take(desk)
    assert queries.get_by_reference(full[2].reference).starts_at == at(THURSDAY, "10:00")
    assert made() == [
        (full[2].reference, at(THURSDAY, "10:00"), "taken"),
        ("bob", at(THURSDAY, "10:40"), None),
    ]


def test_a_later_time_is_no_news_for_who_has_an_earlier_one(desk, full, join):
    join(full[0])
    desk.cancel(full[2])
    assert made() == []


def test_when_one_says_no_the_next_is_asked_at_once(desk, full, join):
    join("ann")
    join("bob")
    desk.cancel(full[0])
    transact(answers.decline, token(), now=desk.now)
    assert made() == [
        ("ann", at(THURSDAY, "10:00"), "declined"),
        ("bob", at(THURSDAY, "10:00"), None),
    ]


def test_when_one_does_not_answer_the_next_is_asked(desk, network, full, join):
    join("ann")
    join("bob")
    desk.cancel(full[0])
    desk.later(minutes=119)
    match(desk, network)
    assert len(made()) == 1
    desk.later(minutes=1)
    match(desk, network)
    assert [who for who, _starts, _answer in made()] == ["ann", "bob"]


def test_a_time_that_nobody_wants_is_free_for_all_again(desk, network, full, join):
    join("ann")
    desk.cancel(full[0])
    desk.later(hours=2)
    match(desk, network)
    assert len(made()) == 1
    desk.hold("10:00", day=THURSDAY)


def test_a_time_near_by_is_kept_for_45_minutes_and_one_nearer_is_not_offered(desk, network, full, join):
    join("ann")
    desk.later(hours=24)
    desk.cancel(full[0])
    db.session.rollback()
    assert db.session.query(TimeOffer).one().until == desk.now + timedelta(minutes=45)
    desk.now = at(THURSDAY, "08:30")
    desk.cancel(full[1])
    assert len(made()) == 1


def test_times_that_are_too_near_do_not_hide_the_later_ones(desk, network, join):
    """At nine, a whole free morning is too near; the afternoon is not."""
    join("ann")
    match(desk, network)
    assert made() == [("ann", at("2026-11-24", "14:30"), None)]


def test_nobody_is_asked_at_night_but_in_the_morning(desk, network, full, join):
    join("ann")
    desk.now = at("2026-11-24", "21:00")
    desk.cancel(full[0])
    assert made() == []
    desk.now = at("2026-11-25", "08:00")
    match(desk, network)
    assert made() == [("ann", at(THURSDAY, "10:00"), None)]


def test_a_person_rests_between_two_offers(desk, network, full, join):
    join("ann")
    desk.cancel(full[0])
    transact(answers.decline, token(), now=desk.now)
    desk.cancel(full[1])
    assert len(made()) == 1
    desk.later(minutes=60)
    match(desk, network)
    assert made()[1:] == [("ann", at(THURSDAY, "10:20"), None)]


def test_a_new_desk_or_a_new_hour_is_offered_by_the_job(desk, network, clock, full, join):
    join("ann")
    jobs.offer_free_times()
    assert made() == []
    later = db.session.query(Closure).order_by(Closure.id.desc()).first()
    later.starts_at = at(THURSDAY, "11:20")
    later_plan(network.jiangdong)
    assert jobs.offer_free_times().startswith("1 offered")
    assert made() == [("ann", at(THURSDAY, "11:00"), None)]


def test_the_wish_is_kept_to(desk, full, join):
    join("ann", wish=WaitingWish(morning=False))
    join("bob", wish=WaitingWish(until_day=date(2026, 11, 25)))
    join("eve", wish=WaitingWish(from_day=date(2026, 11, 26)))
    desk.cancel(full[0])
    assert [who for who, _starts, _answer in made()] == ["eve"]


def test_a_person_who_stopped_is_not_asked(desk, full, join):
    entry = join("ann")
    transact(waitlist.stop, entry.id, now=desk.now)
    desk.cancel(full[0])
    assert made() == []


def test_who_cancels_is_not_asked_but_is_again_after_an_undo(desk, network, full, join):
    join(full[2])
    desk.cancel(full[2])
    desk.cancel(full[0])
    assert made() == []
    desk.restore(full[2])
    match(desk, network)
    assert len(made()) == 1


def test_a_case_on_the_list_that_books_by_itself_waits_for_an_earlier_time(desk, network, case):
    add_closure(network.central, at("2026-11-24", "00:00"), at(FRIDAY, "00:00"))
    kept = desk.hold("09:00", day=FRIDAY, case=case)
    request = JoinRequest(network.collect, [network.central], WaitingWish(), "en", case=case)
    join_list(request, now=desk.now)
    transact(matching.offer_free_times, network.central.id, now=desk.now)
    assert made() == []  # the person is choosing at this moment
    desk.book(kept)
    transact(matching.offer_free_times, network.central.id, now=desk.now)
    assert made() == []
    db.session.rollback()
    assert db.session.query(WaitingEntry).one().appointment_id is not None


def test_a_case_without_a_visit_gets_one(desk, network, case, clock):
    request = JoinRequest(
        network.collect, [network.central], WaitingWish(from_day=date(2026, 11, 26)), "en", case=case
    )
    join_list(request, now=desk.now)
    jobs.offer_free_times()
    booked = take(desk)
    assert (booked.case_id, booked.starts_at) == (case.id, at(THURSDAY, "09:00"))
    db.session.rollback()
    assert db.session.query(WaitingEntry).one().ended_at == desk.now


def test_the_same_person_waits_once(join, full):
    assert join("ann").id == join("ann").id
    assert join(full[2]).id == join(full[2]).id


def test_an_address_with_another_dot_is_another_person(join, full):
    assert join("a.nn").id != join("ann").id


def test_a_key_that_was_replaced_still_knows_who_waits(app, monkeypatch, join, full):
    first = join("ann")
    keys = {"new": b"n" * 32, **app.extensions["keyring"].keys}
    monkeypatch.setitem(app.extensions, "keyring", Keyring(keys))
    assert join("ann").id == first.id


def test_a_stranger_cannot_change_what_somebody_asked_for(join, full):
    join("ann", wish=WaitingWish(morning=False))
    assert join("ann", wish=WaitingWish(afternoon=False)).morning is False


def test_the_holder_of_a_visit_changes_the_wish_and_keeps_the_turn(join, full):
    first = join(full[1])
    join("bob")
    again = join(full[1], wish=WaitingWish(afternoon=False))
    assert (again.id, again.afternoon) == (first.id, False)


def test_the_list_has_an_end(app, monkeypatch, join, full):
    settings = app.extensions["settings"].model_copy(update={"waiting": WaitingRules(most_waiting=2)})
    monkeypatch.setitem(app.extensions, "settings", settings)
    join("ann")
    join("bob")
    with pytest.raises(ListFull):
        join("eve")
    join("ann")


def test_nobody_waits_who_cannot_be_told(network, desk):
    request = JoinRequest(network.document_check, [network.jiangdong], WaitingWish(), "en", Contact("Ann"))
    with pytest.raises(ContactNeeded):
        join_list(request, now=desk.now)


def test_nobody_waits_with_a_visit_that_is_over(desk, full, join):
    desk.cancel(full[0])
    with pytest.raises(NotChangeable):
        join(full[0])


def test_the_job_tidies_the_list(desk, clock, full, join):
    join(full[2])
    join("bob", wish=WaitingWish(until_day=date(2026, 11, 26)))
    clock.move(days=5)
    jobs.offer_free_times()
    db.session.rollback()
    assert [entry.ended_at is None for entry in db.session.query(WaitingEntry)] == [False, False]


def test_nobody_waits_for_ever(desk, network, clock, case, join, full):
    join("ann")
    of_case = transact(
        waitlist.join,
        JoinRequest(network.collect, [network.central], WaitingWish(), "en", case=case),
        now=desk.now,
    )
    case.collected_at = desk.now
    db.session.commit()
    jobs.offer_free_times()
    db.session.rollback()
    assert of_case.ended_at == desk.now
    clock.move(days=89)
    jobs.offer_free_times()
    clock.move(days=2)
    jobs.offer_free_times()
    ann = db.session.query(WaitingEntry).filter_by(case_id=None).one()
    assert ann.ended_at == clock.now()


def test_who_booked_alone_meanwhile_is_not_asked_until_they_cancel(desk, network, full, join):
    join("ann")
    desk.later(minutes=1)
    kept = desk.hold("14:30", day="2026-12-01", station="central-window")
    own = desk.book(kept, contact=Contact("Ann", "ANN@example.org", ""))
    desk.cancel(full[0])
    assert made() == []
    desk.later(minutes=1)
    desk.cancel(own)
    match(desk, network)
    assert made() == [("ann", at(THURSDAY, "10:00"), None)]


def test_the_operators_horizon_is_looked_at_to_its_end(app, desk, network, join):
    limits.save(LimitsChange(None, None, Limits(horizon_days=60), "ada"), now=desk.now)
    db.session.commit()
    add_closure(network.jiangdong, at("2026-11-24", "00:00"), at("2026-12-28", "00:00"))
    join("ann")
    assert match(desk, network) == 1


def test_old_entries_are_deleted(desk, network, clock, join):
    entry = join("ann")
    match(desk, network)
    transact(waitlist.stop, entry.id, now=desk.now)
    clock.move(days=31)
    jobs.purge()
    assert db.session.query(WaitingEntry).count() == 0


def test_the_offer_of_a_waiting_person_has_the_link_to_stop(desk, full, join):
    entry = join("ann")
    desk.cancel(full[0])
    row = db.session.query(OutboxMessage).filter_by(topic=offers.TOPIC).one()
    letter = writers.compose(row, desk.now)
    assert f"/w/{entry.token}" in letter.text
    assert f"/w/{entry.token}" in letter.html
    assert letter.stop_link.endswith(f"/w/{entry.token}")
    assert letter.to == "ann@example.org"
