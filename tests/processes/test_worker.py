"""`flask worker` as a process: it delivers, leaves its heartbeat, and ends when it is told."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app.appointments.reminders.announcing import announce
from app.db import db, transact
from app.jobs import build_scheduler
from app.notifications.models import OutboxMessage
from app.notifications.watch.heartbeat import last_runs
from tests import factories
from tests.conftest import make_app
from tests.databases import Databases
from tests.server import BIN, ROOT, TUESDAY, environment

WORKER = (str(BIN / "flask"), "--app", "wsgi", "worker")


@pytest.fixture
def installation(databases: Databases, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """An app with one booked visit whose confirmation is due."""
    url = databases.make("sqlite")
    app = make_app(url, tmp_path)
    with app.app_context():
        network = factories.build_network()
        visit = factories.build_appointment(network.central, network.document_check)
        transact(announce, visit, "confirmation", now=TUESDAY)
    yield app, url
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def worker(
    url: str, folder: Path, *, command: Sequence[str] = WORKER, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(url, folder, **settings), stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def state(app: Flask) -> tuple[str, str]:
    with app.app_context():
        row = db.session.query(OutboxMessage).filter_by(kind="confirmation").one()
        found = row.status, row.reason
        db.session.rollback()
        return found


def test_it_delivers_beats_and_ends_on_sigterm(installation, tmp_path) -> None:
    app, url = installation
    with worker(url, tmp_path) as process:
        assert within(20, lambda: state(app)[0] == "sent"), (tmp_path / "worker.log").read_text()
        assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
        with app.app_context():
            every_job = set(build_scheduler(app).names)
            assert within(10, lambda: set(_beats()) == every_job), "each leaves its heartbeat"
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, (tmp_path / "worker.log").read_text()
        assert time.monotonic() - begun < 10
    log = (tmp_path / "worker.log").read_text()
    assert "maria" not in log
    assert "Traceback" not in log


def _beats() -> dict[str, object]:
    beats = last_runs()
    db.session.rollback()
    return dict(beats)


def test_a_provider_that_hangs_does_not_keep_it_from_ending(installation, tmp_path) -> None:
    app, url = installation
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        smtp_url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        silent.settimeout(20)
        with worker(url, tmp_path, SMTP_URL=smtp_url) as process, silent.accept()[0]:
            assert state(app)[0] == "claimed"  # Only now: between claim and call it could still end in peace.
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(15) == os.EX_OK + 1
            assert time.monotonic() - begun < 10
    assert state(app)[0] == "claimed", "its lease brings it back"
