"""What the tests of booking share: the ledger after each test, and short words for the core's steps."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.appointments.availability.free_times import forget_candidates
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest, Target
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.db import db, transact
from tests.factories import at, build_case
from tests.integration.appointments.ledger import assert_ledger

VISITOR = Contact("Maria Example", "maria@example.org", "")


@pytest.fixture(autouse=True)
def desks_are_counted_right(app):
    """After every test, taken desks are exactly those of visits and open holds."""
    yield
    assert_ledger()
    forget_candidates()


@pytest.fixture
def case(network):
    return build_case(
        network.visit_type, papers_at=network.central, email="anna@mail.ru", passport="AB1234821"
    )


@pytest.fixture
def desk(network, now):
    """The core's operations, each in its own transaction, at `desk.now`."""
    return Desk(network, now)


class Desk:
    def __init__(self, network, now):
        self.network, self.now = network, now
        self._keys = 0

    def later(self, **length):
        self.now += timedelta(**length)

    def hold(
        self,
        clock="10:00",
        *,
        day="2026-11-24",
        case=None,
        station="jiangdong",
        service="document-check",
        **more,
    ):
        if case:
            station, service, more["case_id"] = "central-window", "collect-permits", case.id
        request = HoldRequest(station, service, at(day, clock), **more)
        return SimpleNamespace(**self._facts(transact(holds.hold, request, now=self.now)))

    @staticmethod
    def _facts(kept):
        return {"public_id": kept.public_id, "starts_at": kept.starts_at, "expires_at": kept.expires_at}

    def book(self, kept, *, key=None, contact=VISITOR, language="en"):
        self._keys += 1
        request = BookingRequest(kept.public_id, key or f"key-{self._keys}", contact, language)
        return transact(operations.book, request, now=self.now)

    def visit(self, clock="10:00", **more):
        return self.book(self.hold(clock, **more))

    def move(self, visit, clock, *, day="2026-11-24", station="jiangdong"):
        return transact(operations.reschedule, visit.reference, Target(station, at(day, clock)), now=self.now)

    def cancel(self, visit):
        return transact(operations.cancel, visit.reference, now=self.now)

    def restore(self, visit):
        return transact(operations.restore, visit.reference, now=self.now)

    def extend(self, kept):
        return transact(holds.extend, kept.public_id, now=self.now)

    def release_expired(self):
        return transact(holds.release_expired, now=self.now)


@pytest.fixture
def one_desk(network):
    """Jiangdong has one desk: who takes a time there takes it alone."""
    db.session.rollback()
    return network.jiangdong
