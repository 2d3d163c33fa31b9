"""Two operations at once: the first keeps its transaction open until the second waits for it, or is done.

The second has read everything there is before it begins: whatever it decides by, it must read anew
once it has the lock.
"""

import threading
import time

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from app.appointments.models import Appointment, DeskUsage, Hold
from app.appointments.waitlist.models import TimeOffer, WaitingEntry
from app.cases.models import Case, CaseNotice
from app.collection.models import HandoverRecord, Proxy
from app.db import db, transact
from app.errors import DomainError
from app.groups.models import Group
from app.notifications.models import OutboxMessage
from app.planning.models import PlanChange, TouchedVisit
from app.stations.models import Station

DONE = "done"
PATIENCE_SECONDS = 8

READ_BEFORE = (
    select(Station).options(selectinload(Station.offers)),
    select(Case).options(selectinload(Case.legs)),
    select(Appointment),
    select(Hold),
    select(WaitingEntry).options(selectinload(WaitingEntry.places)),
    select(TimeOffer),
    select(CaseNotice),
    select(Group).options(selectinload(Group.members)),
    select(DeskUsage),
    select(OutboxMessage),
    select(PlanChange),
    select(TouchedVisit),
    select(HandoverRecord),
    select(Proxy),
)


def read_everything():
    """Return every row that an operation could have in its session; a session forgets what nobody holds."""
    return [row for wanted in READ_BEFORE for row in db.session.scalars(wanted).all()]


def answer_of(operation):
    """Run one operation in a transaction. Returns "done", the refusal's code, or the bare exception."""
    try:
        transact(operation)
    except DomainError as refusal:
        return refusal.code
    except Exception as error:
        return repr(error)
    return DONE


class Watch:
    """A connection that sees which others wait for a lock."""

    def __init__(self, engine):
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def waits(self, backend):
        asked = text("SELECT cardinality(pg_blocking_pids(:backend)) > 0")
        return self._connection.execute(asked, {"backend": backend}).scalar_one()

    def close(self):
        self._connection.close()


class AtOnce:
    """The meeting of two operations on one app with PostgreSQL."""

    def __init__(self, app, watch, first, second):
        self._app, self._watch = app, watch
        self._first, self._second = first, second
        self._answers = ["", ""]
        self._backend = None
        self._thread = threading.Thread(target=self._run_second)

    def run(self):
        """Return the answers of both."""
        self._answers[0] = answer_of(self._begin)
        if not self._thread.ident:
            self._thread.start()  # The first was refused before it wrote anything.
        self._thread.join(PATIENCE_SECONDS)
        if self._thread.is_alive():
            raise AssertionError("the second operation never came to an end")
        return tuple(self._answers)

    def _begin(self):
        self._first()
        db.session.flush()
        if not self._thread.ident:
            self._thread.start()
            self._wait_for_second()

    def _wait_for_second(self):
        over = time.monotonic() + PATIENCE_SECONDS
        while self._thread.is_alive() and time.monotonic() < over:
            if self._backend and self._watch.waits(self._backend):
                return
            time.sleep(0.003)

    def _run_second(self):
        with self._app.app_context():
            self._answers[1] = answer_of(self._after_reading)

    def _after_reading(self):
        kept = read_everything()
        self._backend = db.session.scalar(text("SELECT pg_backend_pid()"))
        self._second()
        db.session.flush()
        del kept
