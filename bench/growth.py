"""The cost of a growing past: the same work with few and with very many visits behind it, on PostgreSQL.

python -m bench.growth --visits 10000000
"""

import argparse
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import func, select, text

from app.appointments.availability import free_times
from app.appointments.booking import operations
from app.appointments.booking.operations import BookingRequest
from app.appointments.contacts import Contact
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.db import Base, db, transact
from app.interval import Interval
from app.localtext import LocalText
from app.planning.edits import ClosureEdit
from app.planning.effects import EditedPlan, effect_of
from app.privacy import retention
from app.reports import checks
from app.stations import queries as stations
from app.stations.hours.opening_hours import ClosedInterval
from app.stations.models import Station
from bench.figures import Figure, table
from bench.places import rate_of
from bench.site import fill, swept
from tests import factories
from tests.conftest import make_app
from tests.databases import Databases
from tests.server import TUESDAY

FEW = 10_000
MANY = 1_000_000
GOAL = 0.90
SECONDS = 2.0
WARM_SECONDS = 0.3
EMPTYING = next(purge for purge in retention.PURGES if purge.kind == retention.Kind.VISITS)
STATION, SERVICE = "central-window", "document-check"
QUIET = "quiet"


@dataclass(frozen=True)
class Half:
    """One of two services that differ in nothing but the number of past visits."""

    app: Flask
    work: dict[str, Callable[[], object]]

    def rate(self, work: str, seconds: float) -> float:
        """Return how often a second this work is done, once it is warm."""
        with self.app.app_context():
            rate_of(self.work[work], WARM_SECONDS)
            return rate_of(self.work[work], seconds)


def measure(*, rounds: int = 3, many: int = MANY) -> list[Figure]:
    """Measure each kind of work with few visits in the past and with many, one right after the other."""
    databases = Databases()
    try:
        with TemporaryDirectory() as folder, ExitStack() as stack:
            few, lot = (stack.enter_context(_half(databases, Path(folder), n)) for n in (FEW, many))
            pairs = {work: _pairs(few, lot, work, rounds) for work in few.work}
    finally:
        databases.close()
    floor = f"the same after {FEW:,}"
    return [
        Figure(f"{work}, {many:,} past visits", after, floor, before, GOAL)
        for work, (before, after) in pairs.items()
    ]


def _pairs(few: Half, lot: Half, work: str, rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = [(few.rate(work, SECONDS), lot.rate(work, SECONDS)) for _ in range(rounds)]
    before, after = zip(*pairs, strict=True)
    return before, after


@contextmanager
def _half(databases: Databases, folder: Path, visits: int) -> Iterator[Half]:
    url = databases.make("postgresql")
    fill(url, folder)
    app = make_app(url, folder)
    with app.app_context():
        _grow_past(visits)
        work = _work(app)
        db.session.remove()
    yield Half(app, work)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _work(app: Flask) -> dict[str, Callable[[], object]]:
    client = app.test_client()
    path = f"/api/v1/stations/{STATION}/availability?service={SERVICE}&from=2026-11-25&days=30"
    listed = [station for station in stations.list_stations() if station.slug != QUIET]
    service = stations.get_service(SERVICE)
    return {
        "30 days of free times": lambda: client.get(path),
        "next free time of nine stations": lambda: _read(
            lambda: free_times.next_available(listed, service, now=TUESDAY)
        ),
        "a hold and its booking": _booking_of(_free_slots()),
        "what closing a day touches": lambda: _read(lambda: _closing(listed[0])),
        "the nightly check of a station": _check,
        "the nightly look for visits to empty": lambda: transact(retention.purge_some, EMPTYING, now=TUESDAY),
    }


def _closing(station: Station) -> object:
    start = TUESDAY + timedelta(days=1)
    closure = ClosedInterval(Interval(start, start + timedelta(days=1)), LocalText("typhoon"))
    return effect_of([EditedPlan.of(station, ClosureEdit(closure))], now=TUESDAY)


def _check() -> None:
    """Check the one station whose counters are those of its visits: the others are busy without any."""
    _read(lambda: checks.stations_to_check(now=TUESDAY))
    transact(checks.check_station, stations.get_station(QUIET).id, now=TUESDAY)


def _read(act: Callable[[], object]) -> None:
    act()
    db.session.rollback()


def _free_slots() -> Iterator[datetime]:
    station, service = stations.get_station(STATION), stations.get_service(SERVICE)
    found = free_times.availability(station, service, first_day=TUESDAY.date(), days=28, now=TUESDAY)
    starts = [slot.interval.start for day in found for slot in day.slots]
    random.Random(4).shuffle(starts)
    return itertools.cycle(starts)


def _booking_of(starts: Iterator[datetime]) -> Callable[[], object]:
    number = itertools.count()

    def book() -> object:
        request = HoldRequest(STATION, SERVICE, next(starts))
        kept = transact(holds.hold, request, now=TUESDAY)
        key = f"growth-{TUESDAY.timestamp()}-{next(number)}-{kept.public_id}"
        contact = Contact("Maria Example", "maria@example.org", "")
        return transact(operations.book, BookingRequest(kept.public_id, key, contact, "en"), now=TUESDAY)

    return book


def _grow_past(visits: int) -> None:
    """Add visits of the years before by copying one, until there are so many."""
    if not db.session.scalar(select(func.count()).select_from(Appointment)):
        station, service = stations.get_station(STATION), stations.get_service(SERVICE)
        factories.build_station(QUIET, services=(service,), desks=2)
        factories.build_appointment(station, service, status=Status.COMPLETED)
    own = {
        "id": "(SELECT max(id) FROM appointments) + n",
        "reference": "lpad(to_hex((SELECT max(id) FROM appointments) + n), 8, '0')",
        "token_hash": "md5(((SELECT max(id) FROM appointments) + n)::text) || md5(n::text)",
        "starts_at": "starts_at - interval '1 day' - n * interval '7 seconds'",
        "ends_at": "ends_at - interval '1 day' - n * interval '7 seconds'",
        "station_id": "1 + n % 10",
        # As the nightly job leaves them once their time is over.
        **dict.fromkeys(("name_encrypted", "email_encrypted", "phone_encrypted"), "NULL"),
    }
    columns = [column.name for column in Base.metadata.tables["appointments"].columns]
    values = ", ".join(own.get(name, name) for name in columns)
    missing = visits - (db.session.scalar(select(func.count()).select_from(Appointment)) or 0)
    db.session.execute(
        text(
            f"INSERT INTO appointments ({', '.join(columns)}) SELECT {values} "
            "FROM (SELECT * FROM appointments ORDER BY id LIMIT 1) AS one, generate_series(1, :missing) AS n"
        ),
        {"missing": missing},
    )
    db.session.execute(text("SELECT setval('appointments_id_seq', (SELECT max(id) FROM appointments))"))
    db.session.commit()
    swept("appointments")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--visits", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    figures = measure(rounds=options.rounds, many=options.visits)
    print(table(figures))
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
