"""The database freezes, only reads, or is another one by now: nobody waits long, nothing needs a hand."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.db import db
from tests import factories
from tests.conftest import make_app
from tests.drills.conftest import Cluster, within
from tests.processes.test_worker import worker
from tests.server import Answer, Server

PAGES = ("/en/", "/en/places/central-window", "/api/v1/stations", "/readyz")
FREE = "central-window/availability?service=document-check&days=7"
WITHOUT_DATABASE = ("/healthz", "/static/css/map.css")


@pytest.fixture
def served(cluster: Cluster, tmp_path: Path) -> Iterator[Server]:
    """A web server on the cluster, with a small network and one visit."""
    app = make_app(cluster.url, tmp_path)
    with app.app_context():
        network = factories.build_network()
        factories.build_appointment(network.central, network.document_check)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    with Server(cluster.url, tmp_path) as server:
        yield server


def ask(server: Server, path: str) -> tuple[int, float]:
    began = time.monotonic()
    with server.client(timeout=20) as client:
        return client.get(path).status, time.monotonic() - began


def test_a_frozen_database_keeps_nobody_waiting_and_all_comes_back_by_itself(served, cluster) -> None:
    assert [ask(served, path)[0] for path in PAGES] == [200] * len(PAGES)
    cluster.freeze()
    seen: list[tuple[str, int, float]] = []
    until = time.monotonic() + 12

    def visit(paths: tuple[str, ...]) -> None:
        while time.monotonic() < until:
            for path in paths:
                seen.append((path, *ask(served, path)))
                time.sleep(0.05)

    visitors = [
        threading.Thread(target=visit, args=[paths]) for paths in (PAGES, PAGES, PAGES, WITHOUT_DATABASE)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    told = [(status, seconds) for path, status, seconds in seen if path in PAGES]
    free = [(status, seconds) for path, status, seconds in seen if path in WITHOUT_DATABASE]
    click.echo(
        f"\nfrozen: {len(told)} pages, longest {max(s for _, s in told):.1f} s; "
        f"{len(free)} without database, longest {max(s for _, s in free):.1f} s"
    )
    assert {status for status, _ in told} == {503}
    assert max(seconds for _, seconds in told) < 5.5
    assert {status for status, _ in free} == {200}
    cluster.thaw()
    assert within(5, lambda: all(ask(served, path)[0] == 200 for path in PAGES))


def book(server: Server) -> Answer:
    with server.client(timeout=20) as client:
        hold = {
            "station": "central-window",
            "service": "document-check",
            "starts_at": starts(server),
            "party_size": 1,
        }
        return client.post("/api/v1/holds", hold)


def starts(server: Server) -> str:
    with server.client() as client:
        days = client.get("/api/v1/stations/central-window/availability?service=document-check&days=7").json[
            "days"
        ]
    return next(slot["starts_at"] for day in days for slot in day["slots"])


def test_a_database_that_only_reads_is_busy_and_not_broken(served, cluster) -> None:
    cluster.say("ALTER SYSTEM SET default_transaction_read_only = on")
    cluster.say("SELECT pg_reload_conf()")
    assert within(5, lambda: book(served).status == 503)
    assert [ask(served, path)[0] for path in PAGES[:3]] == [200] * 3, "reading goes on"
    assert ask(served, "/readyz")[0] == 503
    cluster.be_standby()
    assert within(10, lambda: ask(served, "/en/")[0] == 200)
    assert book(served).status == 503
    assert "unhandled error" not in served.log()


def test_after_a_promotion_bookings_go_on_by_themselves(served, cluster) -> None:
    cluster.be_standby()
    assert within(10, lambda: ask(served, "/en/")[0] == 200)
    assert book(served).status == 503
    cluster.promote()
    assert within(10, lambda: book(served).status == 201)
    assert "unhandled error" not in served.log()


def test_a_worker_waits_for_its_database_and_begins(cluster, tmp_path) -> None:
    app = make_app(cluster.url, tmp_path)
    with app.app_context():
        db.engine.dispose()
    cluster.stop()
    with worker(cluster.url, tmp_path) as process:
        log = tmp_path / "worker.log"
        assert within(20, lambda: "worker waits for the database" in log.read_text())
        assert process.poll() is None
        cluster.start()
        assert within(20, lambda: "worker started" in log.read_text())
        process.terminate()
        assert process.wait(20) == 0
