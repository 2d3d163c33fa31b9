"""Delivering letters over SMTP. Floor: the same letters, written beforehand, in one bare SMTP conversation.

`python -m bench.messages --count 100000` drains a whole outbox once and prints how memory grew.
"""

import argparse
import resource
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
from sqlalchemy import select

from app import jobs
from app.appointments import letters
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.codes import LINK_LENGTH, new_code
from app.crypto import token_hash
from app.db import db, transact
from app.localtext import LANGUAGES
from app.notifications import outbox
from app.notifications.mail import email_of, sender_of
from app.notifications.outbox import ClaimedMessage, OutboxRequest
from app.notifications.relay import Relay
from app.notifications.smtp import SmtpChannel
from app.stations.models import Service, Station
from bench.figures import Figure, table
from tests import factories
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import TUESDAY, free_port

COUNT = 600
STATIONS = 9
SLOTS = 24  # of the next day, 20 minutes apart
AT_ONCE = 500  # rows in one transaction while filling
GOAL = 0.70
SENDER = "no-reply@example.org"
# Of three messages two are reminders; the third carries a calendar file.
KINDS_SENT = ("reminder-1440", "reminder-1440", "confirmation")


def measure(*, rounds: int, database: str = "sqlite", count: int = COUNT) -> list[Figure]:
    """Measure letters a second: claimed, written in two languages, sent and recorded one by one."""
    databases = Databases()
    try:
        with TemporaryDirectory() as folder, _mail_server() as port:
            app = make_app(databases.make(database), Path(folder))
            with app.app_context():
                network = _network()
                rates = [_round(app, network, port, count) for _ in range(rounds)]
                db.session.remove()
                db.engine.dispose()
    finally:
        databases.close()
    floors, reached = zip(*rates, strict=True)
    return [Figure("messages", reached, "bare SMTP", floors, GOAL)]


def _network() -> tuple[Service, list[Station]]:
    service = factories.build_service()
    return service, [factories.build_station(f"bench-{number}") for number in range(STATIONS)]


def _round(app: Flask, network: tuple[Service, list[Station]], port: int, count: int) -> tuple[float, float]:
    service, stations = network
    for start in range(0, count, AT_ONCE):
        transact(_fill, service, stations, range(start, min(start + AT_ONCE, count)))
    db.session.remove()
    contents = [_content(message) for message in _some(min(count, COUNT))]
    floor = _rate(len(contents), lambda: _converse(contents, port))
    return floor, _rate(count, lambda: _drain(_relay(port), count))


def _fill(service: Service, stations: list[Station], numbers: range) -> None:
    visits = [_visit(service, stations[number % STATIONS], number) for number in numbers]
    db.session.add_all(visits)
    db.session.flush()
    requests = [
        OutboxRequest(
            f"bench-{visit.reference}", letters.TOPIC, visit.id, 0, KINDS_SENT[index % 3], "email", TUESDAY
        )
        for index, visit in enumerate(visits)
    ]
    outbox.enqueue(*requests, now=TUESDAY)


def _visit(service: Service, station: Station, number: int) -> Appointment:
    token = new_code(LINK_LENGTH)
    starts_at = TUESDAY + timedelta(days=1, minutes=20 * (number // STATIONS % SLOTS))
    visit = Appointment(
        reference=new_code(),
        station_id=station.id,
        service_id=service.id,
        status=Status.BOOKED,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=20),
        language=LANGUAGES[number % 3],
        created_at=TUESDAY,
        token_hash=token_hash(token),
    )
    visit.token, visit.name, visit.email = token, f"Person {number}", f"person{number}@example.org"
    return visit


def _some(count: int) -> list[ClaimedMessage]:
    rows = db.session.scalars(
        select(outbox.OutboxMessage).where(outbox.OutboxMessage.status == "waiting").limit(count)
    )
    return [ClaimedMessage.of(row, "") for row in rows]


def _content(message: ClaimedMessage) -> tuple[str, bytes]:
    letter = jobs.compose(message, TUESDAY)
    mail = email_of(letter, sender=sender_of(SENDER), key=message.key, now=TUESDAY)
    return mail.to, mail.content


def _converse(contents: list[tuple[str, bytes]], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for to, content in contents:
            client.sendmail(SENDER, [to], content)


def _relay(port: int) -> Relay:
    return Relay(
        compose=jobs.compose,
        reading=jobs.reading,
        channels={"email": SmtpChannel(f"smtp://127.0.0.1:{port}", sender=SENDER, timeout=20)},
        clock=lambda: TUESDAY,
        lease=timedelta(seconds=120),
        worker="bench",
    )


def _drain(relay: Relay, count: int) -> None:
    handled = 0
    while done := relay.deliver_due(limit=jobs.BATCH):
        handled += done
    if handled != count:
        raise RuntimeError(f"{handled} of {count} messages handled")
    left = db.session.scalar(select(outbox.OutboxMessage.id).where(outbox.OutboxMessage.status != "sent"))
    db.session.rollback()
    if left is not None:
        raise RuntimeError(f"message {left} was not sent")


def _rate(count: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


@contextmanager
def _mail_server() -> Iterator[int]:
    """Run an SMTP server that throws letters away, as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}"]
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.messages", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    options = parser.parse_args()
    measure(rounds=1, database=options.database)
    before = _megabytes()
    figures = measure(rounds=options.rounds, database=options.database, count=options.count)
    print(table(figures))
    print(f"most memory in use: {before} MB after {COUNT}, {_megabytes()} MB after {options.count} messages")


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
