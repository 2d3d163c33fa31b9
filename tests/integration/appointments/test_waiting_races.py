"""The waiting list under fire: no place is offered twice, the order stays, no visit is lost."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.appointments.booking import answers, operations
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage, Hold, HoldStatus, IdempotencyKey
from app.appointments.waitlist import matching
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist import rules as waiting_rules
from app.appointments.waitlist.models import TimeOffer, WaitingEntry, WaitingPlace
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.refusals import OfferOver
from app.appointments.waitlist.rules import WaitingWish
from app.db import db, transact
from app.notifications.models import OutboxMessage
from app.settings import WaitingRules
from tests.factories import add_closure, at
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.together import run_together, step
from tests.waiting import join_list

DAY = "2026-11-26"
CLOCKS = ("10:00", "10:20", "10:40", "11:00", "11:20", "11:40")


def open_one_day(station):
    """Leave six times, at one desk, on one day."""
    add_closure(station, at("2026-11-24", "00:00"), at(DAY, "10:00"))
    add_closure(station, at(DAY, "12:00"), at("2027-01-10", "09:00"))


def book_all(desk):
    return [desk.visit(clock, day=DAY) for clock in CLOCKS]


def join(desk, name):
    request = JoinRequest(
        desk.network.document_check,
        [desk.network.jiangdong],
        WaitingWish(),
        "en",
        Contact(name, f"{name}@e.org", ""),
    )
    return join_list(request, now=desk.now)


def open_offers():
    db.session.rollback()
    kept = db.session.query(TimeOffer).join(TimeOffer.hold).filter(TimeOffer.answer.is_(None))
    return kept.filter(Hold.status == HoldStatus.OPEN).order_by(TimeOffer.id).all()


@pytest.fixture
def full(desk):
    open_one_day(desk.network.jiangdong)
    return book_all(desk)


@pytest.fixture
def at_once(app):
    return partial(run_together, app)


def test_many_cancel_at_once(desk, network, full, at_once):
    entries = [join(desk, f"person{n}") for n in range(4)]
    match = step(matching.offer_free_times, network.jiangdong.id, now=desk.now)
    cancels = [step(operations.cancel, visit.reference, now=desk.now) for visit in full]
    outcomes = at_once(*cancels, match, match)
    assert set(outcomes) == {"done"}
    # Whoever came too late to match left it to the job, which follows.
    transact(matching.offer_free_times, network.jiangdong.id, now=desk.now)
    offered = open_offers()
    assert sorted(o.waiting_id for o in offered) == [entry.id for entry in entries]
    assert max(Counter(o.hold.starts_at for o in offered).values()) == 1
    assert_ledger()


def test_one_place_and_many_matchers_ask_the_first_person_alone(desk, network, full, at_once):
    entries = [join(desk, f"person{n}") for n in range(3)]
    match = step(matching.offer_free_times, network.jiangdong.id, now=desk.now)
    outcomes = at_once(step(operations.cancel, full[2].reference, now=desk.now), match, match, match)
    assert set(outcomes) == {"done"}
    transact(matching.offer_free_times, network.jiangdong.id, now=desk.now)
    assert [o.waiting_id for o in open_offers()] == [entries[0].id]


def test_taking_declining_and_cancelling_in_one_moment(desk, full, at_once):
    """Whatever comes first, the visit has exactly one place and the other place is free or offered."""
    request = JoinRequest(
        desk.network.document_check, [desk.network.jiangdong], WaitingWish(), "en", visit=full[5]
    )
    join_list(request, now=desk.now)
    desk.cancel(full[0])
    token = open_offers()[0].token
    outcomes = at_once(
        step(answers.take, token, now=desk.now),
        step(answers.take, token, now=desk.now),
        step(answers.decline, token, now=desk.now),
        step(operations.cancel, full[5].reference, now=desk.now),
        step(matching.offer_free_times, desk.network.jiangdong.id, now=desk.now),
    )
    assert set(outcomes) <= {"done", "offer_over", "not_changeable"}
    assert outcomes[2:] == ["done", "done", "done"]
    assert open_offers() == []
    assert_ledger()


def test_a_stranger_and_the_next_in_line_want_what_was_not_answered(desk, network, full, at_once):
    join(desk, "ann")
    second = join(desk, "bob")
    desk.cancel(full[0])
    later = desk.now + timedelta(hours=2, seconds=1)
    wish = HoldRequest("jiangdong", "document-check", at(DAY, "10:00"))
    stranger, matched = at_once(
        step(holds.hold, wish, now=later), step(matching.offer_free_times, network.jiangdong.id, now=later)
    )
    assert (stranger, matched) == ("slot_unavailable", "done")
    assert [o.waiting_id for o in open_offers()] == [second.id]


# --- any order of things ------------------------------------------------------------------------

numbers = st.integers(0, 5)
actions = st.one_of(
    st.tuples(st.just("join"), numbers),
    st.tuples(st.just("stop"), numbers),
    st.tuples(st.just("cancel"), numbers),
    st.tuples(st.just("take"), numbers),
    st.tuples(st.just("decline"), numbers),
    st.tuples(st.just("wait"), st.sampled_from([10, 61, 121])),
    st.tuples(st.just("match"), st.just(0)),
)


class Day:
    """One day with waiting people; after each action the order is checked."""

    def __init__(self, network, now):
        self.desk = Desk(network, now)
        self.visits = book_all(self.desk)
        self.seen = 0

    def act(self, kind, number):
        before = {entry.id for entry in db.session.query(WaitingEntry).filter_by(ended_at=None)}
        getattr(self, kind)(number)
        assert_ledger()
        self.check_order(before)

    def join(self, number):
        join(self.desk, f"person{number}")

    def stop(self, number):
        entries = db.session.query(WaitingEntry).filter_by(ended_at=None).all()
        if entries:
            transact(waitlist.stop, entries[number % len(entries)].id, now=self.desk.now)

    def cancel(self, number):
        if self.visits[number].starts_at > self.desk.now:
            self.desk.cancel(self.visits[number])

    def answer(self, act, number):
        offered = open_offers()
        if offered:
            try:
                transact(act, offered[number % len(offered)].token, now=self.desk.now)
            except OfferOver:
                assert offered[number % len(offered)].until <= self.desk.now

    def take(self, number):
        self.answer(answers.take, number)

    def decline(self, number):
        self.answer(answers.decline, number)

    def wait(self, minutes):
        self.desk.later(minutes=minutes)

    def match(self, _number):
        transact(matching.offer_free_times, self.desk.network.jiangdong.id, now=self.desk.now)

    def check_order(self, were_waiting):
        """Nobody who joined earlier, and could have been asked, was passed over."""
        offered = db.session.query(TimeOffer).order_by(TimeOffer.id).all()
        for new in offered[self.seen :]:
            for entry_id in were_waiting:
                if entry_id < new.waiting_id:
                    assert not self.could_be_asked(entry_id, new, offered)
        self.seen = len(offered)

    def could_be_asked(self, entry_id, new, offered):
        theirs = [o for o in offered if o.waiting_id == entry_id and o.id < new.id]
        rested = waiting_rules.may_be_asked([o.created_at for o in theirs], WaitingRules(), now=self.desk.now)
        had_it = any(o.hold.starts_at == new.hold.starts_at for o in theirs)
        considers = any(o.answer is None and o.until > self.desk.now for o in theirs)
        ended = db.session.get(WaitingEntry, entry_id).ended_at
        return rested and not had_it and not considers and ended is None


OF_A_DAY = (TimeOffer, WaitingPlace, WaitingEntry, OutboxMessage, IdempotencyKey, AppointmentEvent, Hold,
            Appointment, DeskUsage)  # fmt: skip


def clear():
    """Delete what one day left behind; the network stays."""
    db.session.rollback()
    for model in OF_A_DAY:
        db.session.query(model).delete()
    db.session.commit()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_place_is_offered_twice_and_the_order_is_kept(network, now):
    open_one_day(network.jiangdong)

    @given(st.lists(actions, min_size=3, max_size=9))
    @settings(
        max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def run(steps):
        clear()
        day = Day(network, now)
        for kind, number in [("join", 0), ("join", 1), ("cancel", 0), *steps]:
            day.act(kind, number)

    run()
