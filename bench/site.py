"""The service that is measured: nine stations with busy calendars, and its server."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text

from app.appointments.availability.slots import cell_of
from app.appointments.models import DeskUsage
from app.db import db
from bench import floors
from tests import factories
from tests.conftest import TUESDAY, make_app
from tests.server import Server

STATIONS = 9
DESKS = 60
DAYS = 31


@dataclass(frozen=True)
class Site:
    """The product and the floors, each behind its own gunicorn of the same size, on the same database."""

    product: str
    floor: str


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Site]:
    """Fill a database, start both servers, stop both at the end."""
    fill(database_url, folder)
    with (
        Server(database_url, folder) as product,
        Server(database_url, folder, wsgi="bench.floors:app") as floor,
    ):
        yield Site(product.url, floor.url)


def fill(database_url: str, folder: Path) -> None:
    """Make the schema, the stations, and what is taken on every day that may be booked."""
    app = make_app(database_url, folder)
    with app.app_context():
        factories.build_calendar()
        service = factories.build_service("document-check", horizon_days=DAYS)
        chance = random.Random(1)
        for number in range(STATIONS):
            position = {"lat": 20.0 + chance.random() / 10, "lon": 110.2 + chance.random() / 4}
            slug = f"station-{number}" if number else "central-window"
            station = factories.build_station(slug, services=(service,), desks=DESKS, **position)
            _take_desks(station.id, chance)
        _make_floor()
        db.session.remove()
        db.engine.dispose()


def _take_desks(station_id: int, chance: random.Random) -> None:
    first = cell_of(TUESDAY)
    rows = [
        {"station_id": station_id, "cell": first + i, "taken": chance.randrange(3), "capacity": DESKS}
        for day in range(DAYS)
        for i in range(day * 288, day * 288 + 96)  # eight hours of each day
    ]
    db.session.execute(insert(DeskUsage), rows)
    db.session.commit()


def _make_floor() -> None:
    for statement in floors.TABLES:
        db.session.execute(text(statement))
    rows = [{"cell": cell, "taken": 0, "capacity": 1_000_000} for cell in range(floors.CELLS + 4)]
    db.session.execute(text("INSERT INTO floor_cells VALUES (:cell, :taken, :capacity)"), rows)
    db.session.commit()


def swept(*tables: str) -> None:
    """Let PostgreSQL clean its tables up now, as it has when rows are older than a minute."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM ANALYZE {', '.join(tables)}"))
