"""Groups at the same moment: all or nothing for each, never a circle of waiting, never a place twice."""

from functools import partial

import pytest

from app.appointments import queries
from app.appointments.booking import operations as visits
from app.appointments.contacts import Contact
from app.appointments.models import Appointment, Hold, HoldStatus
from app.db import db, transact
from app.groups import operations
from app.groups.operations import GroupDraft
from app.groups.planning import Block, BlockPart
from app.groups.queries import waiting_members
from tests.factories import at, build_case
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.together import run_together, step

CLOCKS = ("10:00", "10:20", "10:40")


@pytest.fixture
def at_once(app):
    return partial(run_together, app)


@pytest.fixture
def build(network, now):
    """Make a draft of three cases."""

    def build(letter):
        cases = [
            build_case(network.visit_type, network.central, passport=f"{letter}{n}{letter}123{n}")
            for n in range(3)
        ]
        draft = GroupDraft(f"Company {letter}", Contact("", "hr@example.org", ""), network.collect, "en")
        group = transact(operations.start, draft, now=now)
        transact(operations.set_cases, group.id, cases)
        return group.id

    return build


def block(length, day="2026-11-25", each=1):
    return Block(tuple(BlockPart(at(day, c), at(day, c) + length, each) for c in CLOCKS))


def hold(network, group_id, when, now):
    members = [m.id for m in waiting_members(db.session.get(operations.Group, group_id))]
    slug = network.central.slug
    return step(operations.hold_all, group_id, slug, when, members=members, asked_from="::1", now=now)


def test_three_groups_want_the_same_two_desks(network, build, at_once, now):
    length = at("2026-11-25", "10:20") - at("2026-11-25", "10:00")
    groups = [build(letter) for letter in "ABC"]
    outcomes = at_once(*(hold(network, group_id, block(length), now) for group_id in groups))
    assert sorted(outcomes) == ["done", "done", "slot_unavailable"]
    kept = db.session.query(Hold).filter_by(status=HoldStatus.OPEN).count()
    assert kept == 6
    assert_ledger()


def test_booking_twice_at_once_and_one_person_alone(network, build, at_once, now):
    length = at("2026-11-25", "10:20") - at("2026-11-25", "10:00")
    group_id = build("A")
    ((operation, *given), more) = hold(network, group_id, block(length), now)
    transact(operation, *given, **more)
    outcomes = at_once(*(step(operations.book_all, group_id, now=now) for _press in range(4)))
    assert set(outcomes) == {"done"}
    assert db.session.query(Appointment).count() == 3
    references = [visit.reference for visit in db.session.query(Appointment)]
    moves = at_once(
        step(visits.cancel, references[0], now=now),
        step(visits.cancel, references[1], now=now),
        step(operations.book_all, group_id, now=now),
    )
    assert set(moves) == {"done"}
    assert_ledger()
    assert queries.get_by_reference(references[2]).live
