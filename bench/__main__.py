"""Run the benchmarks and print their ratios. `make bench ARGS="--database postgresql"`."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import bookings, growth, messages, network, pages, places, planning
from bench.figures import Figure, table
from bench.site import running
from tests.databases import KINDS, Databases


def main() -> int:
    options = _options()
    figures: list[Figure] = []
    databases = Databases()
    try:
        with TemporaryDirectory() as folder, running(databases.make(options.database), Path(folder)) as site:
            figures += pages.measure(site, rounds=options.rounds, seconds=options.seconds)
            figures += bookings.measure(site, rounds=options.rounds, count=options.count)
        figures += places.measure(rounds=options.rounds)
        figures += network.measure(
            databases, options.database, rounds=options.rounds, seconds=options.seconds
        )
        figures += growth.measure(rounds=options.rounds)
        figures += planning.measure(databases, options.database, rounds=options.rounds, count=options.count)
        figures += messages.measure(rounds=options.rounds, database=options.database)
    finally:
        databases.close()
    print(f"gunicorn 2 × 4, {options.database}, median of {options.rounds} rounds\n")
    print(table(figures))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one reading round")
    parser.add_argument("--count", type=int, default=500, help="bookings in one round")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
