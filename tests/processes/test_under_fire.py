"""Everything changes while people book: the plan, the places of others, and the holds that run out.

The planner works in this process, the bookings in two servers on the same database, of which the
second one's clock is 20 minutes ahead: it sees the holds of the first as over and sells their times.
"""

import contextlib
import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import db, transact
from app.interval import Interval
from app.localtext import LocalText
from app.planning import edits, operations
from app.planning.operations import PlanSave
from app.planning.refusals import EffectChanged
from app.stations import queries as stations
from app.stations.hours.opening_hours import ClosedInterval, WeeklyPeriod
from app.stations.models import Closure
from tests.factories import WEEK
from tests.processes.conftest import Site, audit, book, hold
from tests.server import TUESDAY, Answer, Client, Server

DAYS = 2  # few days, so that everybody wants the same places
ANSWERS = 300  # how much happens before the planner rests
MOVES_EACH = 10
AHEAD = timedelta(minutes=20)
REASON = LocalText("Typhoon", "台风", "Тайфун")


class Crowd:
    """Threads that go on until the planner is done; what they were answered is counted."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def add(self, work: Callable[[random.Random], Iterator[Answer]]) -> None:
        number = len(self._threads)
        self._threads.append(threading.Thread(target=self._run, args=(work, random.Random(number))))

    @property
    def alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _run(self, work: Callable[[random.Random], Iterator[Answer]], chance: random.Random) -> None:
        try:
            for answer in work(chance):
                self.statuses[answer.status] += 1
                if self.over.is_set():
                    return
        except BaseException as error:
            self.errors.append(error)

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()
        if self.errors:
            raise self.errors[0]


@pytest.fixture
def ahead(site: Site, tmp_path) -> Iterator[Server]:
    """A second server whose clock believes that it is 20 minutes later."""
    shift = (TUESDAY + AHEAD - datetime.now(UTC)).total_seconds()
    with Server(site.database_url, tmp_path, CLOCK_SHIFT_SECONDS=f"{shift:.0f}") as server:
        yield server


def holders(server: Server, slots: list[str]) -> Callable[[random.Random], Iterator[Answer]]:
    """Keep times and never confirm them."""

    def work(chance: random.Random) -> Iterator[Answer]:
        with server.client() as client:
            while True:
                yield hold(client, chance.choice(slots))

    return work


def bookers(site: Site, server: Server, slots: list[str]) -> Callable[[random.Random], Iterator[Answer]]:
    """Book, and cancel every third visit."""

    def work(chance: random.Random) -> Iterator[Answer]:
        with server.client() as client:
            while True:
                held = hold(client, chance.choice(slots))
                yield held
                if held.status != 201:
                    continue
                key = f"{chance.random()}-{id(chance)}"
                booked = book(client, held.json["hold_id"], key)
                if booked.status == 201:
                    site.acked[key] = booked.json["reference"]
                yield booked
                if booked.status == 201 and chance.random() < 0.3:
                    yield manage(client, booked, "cancel", {})

    return work


def swappers(server: Server, visits: list[Answer]) -> Callable[[random.Random], Iterator[Answer]]:
    """Move two visits to each other's time, again and again."""

    def work(chance: random.Random) -> Iterator[Answer]:
        times = [visit.json["starts_at"] for visit in visits]
        with server.client() as client:
            for _ in range(MOVES_EACH):
                for visit, starts_at in zip(visits, chance.sample(times, len(times)), strict=True):
                    yield manage(client, visit, "reschedule", {"starts_at": starts_at})

    return work


def manage(client: Client, booked: Answer, what: str, body: dict[str, str]) -> Answer:
    path = f"/api/v1/appointments/{booked.json['reference']}/{what}"
    return client.post(path, body, Authorization=f"Bearer {booked.json['manage_token']}")


def booked_visits(site: Site, slots: list[str]) -> list[Answer]:
    with site.server.client() as client:
        return [site.try_booking(client, slot) for slot in slots]


# --- the planner -------------------------------------------------------------------------------


def week(desks: int) -> edits.WeekEdit:
    return edits.WeekEdit(tuple(WeeklyPeriod(*period, desks) for period in WEEK))


def closed_day(day: datetime) -> edits.ClosureEdit:
    zone = ZoneInfo("Asia/Shanghai")
    start = day.astimezone(zone).replace(hour=0, minute=0)
    return edits.ClosureEdit(ClosedInterval(Interval(start, start + timedelta(days=1)), REASON))


def save(edit: edits.PlanEdit) -> None:
    """Save as a manager does: look at the effect once more when a visit changed meanwhile."""
    for _ in range(20):
        station = stations.get_station("central-window")
        change = PlanSave(station.slug, edit, station.plan_version, "tom")
        db.session.rollback()
        with contextlib.suppress(EffectChanged):
            transact(operations.save_plan, change, now=TUESDAY)
            db.session.rollback()
            return
    raise AssertionError("nobody could save a plan in 20 tries")


def reopen() -> None:
    row = db.session.query(Closure).one()
    removal = edits.ClosureRemoval(row.id, ClosedInterval(Interval(row.starts_at, row.ends_at), row.reason))
    db.session.rollback()
    save(removal)


def change_the_plan(site: Site, crowd: Crowd) -> None:
    """Take desks away and bring them back, close a day and open it, until enough happened; then close it."""
    tomorrow = TUESDAY + timedelta(days=1)
    with site.app.app_context():
        for desks in itertools.cycle((1, 5, 3)):
            save(week(desks))
            save(closed_day(tomorrow))
            if crowd.statuses.total() >= ANSWERS or not crowd.alive:
                return
            reopen()


def test_plans_holds_and_places_change_while_people_book(site, ahead):
    site.server.start()
    slots = site.slots(days=DAYS)
    pairs = [booked_visits(site, slots[i : i + 3]) for i in range(0, 9, 3)]
    crowd = Crowd()
    for visits in pairs:
        crowd.add(swappers(site.server, visits))
    for server in (site.server, ahead):
        crowd.add(holders(server, slots))
        crowd.add(bookers(site, server, slots))
        crowd.add(bookers(site, server, slots))
    with crowd:
        change_the_plan(site, crowd)
    assert crowd.statuses[201] > 0
    assert crowd.statuses[409] > 0, "nobody met a full time: the test would not see an oversold one"
    assert {status for status in crowd.statuses if status >= 500 or not status} == set()
    audit(site)
    closed = [slot for slot in slots if slot >= (TUESDAY + timedelta(days=1)).strftime("%Y-%m-%d")]
    with site.server.client() as client:
        assert {hold(client, slot).status for slot in closed} == {409}
