"""Delivering letters over SMTP. Floor: the same letters in bare SMTP conversations, nothing else."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from app import jobs
from app.appointments import letters
from app.db import db, transact
from app.notifications import outbox
from app.notifications.mail import email_of, sender_of
from app.notifications.outbox import ClaimedMessage, OutboxRequest
from app.notifications.relay import Relay
from app.notifications.smtp import SmtpChannel
from bench.figures import Figure
from tests import factories
from tests.conftest import make_app
from tests.databases import Databases
from tests.server import TUESDAY, free_port

COUNT = 200
BATCH = 20
GOAL = 0.05
SENDER = "no-reply@example.org"


def measure(*, rounds: int) -> list[Figure]:
    """Measure letters a second: claimed, written in two languages, sent and recorded one by one."""
    databases = Databases()
    try:
        with TemporaryDirectory() as folder, _mail_server() as port:
            app = make_app(databases.make("sqlite"), Path(folder))
            with app.app_context():
                floors, rates = zip(*(_round(app, port, number) for number in range(rounds)), strict=True)
                db.session.remove()
    finally:
        databases.close()
    return [Figure("messages", rates, "bare SMTP", floors, GOAL)]


def _round(app: Flask, port: int, number: int) -> tuple[float, float]:
    subject = _fill(number)
    floor = _rate(lambda: _converse(_letter(subject), port))
    relay = Relay(
        compose=jobs.compose,
        channels={"email": SmtpChannel(f"smtp://127.0.0.1:{port}", sender=SENDER, timeout=20)},
        clock=lambda: TUESDAY,
        lease=timedelta(seconds=120),
        worker="bench",
    )
    return floor, _rate(lambda: _drain(relay))


def _fill(number: int) -> int:
    service, station = factories.build_service(), factories.build_station(f"bench-{number}")
    visit = factories.build_appointment(station, service)
    transact(_enqueue, visit.id, number)
    return visit.id


def _enqueue(subject: int, number: int) -> None:
    for index in range(COUNT):
        key = f"bench-{number}-{index}"
        request = OutboxRequest(key, letters.TOPIC, subject, 0, "confirmation", "email", TUESDAY)
        outbox.enqueue(request, now=TUESDAY)


def _letter(subject: int) -> bytes:
    message = ClaimedMessage(1, letters.TOPIC, subject, 0, "confirmation", "email", None, 1, "", TUESDAY)
    letter = letters.compose(message, TUESDAY)
    return email_of(letter, sender=sender_of(SENDER), key="1-1", now=TUESDAY).as_bytes()


def _converse(content: bytes, port: int) -> None:
    for _ in range(COUNT // BATCH):
        with smtplib.SMTP("127.0.0.1", port) as client:
            for _ in range(BATCH):
                client.sendmail(SENDER, ["maria@example.org"], content)


def _drain(relay: Relay) -> None:
    handled = 0
    while done := relay.deliver_due(limit=BATCH):
        handled += done
    if handled != COUNT:
        raise RuntimeError(f"{handled} of {COUNT} messages handled")


def _rate(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return COUNT / (time.perf_counter() - began)


@contextmanager
def _mail_server() -> Iterator[int]:
    """Run an SMTP server that throws letters away, as a process of its own."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        "-l",
        f"127.0.0.1:{port}",
        "-c",
        "aiosmtpd.handlers.Sink",
    ]
    process = subprocess.Popen([*command, "-c", "aiosmtpd.handlers.Sink"])
    try:
        for _ in range(100):
            try:
                smtplib.SMTP("127.0.0.1", port).quit()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()
