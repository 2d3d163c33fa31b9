"""A real worker whose wall clock jumps by an hour: messages that are due go out soon, and each once."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.appointments.models import Appointment
from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import MessageStatus, OutboxMessage
from tests.processes.test_worker import installation, within, worker  # noqa: F401
from tests.server import TUESDAY

LATEST = timedelta(seconds=45)
HOUR = timedelta(hours=1)
SOON = TUESDAY + timedelta(days=2)
SHIFT = round((TUESDAY - datetime.now(UTC)).total_seconds())


class WallClock:
    """The worker's clock: it goes on as ours does, and jumps when told."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump(timedelta())

    def jump(self, by: timedelta) -> None:
        """Move the clock to this distance from where it would be."""
        self.by = by
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(by.total_seconds()))
        fresh.replace(self.file)  # in one step: nobody reads half of it

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=SHIFT) + self.by


@pytest.fixture
def clock(tmp_path: Path) -> WallClock:
    return WallClock(tmp_path / "wall-clock")


@pytest.fixture
def running(installation, tmp_path: Path, clock: WallClock) -> Iterator[Flask]:  # noqa: F811
    """A worker that has sent the one message that was due."""
    app, url = installation
    command = [sys.executable, "-m", "tests.processes.jumping_clock", "worker"]
    moved = {"WALL_CLOCK": str(clock.file), "CLOCK_SHIFT_SECONDS": str(SHIFT)}
    with app.app_context():
        db.session.query(Appointment).update({"starts_at": SOON, "ends_at": SOON + HOUR})
        db.session.commit()
    with worker(url, tmp_path, command=command, **moved), app.app_context():
        assert within(60, lambda: sent() == {"confirmation"}), (tmp_path / "worker.log").read_text()
        yield app


def sent() -> set[str]:
    """Return the kinds of the messages that went out at their first try."""
    found = db.session.query(OutboxMessage.kind).filter_by(status=MessageStatus.SENT, attempts=1)
    kinds = {kind for (kind,) in found}
    db.session.rollback()
    return kinds


def put(kind: str, due_at: datetime, now: datetime) -> None:
    visit = db.session.query(Appointment.id).scalar()
    transact(outbox.enqueue, OutboxRequest(kind, "appointment", visit, 0, kind, "email", due_at), now=now)


def lateness(kind: str, since: datetime) -> timedelta:
    """Return how late a message was on the worker's own clock, counted from the jump if it was due before."""
    row = db.session.query(OutboxMessage).filter_by(kind=kind).one()
    late = row.finished_at - max(row.send_at, since)
    db.session.rollback()
    return late


def wait_for(kind: str, folder: Path) -> None:
    assert within(60, lambda: kind in sent()), (folder / "worker.log").read_text()
    assert len(list((folder / "mail").glob("*.eml"))) == 2, "each went out once"


def test_after_a_jump_back_what_is_due_goes_out_soon(running, clock: WallClock, tmp_path: Path) -> None:
    clock.jump(-HOUR)
    jumped = clock.now()
    put("changed", jumped, jumped)

    wait_for("changed", tmp_path)

    assert timedelta() <= lateness("changed", jumped) <= LATEST


def test_after_a_jump_ahead_what_became_due_in_the_lost_hour_goes_out_soon(
    running, clock: WallClock, tmp_path: Path
) -> None:
    put("changed", clock.now() + HOUR / 2, clock.now())
    clock.jump(HOUR)
    jumped = clock.now()

    wait_for("changed", tmp_path)

    assert timedelta() <= lateness("changed", jumped) <= LATEST
