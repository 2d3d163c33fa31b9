"""Two workers whose machines' clocks are 90 seconds apart: nothing goes out twice."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from aiosmtpd.controller import Controller

from app.appointments.reminders.announcing import announce
from app.db import db, transact
from app.notifications.models import DeliveryAttempt, OutboxMessage
from tests import factories
from tests.conftest import make_app
from tests.drills.conftest import Cluster, within
from tests.processes.test_sender_kill import Provider
from tests.processes.test_worker import worker
from tests.server import TUESDAY, free_port

VISITS = 30
MESSAGES = VISITS
SECONDS_A_LETTER = 1.0
LEASE_SECONDS = 61


class SlowProvider(Provider):
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(SECONDS_A_LETTER)
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.timeout(240)
def test_leases_go_by_the_clock_of_the_database(cluster: Cluster, tmp_path: Path) -> None:
    app, provider, port = make_app(cluster.url, tmp_path), SlowProvider(), free_port()
    with app.app_context():
        network = factories.build_network()
        for number in range(VISITS):
            visit = factories.build_appointment(
                network.central, network.document_check, email=f"person{number}@example.org",
                starts_at=TUESDAY + timedelta(days=1, minutes=5 * number),
            )  # fmt: skip
            transact(announce, visit, "confirmation", now=TUESDAY - timedelta(hours=1))
        db.session.remove()
    post = Controller(provider, hostname="127.0.0.1", port=port)
    post.start()
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{port}", "MESSAGE_LEASE_SECONDS": str(LEASE_SECONDS)}
    command = (sys.executable, "-m", "tests.processes.jumping_clock", "worker")
    folders = [tmp_path / "right", tmp_path / "ahead"]
    for folder, seconds in zip(folders, ("0", "90"), strict=True):
        folder.mkdir()
        (folder / "clock").write_text(seconds)

    def run(folder: Path) -> Any:
        return worker(cluster.url, folder, command=command, WALL_CLOCK=str(folder / "clock"), **settings)

    def all_sent() -> bool:
        with app.app_context():
            left = db.session.query(OutboxMessage).filter(OutboxMessage.status.in_(("waiting", "claimed")))
            return left.filter(OutboxMessage.kind == "confirmation").count() == 0

    with run(folders[0]), run(folders[1]):
        assert within(150, all_sent)
    post.stop()
    with app.app_context():
        tries = db.session.query(DeliveryAttempt).filter_by(outcome="sent").count()
        db.session.remove()
        db.engine.dispose()
    click.echo(f"\n90 s apart: {provider.accepted.total()} letters, {provider.copies} doubled, {tries} tries")
    assert (len(provider.accepted) >= MESSAGES, provider.copies) == (True, 0)
