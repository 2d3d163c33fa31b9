"""Real server processes on a database of their own, clients that keep what they were told, and the audit."""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.appointments.availability import free_times
from app.appointments.models import Appointment, DeskUsage, Hold, HoldStatus, IdempotencyKey
from app.appointments.states import Status
from app.db import db
from app.notifications.models import OutboxMessage
from app.stations import queries as stations
from tests import factories
from tests.conftest import make_app
from tests.databases import Databases
from tests.server import TUESDAY, Answer, Client, Server

CELL_SECONDS = 300
SERVICE = "document-check"


@dataclass
class Site:
    """One installation: its database, its processes, and what its clients were told."""

    app: Flask
    database_url: str
    folder: Path
    server: Server
    acked: dict[str, str] = field(default_factory=dict)  # idempotency key -> reference
    statuses: Counter[int] = field(default_factory=Counter)

    def slots(self, days: int = 14) -> list[str]:
        """Return the starts of the central window's free slots."""
        with self.app.app_context():
            station, service = stations.get_station("central-window"), stations.get_service(SERVICE)
            listed = free_times.availability(
                station, service, first_day=TUESDAY.date(), days=days, party_size=1, now=TUESDAY
            )
            starts = [slot.interval.start.isoformat() for day in listed for slot in day.slots]
            db.session.rollback()
            return starts[3:]  # the server's clock runs on while the test does

    def try_booking(self, client: Client, starts_at: str) -> Answer:
        """Hold a slot and book it, once each. Returns the last answer; a booking is noted as told."""
        held = hold(client, starts_at)
        self.statuses[held.status] += 1
        if held.status != 201:
            return held
        key = uuid.uuid4().hex
        booked = book(client, held.json["hold_id"], key)
        self.statuses[booked.status] += 1
        if booked.status == 201:
            self.acked[key] = booked.json["reference"]
        return booked

    def insist_on_booking(
        self, client: Client, starts_at: str, *, until: Callable[[], bool]
    ) -> Answer | None:
        """Book as a person does whose line breaks: the same key again until there is an answer."""
        key = uuid.uuid4().hex
        held = _again(lambda: hold(client, starts_at), until)
        if held is None or held.status != 201:
            return held
        booked = _again(lambda: book(client, held.json["hold_id"], key), until)
        if booked is not None and booked.status == 201:
            self.acked[key] = booked.json["reference"]
        return booked


def _again(ask: Callable[[], Answer], until: Callable[[], bool]) -> Answer | None:
    while not until():
        answer = ask()
        if answer.status and answer.status < 500:
            return answer
    return None


def hold(client: Client, starts_at: str) -> Answer:
    body = {"station": "central-window", "service": SERVICE, "starts_at": starts_at, "party_size": 1}
    return client.post("/api/v1/holds", body)


def book(client: Client, hold_id: str, key: str, **more: Any) -> Answer:
    body = {"hold_id": hold_id, "name": "Maria Example", "email": "maria@example.org", **more}
    return client.post("/api/v1/appointments", body, Idempotency_Key=key)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run work(0) … work(count - 1) in threads that all start in the same moment."""
    gate = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        gate.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def site(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[Site]:
    """An installation with the central window at 5 desks; its server is not started yet."""
    made = make_site(databases.make(database_kind), tmp_path)
    yield made
    made.server.kill()
    with made.app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def make_site(database_url: str, folder: Path, **server: str) -> Site:
    flask_app = make_app(database_url, folder)
    with flask_app.app_context():
        factories.build_calendar()
        service = factories.build_service(SERVICE)
        factories.build_station("central-window", services=(service,), desks=5)
    return Site(flask_app, database_url, folder, Server(database_url, folder, **server))


@pytest.fixture
def load(site: Site) -> Iterator["Load"]:
    """Eight clients that book without rest until the test ends."""
    running = Load(site)
    yield running
    running.stop()


class Load:
    """Clients that book slots all over the next two weeks and insist on an answer."""

    def __init__(self, site: Site, clients: int = 8) -> None:
        self._site = site
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._book, args=(number,)) for number in range(clients)]
        self._slots: list[str] = []
        self.errors: list[BaseException] = []

    def start(self) -> None:
        self._slots = self._site.slots()
        for thread in self._threads:
            thread.start()

    def _book(self, number: int) -> None:
        chance = random.Random(number)
        try:
            with self._site.server.client(timeout=10) as client:
                while not self._stop.is_set():
                    slot = chance.choice(self._slots)
                    self._site.insist_on_booking(client, slot, until=self._stop.is_set)
        except BaseException as error:
            self.errors.append(error)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.ident:
                thread.join()
        if self.errors:
            raise self.errors[0]


# --- the audit: what the database says after the storm ------------------------------------------


def audit(site: Site) -> None:
    """Check that nothing told was lost, nothing doubled, every counter true, every message written."""
    with site.app.app_context():
        db.session.rollback()
        rows = db.session.query(Appointment).all()
        _check_told(site, rows)
        assert counted_desks() == used_desks()
        assert all(usage.taken <= usage.capacity for usage in db.session.query(DeskUsage))
        subjects = {m.subject_id for m in db.session.query(OutboxMessage) if m.topic == "appointment"}
        assert {row.id for row in rows} <= subjects, "a booking without its messages"
        assert subjects <= {row.id for row in rows}, "a message without its booking"
        if site.database_url.startswith("sqlite"):
            assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        db.session.rollback()


def _check_told(site: Site, rows: list[Appointment]) -> None:
    references = [row.reference for row in rows]
    lost = [reference for reference in site.acked.values() if reference not in references]
    assert lost == []
    assert len(set(site.acked.values())) == len(site.acked), "one booking was told for two requests"
    keys = [key.appointment_id for key in db.session.query(IdempotencyKey)]
    assert len(keys) == len(set(keys)) == len(rows), "a request booked twice"


def used_desks() -> dict[tuple[int, int, int], int]:
    """Return the counters that are not zero, by station, desk group and cell."""
    return {(u.station_id, u.desk_group, u.cell): u.taken for u in db.session.query(DeskUsage) if u.taken}


def counted_desks() -> dict[tuple[int, int, int], int]:
    """Return what the counters should be, counted anew from visits and open holds."""
    counted: Counter[tuple[int, int, int]] = Counter()
    for kind, condition in ((Appointment, Appointment.status != Status.CANCELLED),
                            (Hold, Hold.status == HoldStatus.OPEN)):  # fmt: skip
        for row in db.session.query(kind).filter(condition):
            for cell in _cells(row.starts_at, row.ends_at):
                counted[row.station_id, row.desk_group, cell] += row.desks
    return dict(counted)


def _cells(start: datetime, end: datetime) -> range:
    step = timedelta(seconds=CELL_SECONDS).total_seconds()
    return range(int(start.timestamp() // step), int(end.timestamp() // step))
