"""Who has which slots, until when, and what is closed: the plain model of the journeys."""

from datetime import timedelta
from types import SimpleNamespace

from app.errors import DomainError
from tests.factories import at

LENGTH = timedelta(minutes=20)


class PlainModel:
    """What the journeys expect; `desk`, `holds`, `visits`, `offers`, `closed` and `turns` are theirs."""

    def slots_for(self, clock, people):
        """Return the slots that such a party would be given now; none where it can be given nothing."""
        if people > 1 and not self.turns:
            return frozenset()
        return frozenset(at("2026-11-24", clock) + i * LENGTH for i in range(people))

    def owners(self):
        yield from (visit for visit in self.visits if visit.live)
        for kept in (*self.holds, *self.offers):
            if kept.open and kept.until > self.desk.now:
                yield kept

    def is_had(self, clock, people, but=None):
        """Say whether nobody can be given this time: somebody has some of it, or the door is closed."""
        wanted = self.slots_for(clock, people)
        had = [owner.slots for owner in self.owners() if owner is not but]
        return not wanted or not wanted.isdisjoint(self.closed_slots().union(*had))

    def closed_slots(self):
        return frozenset(at("2026-11-24", clock) for clock in self.closed)

    def begun(self, clock):
        return at("2026-11-24", clock) <= self.desk.now

    def keep(self, clock, people, answer, moves=None):
        """Note a time that the desk keeps now; whoever kept it before has let it go."""
        self.let_go()
        self.holds.append(
            SimpleNamespace(
                id=answer.public_id,
                clock=clock,
                people=people,
                slots=self.slots_for(clock, people),
                until=answer.expires_at,
                open=True,
                used=None,
                moves=moves,
                more=0,
            )
        )

    def let_go(self):
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

    def can_be_had(self, kept):
        if kept.open and (kept.until > self.desk.now or not self.begun(kept.clock)):
            return True
        self.let_go()
        if self.begun(kept.clock) or self.is_had(kept.clock, kept.people):
            return False
        kept.slots = self.slots_for(kept.clock, kept.people)  # taken again, by what counts now
        return True

    def cannot_go(self, visit, clock):
        """Say whether the time is had, not counting what the visit has or is offered: it gives that back."""
        offered = [made for made in self.offers if made.visit is visit and made.open]
        for made in offered:
            made.open = False
        had = self.is_had(clock, visit.people, but=visit)
        for made in offered:
            made.open = True
        return had
