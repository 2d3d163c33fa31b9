"""What people and workers do all day reads no table that grows with the past from end to end.

SQLite says how it would find the rows of each statement, without statistics, as right after an upgrade.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from app import jobs
from app.db import db
from app.notifications.delivery import reopening
from tests import factories
from tests.integration.appointments.pages import follow, press_confirm, press_time

GROWING = (
    "appointments",
    "appointment_events",
    "outbox_messages",
    "delivery_attempts",
    "cases",
    "case_events",
)
# By an index of few rows, however long the table is; by any other, all of it is read.
OF_FEW = (
    "ix_appointments_live",
    "uq_appointments_live_case",
    "ix_appointments_personal",
    "ix_outbox_messages_due",
)
READ_WHOLE = re.compile(rf"SCAN ({'|'.join(GROWING)})\b(?! USING (COVERING )?INDEX ({'|'.join(OF_FEW)}))")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Watch:
    """Has each statement explained that is run while it looks."""

    def __init__(self) -> None:
        self.looking = False
        self.explained = 0
        self.read_whole: list[str] = []

    def look(self, _connection, cursor, statement, values, _context, many) -> None:
        if not self.looking or many or not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        self.explained += 1
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        self.read_whole += [f"{step[3]}: {statement}" for step in plan if READ_WHOLE.match(step[3])]


@pytest.fixture
def watch(app) -> Iterator[Watch]:
    watch = Watch()
    event.listen(db.engine, "before_cursor_execute", watch.look)
    yield watch
    event.remove(db.engine, "before_cursor_execute", watch.look)


@pytest.fixture
def case(network):
    return factories.build_case(network.visit_type, papers_at=network.central, email="anna@mail.ru")


def test_a_visit_is_booked_and_told_without_reading_a_whole_table(client, case, watch) -> None:
    watch.looking = True
    start = follow(client, case)
    check = press_time(client, start.text)
    assert press_confirm(client, check.text).request.path == "/en/visit"
    assert jobs.deliver_messages(stopping=lambda: False) == "1 handled"
    jobs.tidy_messages()
    assert follow(client, case).request.path == "/en/visit"
    assert watch.explained > 40
    assert watch.read_whole == []


def test_who_looks_on_reads_no_whole_table(client, network, case, watch) -> None:
    watch.looking = True
    for page in ("/en/", "/en/find?near=20.03,110.33", "/en/places/central-window", "/readyz"):
        assert client.get(page).status_code == 200, page
    assert watch.explained > 10
    assert watch.read_whole == []


def test_the_watch_sees_it(app, watch, now) -> None:
    watch.looking = True
    db.session.execute(db.text("SELECT reason FROM outbox_messages WHERE reason = 'late'")).all()
    reopening.hold_due(now=now + timedelta(days=1))
    db.session.rollback()
    assert len(watch.read_whole) == 2, "one by reason, one by a status that has no index"
