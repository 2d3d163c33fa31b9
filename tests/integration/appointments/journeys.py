"""Any order of holding, booking, moving, cancelling, closing and waiting, beside a plain model.

The model is who has a slot, until when, and what is closed. SQLite alone: the rules are the same
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

from app.appointments import answers, offers, operations
from app.appointments.models import (
    Appointment,
    AppointmentEvent,
    DeskUsage,
    Hold,
    IdempotencyKey,
    TimeOffer,
)
from app.appointments.offers import OfferRequest, Recipient
from app.appointments.policy import HoldLimit, HoldNotFound, NotChangeable, OfferOver, SlotUnavailable
from app.db import db, transact
from app.errors import DomainError
from app.interval import Interval
from app.localtext import LocalText
from app.notifications.models import OutboxMessage
from app.staff.decisions import UNDECIDED, Choice, Decisions
from app.staff.models import PlanChange, TouchedVisit
from app.staff.operations import PlanSave, save_plan
from app.staff.planning import ClosureEdit, ClosureRemoval
from app.stations.models import Closure, Station
from app.stations.opening_hours import ClosedInterval
from tests.factories import at
from tests.integration.appointments.conftest import VISITOR, Desk
from tests.integration.appointments.ledger import assert_ledger

CLOCKS = ("10:00", "10:20", "10:40", "11:00")
clocks = st.sampled_from(CLOCKS)
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


class Journeys(RuleBasedStateMachine):
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

    @property
    def station(self):
        return db.session.scalars(db.select(Station).where(Station.slug == "jiangdong")).one()

    # --- the model ---

    def owner_of(self, clock):
        for visit in self.visits:
            if visit.clock == clock and visit.live:
                return visit
        for kept in (*self.holds, *self.offers):
            if kept.clock == clock and kept.open and kept.until > self.desk.now:
                return kept
        return None

    def is_had(self, clock):
        """Say whether nobody can be given this time: somebody has it, or the door is closed."""
        return clock in self.closed or self.owner_of(clock)

    def begun(self, clock):
        return at("2026-11-24", clock) <= self.desk.now

    def keep(self, clock, answer, moves=None):
        """Note a time that the desk keeps now; whoever kept it before has let it go."""
        self.let_go(clock)
        self.holds.append(
            SimpleNamespace(
                id=answer.public_id,
                clock=clock,
                until=answer.expires_at,
                open=True,
                used=None,
                moves=moves,
                more=0,
            )
        )

    def let_go(self, clock):
        """What the core does lazily: a hold that ran out loses its slot when somebody else wants one."""
        for kept in (*self.holds, *self.offers):
            if kept.open and kept.until <= self.desk.now:
                kept.open = False

    def changed(self, visit):
        """What was offered to a visit before it changed is taken back."""
        for made in self.offers:
            if made.visit is visit:
                made.open = False

    def pick(self, things, n):
        return things[n % len(things)]

    def attempt(self, act, *args, **kwargs):
        try:
            return act(*args, **kwargs)
        except DomainError as refusal:
            return refusal

    # --- what people do ---

    @rule(clock=clocks)
    def hold(self, clock):
        answer = self.attempt(self.desk.hold, clock)
        if self.begun(clock) and at("2026-11-24", clock) != self.desk.now:
            assert isinstance(answer, DomainError)
            return
        if self.is_had(clock):
            assert isinstance(answer, SlotUnavailable)
            return
        assert not isinstance(answer, DomainError)
        self.keep(clock, answer)

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
                    id=answer.id, reference=answer.reference, clock=kept.clock, live=True, cancelled_at=None
                ),
            )
            self.visits.append(kept.used)
        else:
            assert isinstance(answer, SlotUnavailable)

    def can_be_had(self, kept):
        if kept.open and (kept.until > self.desk.now or not self.begun(kept.clock)):
            return True
        self.let_go(kept.clock)
        return not self.begun(kept.clock) and not self.is_had(kept.clock)

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
        elif at("2026-11-24", clock) < self.desk.now or self.is_had(clock):
            assert isinstance(answer, DomainError)
        else:
            assert answer.starts_at == at("2026-11-24", clock)
            self.let_go(clock)
            self.changed(visit)
            visit.clock = clock

    @precondition(lambda self: any(v.live for v in self.visits))
    @rule(n=picks, clock=clocks)
    def hold_for_moving(self, n, clock):
        visit = self.pick([v for v in self.visits if v.live], n)
        answer = self.attempt(self.desk.hold, clock, moves=visit.id)
        if self.begun(visit.clock) or at("2026-11-24", clock) < self.desk.now or self.is_had(clock):
            assert isinstance(answer, DomainError)
            return
        self.keep(clock, answer, moves=visit)

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
            kept.open, kept.used, visit.clock = False, visit, kept.clock
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
        who = Recipient("document-check", "en", VISITOR, visit_id=visit.id)
        request = OfferRequest("jiangdong", at("2026-11-24", clock), until, who)
        answer = self.attempt(transact, offers.make, request, now=self.desk.now)
        if self.begun(visit.clock) or at("2026-11-24", clock) < self.desk.now or self.is_had(clock):
            assert isinstance(answer, DomainError)
            return
        self.let_go(clock)
        made = SimpleNamespace(
            token=answer.token, visit=visit, clock=clock, told=until, until=answer.hold.expires_at, open=True,
            taken=False,
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
            made.visit.clock, made.taken = made.clock, True
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
            self.let_go(visit.clock)
            if self.begun(visit.clock) or self.is_had(visit.clock):
                assert isinstance(answer, SlotUnavailable)
                return
            visit.live = True

    # --- what a manager does ---

    @rule(clock=clocks, cancels=st.booleans())
    def close(self, clock, cancels):
        if clock in self.closed:
            return
        start = at("2026-11-24", clock)
        closure = ClosedInterval(Interval(start, start + timedelta(minutes=20)), LocalText("typhoon"))
        self.save(ClosureEdit(closure), CANCEL if cancels else UNDECIDED)
        row = db.session.scalars(db.select(Closure).where(Closure.starts_at == start)).one()
        self.closed[clock] = ClosureRemoval(row.id, closure)
        self.let_go(clock)
        for kept in (*self.holds, *self.offers):
            if kept.open and kept.clock == clock:
                kept.open, kept.until = False, self.desk.now
        for visit in self.visits:
            if visit.live and visit.clock == clock and cancels and not self.begun(clock):
                visit.live, visit.cancelled_at = False, self.desk.now
                self.changed(visit)

    @precondition(lambda self: self.closed)
    @rule(n=picks)
    def reopen(self, n):
        clock = self.pick(sorted(self.closed), n)
        self.save(self.closed.pop(clock), UNDECIDED)
        self.let_go(clock)

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
        self.let_go(None)

    @invariant()
    def desks_are_counted_right(self):
        assert_ledger()


def run(network, now, *, examples, **more):
    machine = type("TheseJourneys", (Journeys,), {"network": network, "start": now})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck), **more,
        ),
    )  # fmt: skip
