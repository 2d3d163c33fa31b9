"""Booking while the reminders of many visits follow a changed plan. Floor: booking alone, just before.

What is compared is the wait that one booking in a hundred is longer than. `python -m bench.planning
--visits 34000` plans 100,000 reminders.
"""

import argparse
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app.appointments.models import Appointment
from app.appointments.reminders import changes as plan_changes
from app.appointments.reminders.announcing import plan_of, requests_of
from app.appointments.reminders.changes import PlanEdit
from app.appointments.states import Status
from app.codes import new_code, new_link
from app.crypto import link_hash
from app.db import db, transact
from app.jobs import step_and_rest
from app.notifications.delivery import outbox
from app.stations.models import Service, Station
from app.stations.reminder_rules import rule_from_text
from bench.bookings import booking_of, hold_of, list_slots
from bench.figures import Figure, table
from bench.load import post_each
from bench.site import fill
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import TUESDAY, Server

VISITS = 2000
CLIENTS = 8
AT_ONCE = 500
GOAL = 0.67
NOW = TUESDAY + timedelta(minutes=1)  # plans are followed a moment after they are saved
PLANS = (("1d@10:00", "120m sms"), ("2d@09:00", "180m"))


def measure(
    databases: Databases, database: str, *, rounds: int, count: int, visits: int = VISITS
) -> list[Figure]:
    """Measure the wait of `count` bookings alone and while plans are followed, in each round."""
    with TemporaryDirectory() as name:
        url, folder = databases.make(database), Path(name)
        fill(url, folder)
        _add_visits(url, folder, visits)
        with Server(url, folder) as server:
            slots = itertools.cycle(list_slots(server.url))
            pairs = []
            for _ in range(rounds):
                alone = _longest_wait(server.url, slots, count)
                with _planning(url, folder):
                    pairs.append((1 / alone, 1 / _longest_wait(server.url, slots, count)))
    floors, reached = zip(*pairs, strict=True)
    return [Figure("booking while reminders are planned, 1/p99", reached, "booking alone", floors, GOAL)]


def _longest_wait(url: str, slots: Iterator[str], count: int) -> float:
    """Return the seconds that one confirmation of a hundred takes longer than."""
    asked = [hold_of(next(slots)) for _ in range(count)]
    held = post_each(f"{url}/api/v1/holds", asked, clients=CLIENTS).check(201)
    bookings = [booking_of(json.loads(body)["hold_id"]) for body in held.bodies]
    booked = post_each(f"{url}/api/v1/appointments", bookings, clients=CLIENTS, keyed=True).check(201)
    return quantiles(booked.waits, n=100)[-1]


@contextmanager
def _planning(url: str, folder: Path) -> Iterator[None]:
    """Have plans followed by a process of its own, one after the other, for as long as this lasts."""
    command = [sys.executable, "-m", "bench.planning", "--follow", url, str(folder)]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
    try:
        assert process.stdout  # tells the type checker
        process.stdout.readline()  # it has begun
        yield
        if process.poll() is not None:
            raise RuntimeError("planning ended before the bookings did")
    finally:
        process.terminate()
        process.wait()


def _follow(url: str, folder: Path) -> None:
    with make_app(url, folder).app_context():
        print("begun", flush=True)
        for number in itertools.count(1):
            transact(_save_plan, PLANS[number % 2])
            while step_and_rest(plan_changes.follow_next, now=NOW):
                pass


def _save_plan(rules: tuple[str, ...]) -> None:
    service = db.session.scalars(select(Service)).one()
    edit = PlanEdit(service.id, tuple(map(rule_from_text, rules)), service.reminder_version, "bench")
    plan_changes.save_plan(edit, now=TUESDAY)


def _add_visits(url: str, folder: Path, number: int) -> None:
    with make_app(url, folder).app_context():
        for start in range(0, number, AT_ONCE):
            transact(_fill, range(start, min(start + AT_ONCE, number)))
        db.session.remove()
        db.engine.dispose()


def _fill(numbers: range) -> None:
    service = db.session.scalars(select(Service)).one()
    stations = db.session.scalars(select(Station)).all()
    visits = [_visit(service, stations[number % len(stations)], number) for number in numbers]
    db.session.add_all(visits)
    db.session.flush()
    for visit in visits:
        outbox.enqueue(*requests_of(visit, plan_of(visit, booked_at=TUESDAY, now=TUESDAY)), now=TUESDAY)


def _visit(service: Service, station: Station, number: int) -> Appointment:
    token = new_link()
    starts_at = TUESDAY + timedelta(days=7, minutes=20 * (number % 24))
    visit = Appointment(reference=new_code(), status=Status.BOOKED, language="en", created_at=TUESDAY)
    visit.station, visit.service, visit.token_hash = station, service, link_hash(token)
    visit.starts_at, visit.ends_at = starts_at, starts_at + timedelta(minutes=20)
    visit.token, visit.name = token, f"Person {number}"
    visit.email, visit.phone = f"{visit.reference.lower()}@example.org", "+86 138 0013 8000"
    return visit


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.planning", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--count", type=int, default=300, help="bookings in one round")
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--follow", nargs=2, metavar=("URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.follow:
        url, folder = options.follow
        _follow(url, Path(folder))
        return
    databases = Databases()
    try:
        figures = measure(
            databases,
            options.database,
            rounds=options.rounds,
            count=options.count,
            visits=options.visits,
        )
    finally:
        databases.close()
    print(table(figures))


if __name__ == "__main__":
    main()
