"""The real PgBouncer in transaction mode: nothing doubled, nothing oversold, every commit on disk."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from aiosmtpd.controller import Controller

from app.appointments.reminders.announcing import announce
from app.db import db, transact
from tests import factories
from tests.conftest import make_app
from tests.drills.conftest import NAME, Cluster, within
from tests.drills.test_backup import Crowd, count
from tests.processes.test_sender_kill import Provider
from tests.processes.test_worker import WORKER, worker
from tests.server import ROOT, TUESDAY, Server, environment, free_port

VISITS = 40


@pytest.fixture
def pooled(cluster: Cluster) -> Iterator[str]:
    """PgBouncer before the cluster, with few connections that all share."""
    port, file = free_port(), cluster.folder / "pgbouncer.ini"
    users = cluster.folder / "users.txt"
    users.write_text(f'"{NAME}" ""\n')
    file.write_text(
        f"[databases]\n* = host=127.0.0.1 port={cluster.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {users}\n"
        "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n"
    )
    user = "nobody" if cluster.is_other_user else None
    pooler = subprocess.Popen(
        ["/usr/sbin/pgbouncer", str(file)], user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"postgresql+psycopg://{NAME}@127.0.0.1:{port}/{NAME}"
    pooler.terminate()
    pooler.wait()


@pytest.mark.timeout(200)
def test_behind_a_pooler_nothing_is_doubled_and_every_commit_waits_for_the_disk(
    cluster: Cluster, pooled: str, tmp_path: Path
) -> None:
    app, provider, port = make_app(cluster.url, tmp_path), Provider(), free_port()
    with app.app_context():
        network = factories.build_network()
        for number in range(VISITS):
            visit = factories.build_appointment(
                network.central, network.document_check, email=f"person{number}@example.org",
                starts_at=TUESDAY + timedelta(days=30, minutes=5 * number),
            )  # fmt: skip
            transact(announce, visit, "confirmation", now=TUESDAY - timedelta(hours=1))
        db.session.remove()
        db.engine.dispose()
    post = Controller(provider, hostname="127.0.0.1", port=port)
    post.start()
    settings = {"DATABASE_POOLED": "true", "SMTP_URL": f"smtp://127.0.0.1:{port}"}
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with (
        Server(pooled, tmp_path, **settings) as server,
        worker(pooled, folders[0], command=WORKER, **settings),
        worker(pooled, folders[1], command=WORKER, **settings),
    ):
        with Crowd(server) as crowd:
            assert within(90, lambda: len(crowd.acked) >= 30)
        assert within(90, lambda: len(provider.accepted) >= VISITS + len(crowd.acked))
        acked, log = len(crowd.acked), server.log()
    post.stop()
    kept = count(cluster.url, tmp_path, "appointments")
    click.echo(f"\nPgBouncer: {acked} booked of {kept - VISITS} kept, {provider.accepted.total()} letters, "
               f"{provider.copies} doubled")  # fmt: skip
    assert provider.copies == 0
    assert kept - VISITS >= acked
    assert "prepared statement" not in log + "".join((f / "worker.log").read_text() for f in folders)
    assert "unhandled error" not in log


def test_a_pooler_that_nobody_told_of_stops_the_start(cluster: Cluster, pooled: str, tmp_path: Path) -> None:
    make_app(cluster.url, tmp_path)
    done = subprocess.run(
        [*WORKER], cwd=ROOT, env=environment(pooled, tmp_path), check=False, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode
    assert "DATABASE_URL leads to PgBouncer. Set DATABASE_POOLED=true" in done.stdout + done.stderr
