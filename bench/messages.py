"""Delivering letters over SMTP. Floor: the same letters, written beforehand, in one bare SMTP conversation.

Workers are processes, as in production: one, and one for each core. `python -m bench.messages --count
100000` drains a whole outbox and prints how much memory a worker took.
"""

import argparse
import os
import resource
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app import jobs, writers
from app.appointments.letters import letters
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.codes import new_code, new_link
from app.crypto import link_hash
from app.db import db, transact
from app.localtext import LANGUAGES
from app.notifications import contacts
from app.notifications.channels.mail import email_of, sender_of
from app.notifications.channels.smtp import SmtpChannel
from app.notifications.delivery import outbox
from app.notifications.delivery.outbox import ClaimedMessage, OutboxRequest
from app.notifications.delivery.relay import Relay
from app.notifications.letter import Letter
from app.notifications.models import OutboxMessage
from app.stations.models import Service, Station
from bench.figures import Figure, table
from bench.site import swept
from tests import factories
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import TUESDAY, free_port

COUNT = 1500
WARM_UP = 450
SAMPLE = 1500  # letters of the floor, before and after
STATIONS = 9
SLOTS = 24  # of the next day, 20 minutes apart
AT_ONCE = 500  # rows in one transaction while filling
GOAL = 0.70
SENDER = "no-reply@example.org"
# Of three messages two are reminders; the third carries a calendar file.
KINDS_SENT = ("reminder-1440", "reminder-1440", "confirmation")


def measure(
    *, rounds: int, database: str = "sqlite", count: int = COUNT, workers: int | None = None
) -> list[Figure]:
    """Measure letters a second: claimed, written in two languages, sent and recorded one by one."""
    return _measure(rounds, database, count, workers)[0]


def _measure(rounds: int, database: str, count: int, workers: int | None) -> tuple[list[Figure], int]:
    """Return the figures, and the most memory that a worker took, in megabytes."""
    numbers = [workers] if workers else sorted({1, os.cpu_count() or 1})
    databases = Databases()
    try:
        with TemporaryDirectory() as folder, _mail_server() as port:
            url = databases.make(database)
            with make_app(url, Path(folder)).app_context():
                network = _network()
                with _drainers(max(numbers), url, Path(folder), port) as drainers:
                    rates = {n: _rounds(network, port, drainers[:n], rounds, count) for n in numbers}
                    memory = max(drainer.megabytes for drainer in drainers)
                db.session.remove()
                db.engine.dispose()
    finally:
        databases.close()
    return [_figure(number, pairs) for number, pairs in rates.items()], memory


def _figure(workers: int, pairs: list[tuple[float, float]]) -> Figure:
    floors, reached = zip(*pairs, strict=True)
    work = "messages, one worker" if workers == 1 else f"messages, {workers} workers"
    return Figure(work, reached, "bare SMTP", floors, GOAL)


def _network() -> tuple[Service, list[Station]]:
    service = factories.build_service()
    return service, [factories.build_station(f"bench-{number}") for number in range(STATIONS)]


class Drainer:
    """A worker that drains the outbox when it is told to: `python -m bench.messages --drain …`."""

    def __init__(self, url: str, folder: Path, port: int) -> None:
        command = [sys.executable, "-m", "bench.messages", "--drain", url, str(folder), str(port)]
        self.process = subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.megabytes = 0

    def begin(self) -> None:
        print("go", file=self.process.stdin, flush=True)

    def handled(self) -> int:
        """Wait for the end and return how many messages it handled."""
        assert self.process.stdout  # tells the type checker
        handled, self.megabytes = map(int, self.process.stdout.readline().split())
        return handled


@contextmanager
def _drainers(number: int, url: str, folder: Path, port: int) -> Iterator[list[Drainer]]:
    with ExitStack() as stack:
        drainers = [Drainer(url, folder, port) for _ in range(number)]
        for drainer in drainers:
            stack.enter_context(drainer.process)
            stack.callback(drainer.process.terminate)
        yield drainers


def _together(drainers: list[Drainer]) -> int:
    for drainer in drainers:
        drainer.begin()
    return sum(drainer.handled() for drainer in drainers)


def _drain_when_told(url: str, folder: str, port: int) -> None:
    with make_app(url, Path(folder)).app_context():
        for _line in sys.stdin:
            relay, handled = _relay(port), 0
            while done := relay.deliver_due(limit=jobs.BATCH):
                handled += done
            print(handled, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)


def _rounds(
    network: tuple[Service, list[Station]], port: int, drainers: list[Drainer], rounds: int, count: int
) -> list[tuple[float, float]]:
    # The first round is for each worker to see every time of the day once, as one that has run a while.
    _round(network, port, drainers, WARM_UP * len(drainers))
    return [_round(network, port, drainers, count) for _ in range(rounds)]


def _round(
    network: tuple[Service, list[Station]], port: int, drainers: list[Drainer], count: int
) -> tuple[float, float]:
    """Return the rate of the floor and of the workers."""
    service, stations = network
    for start in range(0, count, AT_ONCE):
        transact(_fill, service, stations, range(start, min(start + AT_ONCE, count)))
    db.session.remove()
    swept("outbox_messages", "appointments")  # as rows are that were written days before
    contents = [_content(message) for message in _some(SAMPLE)]
    db.session.rollback()
    before = _seconds(lambda: _converse(contents, port))
    drained = _seconds(lambda: _drain(drainers, count))
    after = _seconds(lambda: _converse(contents, port))  # the machine may be another by then
    return 2 * len(contents) / (before + after), count / drained


def _fill(service: Service, stations: list[Station], numbers: range) -> None:
    visits = [_visit(service, stations[number % STATIONS], number) for number in numbers]
    db.session.add_all(visits)
    db.session.flush()
    requests = [
        OutboxRequest(
            dedupe_key=f"bench-{visit.reference}",
            topic=letters.TOPIC,
            subject_id=visit.id,
            revision=0,
            kind=KINDS_SENT[index % 3],
            channel="email",
            send_at=TUESDAY,
            contact_index=contacts.index_of(visit.email),
        )
        for index, visit in enumerate(visits)
    ]
    outbox.enqueue(*requests, now=TUESDAY)


def _visit(service: Service, station: Station, number: int) -> Appointment:
    token = new_link()
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
        token_hash=link_hash(token),
    )
    visit.token, visit.name, visit.email = token, f"Person {number}", f"{visit.reference.lower()}@example.org"
    return visit


def _some(count: int) -> list[ClaimedMessage]:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.status == "waiting").limit(count))
    return [ClaimedMessage.of(row, "") for row in rows]


def _content(message: ClaimedMessage) -> tuple[str, bytes]:
    letter = writers.compose(message, TUESDAY)
    assert isinstance(letter, Letter)
    mail = email_of(letter, sender=sender_of(SENDER), key=message.key, now=TUESDAY)
    return mail.to, mail.content


def _converse(contents: list[tuple[str, bytes]], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for to, content in contents:
            client.sendmail(SENDER, [to], content)


def _relay(port: int) -> Relay:
    return Relay(
        compose=writers.compose,
        reading=writers.reading,
        channels={"email": SmtpChannel(f"smtp://127.0.0.1:{port}", sender=SENDER, timeout=20)},
        clock=lambda: TUESDAY,
        lease=timedelta(seconds=120),
        worker="bench",
    )


def _drain(drainers: list[Drainer], count: int) -> None:
    handled = _together(drainers)
    if handled != count:
        raise RuntimeError(f"{handled} of {count} messages handled")
    message = OutboxMessage
    left = db.session.execute(
        select(message.id, message.status, message.attempts, message.reason).where(message.status != "sent")
    ).first()
    db.session.rollback()
    if left:
        raise RuntimeError(f"not sent: {left}")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


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
    parser.add_argument("--workers", type=int, help="instead of one, and one for each core")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--drain", nargs=3, metavar=("URL", "FOLDER", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.drain:
        url, folder, port = options.drain
        _drain_when_told(url, folder, int(port))
        return
    figures, megabytes = _measure(options.rounds, options.database, options.count, options.workers)
    print(table(figures))
    print(f"most memory of a worker: {megabytes} MB, with {options.count} messages in a round")


if __name__ == "__main__":
    main()
