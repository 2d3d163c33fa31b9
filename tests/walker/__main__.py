"""make walk SECONDS=600 SEED=7: walk on both databases, and tell the shortest way to each fault."""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

from tests.databases import KINDS, Databases
from tests.walker.session import Session
from tests.walker.world import Worlds

SWEEPERS = ("ada", "tom", "mei", "lin", "holder-3", "nobody-zh", "nobody-ru", "employer")
STEPS = 150
SHARE_OF_WALKING = 0.7  # the rest is for making the found walks short


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make walk", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=KINDS, nargs="*", default=KINDS)
    asked = parser.parse_args()
    databases = Databases()
    try:
        with tempfile.TemporaryDirectory() as folder:
            worlds = Worlds(databases, Path(folder))
            sessions = [Session(worlds, kind) for kind in asked.on]
            until = time.monotonic() + asked.seconds * SHARE_OF_WALKING
            for who, session in itertools.product(SWEEPERS, sessions):
                if time.monotonic() < until:
                    session.sweep(who, asked.seed)
            for number in itertools.count():
                if time.monotonic() > until:
                    break
                sessions[number % len(sessions)].walk(
                    asked.seed + number // len(sessions), STEPS, together=number % 4 > 1
                )
            for one in sessions:
                known = ", ".join(f"{why} ({count})" for why, count in one.known.items()) or "nothing"
                say(f"{one.kind}: {one.steps} steps, {len(one.found)} faults, of what is known: {known}")
                say(one.report(seconds=asked.seconds * (1 - SHARE_OF_WALKING) / len(sessions)))
            return int(any(one.found for one in sessions))
    finally:
        databases.close()


if __name__ == "__main__":
    sys.exit(main())
