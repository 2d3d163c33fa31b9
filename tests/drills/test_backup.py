"""A backup made while people book, put back on an empty machine; and every migration on filled data."""

import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import click
import pytest
from sqlalchemy import text

from app.db import db
from tests.conftest import make_app
from tests.databases import KINDS, Databases
from tests.drills.conftest import BINARIES, Cluster, within
from tests.server import BIN, ROOT, Client, Server, environment

FREE = "central-window/availability?service=document-check&days=14"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    if request.param == "sqlite":
        yield databases.make("sqlite")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    yield cluster.url


def flask(url: str, folder: Path, *command: str) -> str:
    own = environment(url, folder)
    own["PATH"] = f"{BINARIES}:{own['PATH']}"
    words = [str(BIN / "flask"), "--app", "wsgi", *command]
    done = subprocess.run(words, cwd=ROOT, env=own, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}{done.stdout[-500:]}"
    return done.stdout


def count(url: str, folder: Path, table: str, where: str = "true") -> int:
    app = make_app(url, folder)
    with app.app_context():
        found: int = db.session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"))
        db.session.remove()
        db.engine.dispose()
    return found


class Crowd:
    """Four people who book one visit after the other, until it is over."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.acked: list[str] = []
        self._over = threading.Event()
        self._people = [threading.Thread(target=self._book_all, args=[offset]) for offset in range(4)]

    def __enter__(self) -> Self:
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for person in self._people:
            person.join()

    def _book_all(self, offset: int) -> None:
        with self._server.client() as client:
            days = client.get(f"/api/v1/stations/{FREE}").json["days"]
            free = [slot["starts_at"] for day in days for slot in day["slots"]][offset::4]
            for starts_at in free:
                if self._over.is_set():
                    return
                self._book(client, starts_at, f"{offset}-{starts_at}")

    def _book(self, client: Client, starts_at: str, key: str) -> None:
        wanted = {"station": "central-window", "service": "document-check", "starts_at": starts_at}
        held = client.post("/api/v1/holds", {**wanted, "party_size": 1})
        if held.status == 201:
            contact = {"name": "Maria Example", "email": f"{uuid.uuid4().hex}@example.org"}
            wish = {"hold_id": held.json["hold_id"], **contact}
            booked = client.post("/api/v1/appointments", wish, Idempotency_Key=f"drill-{key}")
            if booked.status == 201:
                self.acked.append(booked.json["reference"])


@pytest.mark.timeout(280)
def test_a_backup_under_load_comes_back_on_an_empty_machine(url, request, databases, tmp_path) -> None:
    for command in (("db", "upgrade"), ("seed", "load"), ("seed", "demo")):
        flask(url, tmp_path, *command)
    file = str(tmp_path / "load.backup")
    with Server(url, tmp_path) as server, Crowd(server) as crowd:
        assert within(60, lambda: len(crowd.acked) >= 20)
        before = list(crowd.acked)
        flask(url, tmp_path, "backup", "create", file)
    fresh, machine = another_of(url, request, databases), tmp_path / "machine"
    machine.mkdir()
    said = flask(fresh, machine, "backup", "restore", "--yes", file)
    names = ", ".join(f"'{reference}'" for reference in before)
    back = count(fresh, machine, "appointments", f"reference IN ({names})")
    held = count(fresh, machine, "outbox_messages", "status = 'held'")
    people = count(fresh, machine, "cases")
    click.echo(f"\nbackup under load: {len(before)} acked before, {len(before) - back} lost, {people} cases, "
               f"{held} messages held")  # fmt: skip
    assert (back, people) == (len(before), count(url, tmp_path, "cases"))
    assert held > 0
    assert f"{held} messages are held" in said
    assert "ours" in flask(fresh, machine, "backup", "verify", file)


def another_of(url: str, request: pytest.FixtureRequest, databases: Databases) -> str:
    if url.startswith("sqlite"):
        return databases.make("sqlite")
    request.getfixturevalue("cluster").say("CREATE DATABASE empty")
    return f"{url.rpartition('/')[0]}/empty"


@pytest.mark.timeout(280)
def test_every_migration_goes_down_and_up_again_on_filled_data(url, tmp_path) -> None:
    for command in (("db", "upgrade"), ("seed", "load"), ("seed", "demo")):
        flask(url, tmp_path, *command)
    people = count(url, tmp_path, "appointments")
    flask(url, tmp_path, "db", "downgrade", "0002")
    flask(url, tmp_path, "db", "upgrade")
    left = count(url, tmp_path, "appointments")
    click.echo(f"\nmigrations down to 0002 and up again: {people} visits before, {left} after")
    assert left == people > 0
