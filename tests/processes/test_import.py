"""A file of the bureaus is taken in while people book, is killed on its way, and goes on."""

import subprocess
import threading
import time

from sqlalchemy import func, select

from app.cases.models import Case
from app.db import db
from app.intake.models import ImportRow, ImportRun
from tests import factories
from tests.integration.intake.sheets import row, sheet
from tests.processes.conftest import audit
from tests.server import BIN, ROOT, environment

LINES = 400
BOOKERS = 3


def build_bureaus(site) -> None:
    with site.app.app_context():
        factories.build_bureaus()
        collect = factories.build_service("collect-permits", needs_case=True)
        factories.build_visit_type(collect, "work-and-residence")
        central = db.session.scalars(select(factories.Station)).one()
        factories.offer(central, collect)


def import_file(site, file) -> subprocess.Popen:
    return subprocess.Popen(
        [str(BIN / "flask"), "--app", "wsgi", "cases", "import", str(file)], cwd=ROOT,
        env=environment(site.database_url, site.folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def taken_in(site) -> int:
    with site.app.app_context():
        count = db.session.scalar(select(func.count()).select_from(Case)) or 0
        db.session.rollback()
        return count


class Bookers:
    """People who book each another slot, once, without trying again."""

    def __init__(self, site) -> None:
        self._site, self._slots, self._stop = site, iter(site.slots(days=21)), threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._book) for _ in range(BOOKERS)]

    def _book(self) -> None:
        with self._site.server.client() as client:
            while not self._stop.is_set():
                with self._lock:
                    slot = next(self._slots, None)
                if slot is None:
                    return
                self._site.try_booking(client, slot)

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_no_booking_fails_and_nothing_is_lost_or_doubled(site, tmp_path):
    build_bureaus(site)
    file = tmp_path / "cases.csv"
    file.write_bytes(sheet(row(number) for number in range(LINES)))
    site.server.start()
    with Bookers(site):
        killed = import_file(site, file)
        while killed.poll() is None and not taken_in(site):
            time.sleep(0.05)
        killed.kill()
        killed.communicate()
        before = taken_in(site)
        again = import_file(site, file)
        output, _ = again.communicate(timeout=100)

    assert again.returncode == 0, output
    assert 0 < before <= LINES
    assert taken_in(site) == LINES
    assert {status for status in site.statuses if status >= 500 or status == 0} == set()
    assert site.statuses[201] > 0
    audit(site)
    with site.app.app_context():
        (run,) = db.session.query(ImportRun)
        assert (run.state, run.done) == ("done", LINES)
        assert db.session.query(ImportRow).filter(ImportRow.facts_encrypted.is_not(None)).count() == 0
        db.session.rollback()
