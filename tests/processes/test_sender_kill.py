"""kill -9 of the sender at every named point, on both databases, over real SMTP conversations."""

import email
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from app.db import db, transact
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import OutboxRequest
from app.notifications.models import OutboxMessage
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.processes.sender import CRASHES
from tests.server import free_port

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 40
KILLED = -9


class Provider:
    """Counts every letter it accepted. What a provider that dedupes delivers is its distinct keys."""

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.persons: dict[str, set[str]] = {}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        key = email.message_from_bytes(envelope.content)["Message-ID"]
        self.accepted[key] += 1
        (person,) = envelope.rcpt_tos
        self.persons.setdefault(person, set()).add(key)
        return "250 OK"

    @property
    def copies(self) -> int:
        """Return how many letters came more than once, as a plain mailbox sees it."""
        return self.accepted.total() - len(self.accepted)


@pytest.fixture
def provider() -> Iterator[tuple[Provider, int]]:
    port = free_port()
    made = Provider()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


@pytest.fixture(params=KINDS)
def outbox_of_forty(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[tuple[Flask, str]]:
    url = databases.make(request.param)
    app = make_app(url, tmp_path)
    with app.app_context():
        transact(_fill)
    yield app, url
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _fill() -> None:
    now = datetime.now(UTC)
    for person in range(MESSAGES):
        request = OutboxRequest(f"note-{person}", "test", person, 0, "note", "email", now)
        outbox.enqueue(request, now=now)


def send(url: str, port: int, *, shift: int, crash_at: str = "nowhere", order: str = "right") -> int:
    """Run one sender to its end, and return how it ended."""
    command = [sys.executable, "-m", "tests.processes.sender", url, str(port), str(shift), crash_at, order]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, KILLED), done.stderr
    return done.returncode


def statuses(app: Flask) -> Counter[str]:
    with app.app_context():
        found = Counter(status for (status,) in db.session.query(OutboxMessage.status))
        db.session.rollback()
        return found


def test_no_kill_loses_a_message_or_sends_it_under_another_key(outbox_of_forty, provider) -> None:
    app, url = outbox_of_forty
    letters, port = provider
    points = [point for point in CRASHES if point != "nowhere"]
    for number, point in enumerate(points):
        had = letters.copies
        assert send(url, port, shift=1000 * number, crash_at=point) == KILLED, point
        assert letters.copies - had <= 1, f"more than one copy after a kill {points[number - 1]}"
    assert send(url, port, shift=1000 * len(points)) == 0

    assert statuses(app) == {"sent": MESSAGES}
    assert len(letters.persons) == MESSAGES, "lost"
    assert {len(keys) for keys in letters.persons.values()} == {1}, "doubled, for a provider that dedupes"
    assert 0 < letters.copies <= len(points), "plain SMTP: at most one copy for a kill, and some are certain"


@pytest.mark.parametrize("outbox_of_forty", ["sqlite"], indirect=True)
def test_marking_before_sending_is_seen_to_lose_messages(outbox_of_forty, provider) -> None:
    app, url = outbox_of_forty
    letters, port = provider
    assert send(url, port, shift=0, crash_at="before sending", order="mark-first") == KILLED
    assert send(url, port, shift=1000, order="mark-first") == 0
    assert statuses(app) == {"sent": MESSAGES}
    assert len(letters.persons) == MESSAGES - 1, "the control must lose the message it marked"
