"""Planning far ahead: 60 days of free times of each of 10,000 stations, each worked out for the first time.

python -m bench.plans --database postgresql
Nothing plans ahead, so this is what the first to ask for each station wait, added up. Floor: the
same, for a station, in a network of 100.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from app.appointments.availability import free_times
from app.db import db
from app.stations import queries as stations
from bench.figures import Figure, table
from bench.network import fill
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import TUESDAY

FEW = 100
MANY = 10_000
DAYS = 60
GOAL = 0.90
GOAL_SECONDS = 60.0


def measure(databases: Databases, kind: str, *, many: int = MANY) -> tuple[Figure, float]:
    """Return stations planned per second beside those of a small network, and the seconds for all."""
    _plan_all(databases.make(kind), FEW)  # warm
    few = _plan_all(databases.make(kind), FEW)
    seconds = _plan_all(databases.make(kind), many)
    work = f"{DAYS} days of a station, {many:,} stations"
    return Figure(work, (many / seconds,), f"the same of {FEW}", (FEW / few,), GOAL), seconds


def _plan_all(url: str, size: int) -> float:
    """Return the seconds it took."""
    with TemporaryDirectory() as folder:
        fill(url, Path(folder), size, horizon_days=DAYS)
        with make_app(url, Path(folder)).app_context():
            free_times.forget_candidates()
            began = time.perf_counter()
            for number in range(size):
                _plan(f"point-{number}")
            seconds = time.perf_counter() - began
            db.session.remove()
            db.engine.dispose()
    return seconds


def _plan(slug: str) -> None:
    station, service = stations.get_station(slug), stations.get_service("document-check")
    days = free_times.free_by_day(station, service, first_day=TUESDAY.date(), days=DAYS, now=TUESDAY)
    db.session.rollback()
    if not any(days):
        raise RuntimeError(f"{slug} has no free times")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.plans", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--stations", type=int, default=MANY)
    options = parser.parse_args()
    databases = Databases()
    try:
        figure, seconds = measure(databases, options.database, many=options.stations)
    finally:
        databases.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(table([figure]))
    print(f"all of them: {seconds:.0f} s (goal: {GOAL_SECONDS:g} s); most memory: {megabytes} MB")
    return 0 if figure.reached and seconds <= GOAL_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
