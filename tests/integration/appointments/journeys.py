"""Any order of holding, booking, moving, cancelling, closing and waiting, beside a plain model.

The model is who has which slots, until when, and what is closed. There is one desk: people who come
together can only take turns there, in slots that follow one another, while the service lets them. What
somebody has stays theirs when the service is changed. SQLite alone: the rules are the same
on PostgreSQL, and what differs there (locks) needs processes, not orders.
"""

from datetime import timedelta
from types import SimpleNamespace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking import answers, operations
from app.appointments.holds.refusals import HoldLimit, HoldNotFound
from app.appointments.models import Appointment, AppointmentEvent, DeskUsage, Hold, IdempotencyKey
from app.appointments.refusals import NotChangeable
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.appointments.waitlist.refusals import OfferOver
from app.db import db, transact
from app.errors import DomainError
from app.interval import Interval
from app.localtext import LocalText
from app.notifications.models import OutboxMessage
from app.planning.decisions import UNDECIDED, Choice, Decisions
from app.planning.edits import ClosureEdit, ClosureRemoval
from app.planning.models import PlanChange, TouchedVisit
from app.planning.operations import PlanSave, save_plan
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Closure, Service, Station
from app.stations.party import PartyServed
from tests.factories import at
from tests.integration.appointments.conftest import VISITOR, Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.appointments.plain_model import LENGTH, PlainModel

CLOCKS = ("10:00", "10:20", "10:40", "11:00")
clocks = st.sampled_from(CLOCKS)
parties = st.sampled_from([1, 1, 1, 2, 3])
picks = st.integers(0, 30)


# In the order in which they name each other.
EMPTIED = (
    OutboxMessage,
    TimeOffer,
    IdempotencyKey,
    AppointmentEvent,
    Hold,
    TouchedVisit,
    PlanChange,
    Closure,
    Appointment,
    DeskUsage,
)
CANCEL = Decisions(Choice.CANCEL)


class Journeys(PlainModel, RuleBasedStateMachine):
    network: object
    start: object

    def __init__(self):
        super().__init__()
        db.session.rollback()
        for model in EMPTIED:
            db.session.query(model).delete()
        self.station.plan_version += 1  # its closures are gone
        db.session.commit()
        self.desk = Desk(self.network, self.start)
        self.holds, self.visits, self.offers = [], [], []
        self.closed = {}
        self.take_turns(True)

    @property
    def station(self):
        return db.session.scalars(db.select(Station).where(Station.slug == "jiangdong")).one()

    # --- what people do ---

    @rule(clock=clocks, people=parties)
    def hold(self, clock, people):
        answer = self.attempt(self.desk.hold, clock, party_size=people)
        if self.begun(clock) and at("2026-11-24", clock) != self.desk.now:
            assert isinstance(answer, DomainError)
            return
        if self.is_had(clock, people):
            assert isinstance(answer, SlotUnavailable)
            return
        assert not isinstance(answer, DomainError)
        self.keep(clock, people, answer)

    @precondition(lambda self: self.holds)
    @rule(n=picks)
    def book(self, n):
        kept = self.pick(self.holds, n)
        answer = self.attempt(self.desk.book, SimpleNamespace(public_id=kept.id))
        if kept.moves:
            assert isinstance(answer, HoldNotFound) or kept.used
        elif kept.used:
            assert answer.reference == kept.used.reference
        elif self.can_be_had(kept):
            kept.open, kept.used = (
                False,
                SimpleNamespace(
                    id=answer.id,
                    reference=answer.reference,
                    clock=kept.clock,
                    people=kept.people,
                    slots=kept.slots,
                    live=True,
                    cancelled_at=None,
                ),
            )
            self.visits.append(kept.used)
        else:
            assert isinstance(answer, SlotUnavailable)

    @precondition(lambda self: self.holds)
    @rule(n=picks)
    def extend(self, n):
        kept = self.pick(self.holds, n)
        answer = self.attempt(self.desk.extend, SimpleNamespace(public_id=kept.id))
        if kept.used:
            assert isinstance(answer, HoldNotFound)
        elif kept.more >= 10:
            assert isinstance(answer, HoldLimit)
        elif self.can_be_had(kept):
            kept.open, kept.until, kept.more = True, answer.expires_at, kept.more + 1
        else:
            assert isinstance(answer, SlotUnavailable)

    @precondition(lambda self: self.visits)
    @rule(n=picks, clock=clocks)
    def move(self, n, clock):
        visit = self.pick(self.visits, n)
        answer = self.attempt(self.desk.move, visit, clock)
        if not visit.live or self.begun(visit.clock):
            assert isinstance(answer, NotChangeable)
        elif clock == visit.clock:
            assert not isinstance(answer, DomainError)
        elif at("2026-11-24", clock) < self.desk.now or self.cannot_go(visit, clock):
            assert isinstance(answer, DomainError)
        else:
            assert answer.starts_at == at("2026-11-24", clock)
            self.let_go()
            self.changed(visit)
            visit.clock, visit.slots = clock, self.slots_for(clock, visit.people)

    @precondition(lambda self: any(v.live for v in self.visits))
    @rule(n=picks, clock=clocks)
    def hold_for_moving(self, n, clock):
        visit = self.pick([v for v in self.visits if v.live], n)
        answer = self.attempt(self.desk.hold, clock, moves=visit.id, party_size=visit.people)
        had = self.is_had(clock, visit.people)
        if self.begun(visit.clock) or at("2026-11-24", clock) < self.desk.now or had:
            assert isinstance(answer, DomainError)
            return
        self.keep(clock, visit.people, answer, moves=visit)

    @precondition(lambda self: any(h.moves for h in self.holds))
    @rule(n=picks)
    def move_to_hold(self, n):
        kept = self.pick([h for h in self.holds if h.moves], n)
        visit = kept.moves
        answer = self.attempt(transact, operations.move_to_hold, kept.id, now=self.desk.now)
        if kept.used:
            assert answer.reference == visit.reference
        elif not visit.live or self.begun(visit.clock):
            assert isinstance(answer, NotChangeable)
        elif self.can_be_had(kept):
            assert answer.starts_at == at("2026-11-24", kept.clock)
            kept.open, kept.used, visit.clock, visit.slots = False, visit, kept.clock, kept.slots
            self.changed(visit)
        else:
            assert isinstance(answer, SlotUnavailable)

    @precondition(lambda self: self.visits)
    @rule(n=picks)
    def cancel(self, n):
        visit = self.pick(self.visits, n)
        answer = self.attempt(self.desk.cancel, visit)
        if not visit.live:
            assert not isinstance(answer, DomainError)
        elif self.begun(visit.clock):
            assert isinstance(answer, NotChangeable)
        else:
            visit.live, visit.cancelled_at = False, self.desk.now
            self.changed(visit)

    # --- what is offered to them ---

    @precondition(lambda self: any(v.live for v in self.visits))
    @rule(n=picks, clock=clocks, minutes=st.sampled_from([3, 45]))
    def offer(self, n, clock, minutes):
        visit = self.pick([v for v in self.visits if v.live], n)
        until = self.desk.now + timedelta(minutes=minutes)
        who = Recipient("document-check", "en", VISITOR, visit.people, visit.id)
        request = OfferRequest("jiangdong", at("2026-11-24", clock), until, who)
        answer = self.attempt(transact, offers.make, request, now=self.desk.now)
        had = self.is_had(clock, visit.people)
        past = at("2026-11-24", clock) < self.desk.now
        if self.begun(visit.clock) or past or had or visit.clock <= clock:
            assert isinstance(answer, DomainError)  # what is offered is an earlier time, or nothing
            return
        self.let_go()
        made = SimpleNamespace(
            token=answer.token, visit=visit, clock=clock, told=until, until=answer.hold.expires_at, open=True,
            taken=False, slots=self.slots_for(clock, visit.people),
        )  # fmt: skip
        db.session.rollback()
        self.offers.append(made)

    def is_open(self, made):
        visit = made.visit
        ahead = visit.live and not self.begun(visit.clock) and not self.begun(made.clock)
        return made.open and ahead and self.desk.now < made.told

    @precondition(lambda self: self.offers)
    @rule(n=picks)
    def take_offer(self, n):
        made = self.pick(self.offers, n)
        answer = self.attempt(transact, answers.take, made.token, now=self.desk.now)
        if made.taken:
            assert answer.reference == made.visit.reference
        elif self.is_open(made):
            assert answer.starts_at == at("2026-11-24", made.clock)
            made.visit.clock, made.visit.slots, made.taken = made.clock, made.slots, True
            self.changed(made.visit)
        else:
            assert isinstance(answer, OfferOver)
        db.session.rollback()

    @precondition(lambda self: self.offers)
    @rule(n=picks)
    def decline_offer(self, n):
        made = self.pick(self.offers, n)
        self.attempt(transact, answers.decline, made.token, now=self.desk.now)
        db.session.rollback()
        if self.is_open(made) and not made.taken:
            made.open = False

    @precondition(lambda self: self.visits)
    @rule(n=picks)
    def restore(self, n):
        visit = self.pick(self.visits, n)
        answer = self.attempt(self.desk.restore, visit)
        if visit.live:
            assert not isinstance(answer, DomainError)
        elif self.desk.now - visit.cancelled_at > timedelta(minutes=30):
            assert isinstance(answer, NotChangeable)
        else:
            self.let_go()
            if self.begun(visit.clock) or self.is_had(visit.clock, visit.people):
                assert isinstance(answer, SlotUnavailable)
                return
            visit.live, visit.slots = True, self.slots_for(visit.clock, visit.people)

    # --- what a manager does ---

    @rule(clock=clocks, cancels=st.booleans())
    def close(self, clock, cancels):
        if clock in self.closed:
            return
        start = at("2026-11-24", clock)
        closure = ClosedInterval(Interval(start, start + LENGTH), LocalText("typhoon"))
        closed_before = self.closed_slots()
        self.save(ClosureEdit(closure), CANCEL if cancels else UNDECIDED)
        row = db.session.scalars(db.select(Closure).where(Closure.starts_at == start)).one()
        self.closed[clock] = ClosureRemoval(row.id, closure)
        self.let_go()
        for kept in (*self.holds, *self.offers):
            if kept.open and start in kept.slots:
                kept.open, kept.until = False, self.desk.now
        for visit in self.visits:
            # Who had lost a slot of theirs before is not touched again.
            touched = visit.live and start in visit.slots and visit.slots.isdisjoint(closed_before)
            if touched and cancels and not self.begun(visit.clock):
                visit.live, visit.cancelled_at = False, self.desk.now
                self.changed(visit)

    @precondition(lambda self: self.closed)
    @rule(n=picks)
    def reopen(self, n):
        clock = self.pick(sorted(self.closed), n)
        self.save(self.closed.pop(clock), UNDECIDED)
        self.let_go()

    @rule(turns=st.booleans())
    def take_turns(self, turns):
        """Let people who come together take turns at a desk, or have one each; who is booked keeps theirs."""
        self.turns = turns
        served = PartyServed.IN_A_ROW if turns else PartyServed.SIDE_BY_SIDE
        db.session.query(Service).filter_by(code="document-check").update({"party_served": served})
        db.session.commit()

    def save(self, edit, decisions):
        change = PlanSave("jiangdong", edit, self.station.plan_version, "tom")
        transact(save_plan, change, decisions, now=self.desk.now)
        db.session.rollback()

    @rule(minutes=st.sampled_from([1, 7, 15, 16, 31]))
    def wait(self, minutes):
        self.desk.later(minutes=minutes)

    @rule()
    def give_expired_back(self):
        self.desk.release_expired()
        self.let_go()

    @invariant()
    def desks_are_counted_right(self):
        assert_ledger()
        stored = db.session.query(Appointment).filter(Appointment.status == "booked")
        have = {visit.id: visit.slots for visit in self.visits if visit.live}
        assert {row.id: (row.desks, slots_in(row.interval)) for row in stored} == {
            number: (1, slots) for number, slots in have.items()
        }


def slots_in(interval):
    return frozenset(interval.start + i * LENGTH for i in range(interval.length // LENGTH))


def run(network, now, *, examples, **more):
    machine = type("TheseJourneys", (Journeys,), {"network": network, "start": now})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck), **more,
        ),
    )  # fmt: skip
