"""Every pair of operations that can meet, in both orders: whatever they do at once, they could have done
one after the other, and the loser is told no in words that are known.
"""

import itertools

import pytest
from sqlalchemy import event

from app.appointments.availability.free_times import forget_candidates
from app.crypto import Keyring
from app.db import db
from app.stations.hours.plans import forget_plans
from app.stations.limits import forget_limits
from app.wording import REFUSALS
from tests.conftest import make_app
from tests.integration.races import casework, people, planning, strangers, visiting, world
from tests.integration.races.reset import Snapshot, Written
from tests.integration.races.stage import DONE, AtOnce, Watch, answer_of
from tests.integration.races.state import State, digest

TABLE = [*visiting.TABLE, *planning.TABLE, *people.TABLE, *casework.TABLE, *strangers.TABLE]


# All changes of opening plans go one way, behind the lock of their station, so each of these meets itself and
# the others below; what they do to people meets everything.
ALIKE = {
    "close_and_cancel", "close_and_ask", "close_and_keep", "fewer_desks", "shorter_week", "desk_groups",
    "one_desk_more", "open_again",
}  # fmt: skip


def situation_of(first, second):
    """Return the first situation in which both make sense, if they can meet on anything at all."""
    if not first.about & second.about or ({first.name, second.name} <= ALIKE and first is not second):
        return None
    return next((name for name in world.SITUATIONS if name in first.on and name in second.on), None)


PAIRS = [
    (situation, first, second)
    for first, second in itertools.combinations_with_replacement(TABLE, 2)
    if (situation := situation_of(first, second))
]
PAIRS.sort(key=lambda pair: list(world.SITUATIONS).index(pair[0]))


class Place:
    """One database in which the races are run."""

    def __init__(self, app):
        self.app = app
        self.situation = None
        self.snapshots, self.worlds = {}, {}
        self.memory, self.before = {}, {}
        self.sound = None  # what was found without a fault just now
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                # Whether it survives a crash is not what is looked at here.
                event.listen(
                    db.engine, "connect", lambda made, _record: made.execute("PRAGMA synchronous=OFF")
                )
                db.engine.dispose()
            self.written = Written(db.engine)
            self.old_ring = app.extensions["keyring"]
            self.new_ring = Keyring({"newer": b"n" * 32, **self.old_ring.keys})
            world.build()
            self.empty = Snapshot()
            self.watch = Watch(db.engine) if db.engine.dialect.name == "postgresql" else None

    def set(self, situation):
        """Make the database what the situation says; build it when it is asked for the first time."""
        if situation not in self.snapshots:
            self._build(situation)
        if self.situation == situation:
            self.snapshots[situation].put_back(self.written.names)
        else:
            self.snapshots[situation].replace_all()
            self.situation = situation
        self.written.names.clear()
        self._forget()
        return self.worlds[situation]

    def _build(self, situation):
        self.empty.replace_all()
        self._forget()
        self.app.extensions["keyring"] = self.old_ring
        world.SITUATIONS[situation]()
        db.session.rollback()
        self.worlds[situation] = world.World.read()
        db.session.rollback()
        self.snapshots[situation] = Snapshot()
        self.before[situation] = digest(set(), None)
        self.app.extensions["keyring"] = self.new_ring
        self.situation = None

    def _forget(self):
        db.session.remove()
        forget_plans()
        forget_candidates()
        forget_limits()

    def one_after_the_other(self, situation, *operations):
        """Return the answers, what is left and what is wrong with it; known after the first time."""
        key = situation, *(operation.name for operation in operations)
        if key not in self.memory:
            with self.app.app_context():
                w = self.set(situation)
                answers = tuple(answer_of(lambda one=one: one.run(w)) for one in operations)
                self.memory[key] = answers, *self._left(situation)
        return self.memory[key]

    def at_once(self, situation, first, second):
        """Return the same of two that meet."""
        with self.app.app_context():
            w = self.set(situation)
            answers = AtOnce(self.app, self.watch, lambda: first.run(w), lambda: second.run(w)).run()
            return answers, *self._left(situation)

    def _left(self, situation):
        left = digest(self.written.names, self.before[situation])
        faults = State().faults() if left != self.sound else []
        if not faults:
            self.sound = left
        db.session.remove()
        return left, faults


@pytest.fixture(scope="module")
def place(databases, tmp_path_factory):
    """Return the place on a kind of database, made at the first call."""
    made = {}

    def on(kind):
        if kind not in made:
            made[kind] = Place(make_app(databases.make(kind), tmp_path_factory.mktemp(f"races-{kind}")))
        return made[kind]

    yield on
    for one in made.values():
        with one.app.app_context():
            if one.watch:
                one.watch.close()
            db.session.remove()
            db.engine.dispose()


def name_of(pair):
    situation, first, second = pair
    return f"{situation}-{first.name}-{second.name}"


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_two_at_once_do_what_two_after_another_do(place, pair):
    situation, first, second = pair
    faults = []
    for one, other in {
        (first.name, second.name): (first, second),
        (second.name, first.name): (second, first),
    }.values():
        faults += [f"{one.name}, then {other.name}: {f}" for f in look(place, situation, one, other)]
    assert not faults, "\n" + "\n".join(faults)


def look(place, situation, one, other):
    """Yield what is wrong with one order: in turn on SQLite, at once on PostgreSQL."""
    in_turn = place("sqlite").one_after_the_other
    serial = [in_turn(situation, one, other)]
    answers, left, faults = serial[0]
    yield from (f"in turn: {fault}" for fault in faults)
    yield from (f"in turn: {answer}" for answer in answers if answer != DONE and answer not in REFUSALS)
    place("postgresql").sound = None if faults else left
    answers, left, faults = place("postgresql").at_once(situation, one, other)
    yield from (f"at once: {fault}" for fault in faults)
    yield from (
        f"at once: {answer}" for answer in answers if answer not in (DONE, *REFUSALS) or answer == "busy"
    )
    if left == serial[0][1]:
        return
    serial.append(in_turn(situation, other, one))
    if answers[1] != DONE or other.skips:
        serial.append(in_turn(situation, one))
    known = [digest for _answers, digest, _faults in serial]
    if left in known or (other.skips and mixed(left, known)):
        return
    yield f"at once {answers}, in turn {serial[0][0]}: {difference(left, serial[0][1])}"


def mixed(left, known):
    """Say whether each row is as after some order: what one has locked is passed over, the rest is not."""
    return all(any(row in digest[name] for digest in known) for name, rows in left.items() for row in rows)


def difference(one, other):
    return {name: _unlike(one[name], other[name]) for name in one if one[name] != other[name]}


def _unlike(one, other):
    """Say what is only in the first, then what is only in the other."""
    sides = [[x for x in a if x not in b] for a, b in ((one, other), (other, one))]
    if all(len(side) == 1 and isinstance(side[0], tuple) for side in sides):
        (a,), (b,) = sides
        return [pair for pair in zip(a, b, strict=True) if pair[0] != pair[1]]
    return sides
