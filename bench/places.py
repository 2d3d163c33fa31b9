"""Typed places: a name among 10,000, beside a bare route of the same process.

python -m bench.places
python -m bench.places --answers FILE: what is answered to the typed places of a file
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask

from app.localtext import LocalText
from app.stations.geography.distance import Point
from app.stations.geography.name_index import NameIndex
from app.stations.geography.places import NamedPlace, PlaceKind, named
from bench.figures import Figure, table

COUNT = 10_000
ROUNDS = 5
SECONDS = 0.5
GOAL_MS = 5.0
GOAL_RATIO = 0.05  # a bare route takes a quarter of a millisecond
CHARACTERS = "海口美兰龙华秀英琼山滨公园万绿白沙门长流国兴大道和平南北东西路街站港医院学校湖江河岛桥城新中"
SYLLABLES = ("hai", "kou", "mei", "lan", "long", "hua", "bin", "wan", "bai", "sha", "chang", "xing", "ping")
TYPED = {
    "a name in pinyin": "binhai gongyuan",
    "a name with slips": "Meilna Binhia Road",
    "Chinese that sounds so": "万律园路",
    "an address": "海口市龙华区滨海大道32号",
    "a common word": "road",
    "a name of no place": "Atlantis on the sea",
}


def measure(*, rounds: int = ROUNDS, seconds: float = SECONDS) -> list[Figure]:
    """Measure look-ups per second; the floor is a route that answers a small JSON object."""
    index = NameIndex(made_up_places(COUNT))
    client = bare_app().test_client()
    figures = []
    for work, text in TYPED.items():
        rates, floor_rates = [], []
        for _ in range(rounds):
            floor_rates.append(rate_of(partial(client.get, "/bare"), seconds))
            rates.append(rate_of(partial(index.look_up, text), seconds))
        figures.append(Figure(work, tuple(rates), "bare route", tuple(floor_rates), GOAL_RATIO))
    return figures


def rate_of(act: Callable[[], object], seconds: float) -> float:
    """Return how often it can be done in one second."""
    began, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        act()
        done += 1
    return done / passed


def bare_app() -> Flask:
    app = Flask("bare")
    app.add_url_rule("/bare", view_func=lambda: app.response_class(json.dumps({"status": "ok"})))
    return app


def made_up_places(count: int) -> list[NamedPlace]:
    """Return places whose names look like each other, as streets do; the same ones every time."""
    chance = random.Random(1)
    return [_made_up(f"place-{number}", chance) for number in range(count)]


def _made_up(slug: str, chance: random.Random) -> NamedPlace:
    words = ("".join(chance.choices(SYLLABLES, k=2)).title() for _ in range(2))
    name = LocalText(f"{' '.join(words)} Road", "".join(chance.choices(CHARACTERS, k=5)))
    return named(slug, PlaceKind.PLACE, name, Point(20.0, 110.3, 1000))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.places", description=__doc__)
    parser.add_argument("--answers", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.answers:
        from bench.answers import print_answers  # noqa: PLC0415  it needs the whole application

        return print_answers(options.answers)
    figures = measure()
    print(table(figures))
    slowest = max(1000 / min(figure.rates) for figure in figures)
    print(f"\nslowest look-up: {slowest:.2f} ms (goal: under {GOAL_MS:g} ms)")
    return 0 if slowest < GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
