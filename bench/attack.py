"""One client books as fast as it can: how much of the network is gone, and does a person still get a time?

python -m bench.attack --seconds 35

Bounded, and against a server of its own: first as it was before there were limits, then as shipped.
"""

import argparse
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.cases.models import Case
from app.db import db, transact
from app.stations.limits import Limits, LimitsChange, save
from bench.bookings import booking_of, hold_of, list_slots
from tests import factories
from tests.conftest import TUESDAY, make_app
from tests.databases import KINDS, Databases
from tests.integration.appointments.pages import press_confirm, press_time, slots_of
from tests.processes.walker import Walker
from tests.server import UNLIMITED, Server

DESKS = 2  # as the one point that hands permits over
SHIPPED = (Limits(contact_visits=4, unproved_share=50), Limits(case_share=50))
MOST_REQUESTS = 2_000


@dataclass
class Loot:
    """What the client was told, and what is left for the others."""

    held: Counter[int] = field(default_factory=Counter)
    booked: Counter[int] = field(default_factory=Counter)
    provisional: int = 0
    refusal: str = ""
    live: int = 0
    days_sold_out: int = 0
    person: str = ""

    def lines(self) -> list[str]:
        return [
            f"times kept: {self.held[201]}, refused: {self.held.total() - self.held[201]}",
            f"visits booked: {self.booked[201]}, of them provisional: {self.provisional}",
            f"live visits and kept times at the end: {self.live}",
            f"days without a time left for others: {self.days_sold_out}",
            f"what the client is told: {self.refusal or '–'}",
            f"a person with a link, meanwhile: {self.person}",
        ]


def main() -> int:
    options = _options()
    databases = Databases()
    try:
        for title, limited in (("without limits", False), ("as shipped", True)):
            with TemporaryDirectory() as folder:
                loot = attack(
                    databases.make(options.database), Path(folder), options.seconds, limited=limited
                )
            print(f"{title}, {options.database}, {options.seconds:.0f} s")
            print("".join(f"  {line}\n" for line in loot.lines()))
    finally:
        databases.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seconds", type=float, default=35.0)
    return parser.parse_args()


def attack(database_url: str, folder: Path, seconds: float, *, limited: bool) -> Loot:
    """Let one client try so long, and a person with a link book in the middle of it."""
    app = make_app(database_url, folder)
    with app.app_context():
        network = factories.build_network()
        factories.open_week(network.central, desks=DESKS - 1)
        link = factories.build_case(network.visit_type, network.central).link
        if limited:
            for station_id, limits in zip((None, network.central.id), SHIPPED, strict=True):
                transact(save, LimitsChange(station_id, None, limits, "bench"), now=TUESDAY)
        db.session.remove()
    loot = Loot()
    with Server(database_url, folder, ORIGINS="{}" if limited else UNLIMITED) as server:
        person = threading.Timer(seconds / 2, _book_as_a_person, (server.url, link, loot))
        person.start()
        _take_all(server, seconds, loot)
        person.join()
        loot.days_sold_out = _days_sold_out(server)
    with app.app_context():
        visits = db.session.scalar(select(func.count(Appointment.id)).where(is_live)) or 0
        kept = db.session.scalar(select(func.count(Hold.id)).where(Hold.status == HoldStatus.OPEN)) or 0
        collected = select(func.count(Appointment.id)).join(Case, Case.id == Appointment.case_id)
        loot.live = visits + kept - (db.session.scalar(collected) or 0)
        db.session.remove()
        db.engine.dispose()
    return loot


def _take_all(server: Server, seconds: float, loot: Loot) -> None:
    """Keep and book every time there is, as a program would: another address for each visit."""
    slots = [slot for slot in list_slots(server.url) for _desk in range(DESKS)]
    ends = time.monotonic() + seconds
    with server.client() as client:
        for slot in slots[:MOST_REQUESTS]:
            if time.monotonic() > ends:
                return
            kept = client.post("/api/v1/holds", hold_of(slot))
            loot.held[kept.status] += 1
            if kept.status != 201:
                loot.refusal = kept.json["detail"]
                continue
            visit = {**booking_of(kept.json["hold_id"]), "email": f"{secrets.token_hex(4)}@example.org"}
            answer = client.post("/api/v1/appointments", visit, Idempotency_Key=secrets.token_hex(16))
            loot.booked[answer.status] += 1
            loot.provisional += bool(answer.json.get("provisional_until"))


def _book_as_a_person(url: str, link: str, loot: Loot) -> None:
    """Open the link of a message, press a time, press the button: no more than that."""
    browser = Walker(url)
    page = browser.get(f"/c/{link}").text
    if not slots_of(page):
        loot.person = "no time is left"
        return
    booked = "Your visit is booked" in press_confirm(browser, press_time(browser, page).text).text
    loot.person = "booked in two presses" if booked else "not booked"


def _days_sold_out(server: Server) -> int:
    """Count the open days on which a visitor without a case finds nothing any more."""
    path = "/api/v1/stations/central-window/availability?service=document-check&from=2026-11-25&days=28"
    with server.client() as client:
        days = client.get(path).json["days"]
    open_days = [day for day in days if time.strptime(day["date"], "%Y-%m-%d").tm_wday < 5]
    return sum(not day["slots"] for day in open_days)


if __name__ == "__main__":
    sys.exit(main())
