"""The nearest points in networks of 9, 1,000 and 100,000. Floors: a bare Flask route, and the network of 9.

python -m bench.network --database postgresql
"""

import argparse
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, literal, select, text

from app.db import db
from app.stations.models import OpeningPeriod, Station, StationService
from bench.figures import Figure, table
from bench.load import get_any
from tests import factories
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import Server

SIZES = (9, 1_000, 100_000)
ROUNDS = 3
SECONDS = 1.5
GOAL = 0.30
GROWTH = 1.5
PLACES = 20  # asked from, in turn
ROWS_AT_ONCE = 5_000
ASKED = {
    "nearest, next free time": "/api/v1/stations?near={lat},{lon}&service=document-check&limit=9",
    "the same and open now": "/api/v1/stations?near={lat},{lon}&service=document-check&limit=9&open_at=now",
    "results page": "/en/find?near={lat},{lon}&service=document-check",
}


def measure(
    databases: Databases, kind: str, *, rounds: int = ROUNDS, seconds: float = SECONDS
) -> list[Figure]:
    """Measure every question in every network, each round of all beside its floor."""
    with ExitStack() as stack:
        urls = {size: stack.enter_context(_network(databases.make(kind), size)) for size in SIZES}
        floor = stack.enter_context(_floor(databases.make(kind)))
        return [
            figure
            for work, path in ASKED.items()
            for figure in _measure(work, path, urls, floor, rounds, seconds)
        ]


def _measure(
    work: str, path: str, urls: dict[int, str], floor: str, rounds: int, seconds: float
) -> Iterator[Figure]:
    asked = {
        size: [url + path.format(lat=lat, lon=lon) for lat, lon in _places()] for size, url in urls.items()
    }
    for addresses in asked.values():
        get_any(cycle(addresses), seconds=max(1.0, seconds)).check(200)  # warm
    bare: list[float] = []
    rates: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(rounds):
        bare.append(get_any(cycle([f"{floor}/bare"]), seconds=seconds).check(200).rate)
        for size in SIZES:
            rates[size].append(get_any(cycle(asked[size]), seconds=seconds).check(200).rate)
    smallest = tuple(rates[SIZES[0]])
    for size in SIZES:
        yield Figure(f"{work}, {size:,} points", tuple(rates[size]), "bare route", tuple(bare), GOAL)
    for size in SIZES[1:]:
        yield Figure(f"{work}, {size:,} points", tuple(rates[size]), "9 points", smallest, 1 / GROWTH)


def _places() -> list[tuple[str, str]]:
    dice = random.Random(3)
    return [(f"{dice.uniform(19.7, 20.0):.4f}", f"{dice.uniform(110.2, 110.6):.4f}") for _ in range(PLACES)]


@contextmanager
def _network(database_url: str, size: int) -> Iterator[str]:
    """Run a server on a network of this size."""
    with TemporaryDirectory() as folder:
        fill(database_url, Path(folder), size)
        with Server(database_url, Path(folder)) as server:
            yield server.url


@contextmanager
def _floor(database_url: str) -> Iterator[str]:
    with (
        TemporaryDirectory() as folder,
        Server(database_url, Path(folder), wsgi="bench.floors:app") as server,
    ):
        yield server.url


def fill(database_url: str, folder: Path, size: int, **rules: int) -> None:
    """Make stations all over the city's region, each with a service, confirmed hours and one desk."""
    app = make_app(database_url, folder)
    with app.app_context():
        factories.build_calendar()
        service = factories.build_service("document-check", **rules)
        dice = random.Random(1)
        for first in range(0, size, ROWS_AT_ONCE):
            numbers = range(first, min(size, first + ROWS_AT_ONCE))
            db.session.execute(insert(Station), [_station(number, dice) for number in numbers])
        _offer_and_open(service.id)
        db.session.commit()
        with db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        db.session.remove()
        db.engine.dispose()


def _station(number: int, dice: random.Random) -> dict[str, Any]:
    return {
        "slug": f"point-{number}",
        "number": number % 30_000,
        "kind": "station",
        "name": factories.words(f"Point {number}"),
        "address": factories.words("1 Test Road"),
        "district": factories.words("Longhua"),
        "lat": dice.uniform(19.6, 20.1),
        "lon": dice.uniform(110.1, 110.7),
        "precision_m": 100,
        "hours_confirmed_on": factories.TUESDAY.date(),
        "languages": ["en", "zh"],
    }


def _offer_and_open(service: int) -> None:
    offers = select(Station.id, literal(service), literal("verified"), literal(""))
    columns = ["station_id", "service_id", "confidence", "source"]
    db.session.execute(insert(StationService).from_select(columns, offers, include_defaults=False))
    for weekday, opens, closes in factories.WEEK:
        hours = select(Station.id, literal(weekday), literal(opens), literal(closes), literal(1))
        columns = ["station_id", "weekday", "opens", "closes", "desks"]
        db.session.execute(insert(OpeningPeriod).from_select(columns, hours, include_defaults=False))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.network", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    databases = Databases()
    try:
        figures = measure(databases, options.database, rounds=options.rounds, seconds=options.seconds)
    finally:
        databases.close()
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
