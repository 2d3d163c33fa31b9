"""20,000 requests of 200 clients, on one hot slot and spread over many: is anything sold twice?

python -m bench.fire --database postgresql --requests 20000
"""

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from app.appointments.models import Appointment, DeskUsage, Hold, HoldStatus
from app.db import db
from bench.load import Outcome, get, post_each
from tests import factories
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.server import Server

CLIENTS = 200
DESKS = 5
HOT_SHARE = 0.25  # of the requests, all for one slot
BOOKED_STATUSES = {201, 409}
LONGEST_SECONDS = 1800.0  # all must be sent: this is a count, not a speed


def main() -> int:
    options = _options()
    databases = Databases()
    try:
        with TemporaryDirectory() as folder:
            url = databases.make(options.database)
            app = _fill(url, Path(folder))
            with Server(url, Path(folder)) as server:
                held, booked = _storm(server.url, options.requests)
            faults = [*_unsent(held, options.requests), *_faults(held, booked), *_audit(app)]
    finally:
        databases.close()
    print(f"{options.database}: {sum(held.statuses.values()) + sum(booked.statuses.values()):,} requests")
    for name, outcome in (("holds", held), ("bookings", booked)):
        print(f"  {name}: {dict(outcome.statuses)}, {outcome.rate:.0f} a second, {_waits(outcome)}")
    print("  " + ("; ".join(faults) if faults else "nothing oversold, no 5xx, every counter equals its rows"))
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fire", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--requests", type=int, default=20_000)
    return parser.parse_args()


def _fill(url: str, folder: Path) -> Flask:
    app = make_app(url, folder)
    with app.app_context():
        factories.build_calendar()
        service = factories.build_service("document-check")
        factories.build_station("central-window", services=(service,), desks=DESKS)
        db.session.remove()
    return app


def _storm(url: str, requests: int) -> tuple[Outcome, Outcome]:
    """Ask for so many holds, then confirm every one that was given."""
    slots = _slots(url)
    chance = random.Random(3)
    hot = slots[len(slots) // 2]
    wishes = [_hold(hot if chance.random() < HOT_SHARE else chance.choice(slots)) for _ in range(requests)]
    held = post_each(f"{url}/api/v1/holds", wishes, clients=CLIENTS, seconds=LONGEST_SECONDS)
    ids = [json.loads(body).get("hold_id") for body in held.bodies]
    confirmations = [_booking(hold_id) for hold_id in ids if hold_id]
    booking = f"{url}/api/v1/appointments"
    return held, post_each(booking, confirmations, clients=CLIENTS, keyed=True, seconds=LONGEST_SECONDS)


def _slots(url: str) -> list[str]:
    path = "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-25&days=28"
    answer = get(url + path, clients=1, seconds=0.01, keep=True)
    return [slot["starts_at"] for day in json.loads(answer.bodies[0])["days"] for slot in day["slots"]]


def _hold(starts_at: str) -> dict[str, Any]:
    return {"station": "central-window", "service": "document-check", "starts_at": starts_at, "party_size": 1}


def _booking(hold_id: str) -> dict[str, Any]:
    return {"hold_id": hold_id, "name": "Maria Example", "email": "maria@example.org"}


def _unsent(held: Outcome, requests: int) -> list[str]:
    missing = requests - sum(held.statuses.values())
    return [f"{missing} requests were not sent in time"] if missing else []


def _faults(*outcomes: Outcome) -> list[str]:
    seen = Counter[int]()
    for outcome in outcomes:
        seen.update(outcome.statuses)
    return [f"{count} × status {status}" for status, count in seen.items() if status not in BOOKED_STATUSES]


def _audit(app: Flask) -> list[str]:
    """Count what was sold anew, from the visits alone."""
    with app.app_context():
        per_slot = db.session.execute(
            select(Appointment.starts_at, func.count()).group_by(Appointment.starts_at)
        ).all()
        oversold = sum(max(0, sold - DESKS) for _slot, sold in per_slot)
        visits = sum(sold for _slot, sold in per_slot)
        open_holds = db.session.scalar(select(func.count()).where(Hold.status == HoldStatus.OPEN)) or 0
        taken = db.session.scalar(select(func.sum(DeskUsage.taken))) or 0
        service_cells = db.session.scalar(text("SELECT minutes / 5 FROM services"))
        db.session.remove()
    faults = [f"{oversold} places oversold"] if oversold else []
    if taken != (visits + open_holds) * service_cells:
        faults.append(f"counters say {taken} cells, rows {(visits + open_holds) * service_cells}")
    return faults


def _waits(outcome: Outcome) -> str:
    waits = sorted(outcome.waits)
    if not waits:
        return "nothing asked"
    middle, late, worst = (round(1000 * waits[int((len(waits) - 1) * share)]) for share in (0.5, 0.99, 1))
    return f"median {middle} ms, 99 of 100 under {late} ms, worst {worst} ms"


if __name__ == "__main__":
    sys.exit(main())
