"""The one check that desks are counted right: what is stored as taken is what people have."""

from collections import Counter

from sqlalchemy import select

from app.appointments.availability.slots import cells_of
from app.appointments.models import Appointment, DeskUsage, Hold, HoldStatus
from app.appointments.states import Status
from app.db import db

# A visit keeps its desks whatever became of it at the counter; only a cancelled one gave them back.
KEEPS_DESKS = tuple(status for status in Status if status is not Status.CANCELLED)


def assert_ledger() -> None:
    """Check, for every cell of every station, that taken = live visits + open holds, and within capacity."""
    db.session.rollback()
    expected: Counter[tuple[int, int, int]] = Counter()
    holders = [
        *db.session.scalars(select(Appointment).where(Appointment.status.in_(KEEPS_DESKS))),
        *db.session.scalars(select(Hold).where(Hold.status == HoldStatus.OPEN)),
    ]
    for holder in holders:
        for cell in cells_of(holder.interval):
            expected[holder.station_id, holder.desk_group, cell] += holder.desks
    stored = {
        (row.station_id, row.desk_group, row.cell): row for row in db.session.scalars(select(DeskUsage))
    }
    taken = {key: row.taken for key, row in stored.items() if row.taken}
    assert taken == dict(+expected)
    assert all(0 <= row.taken <= row.capacity for row in stored.values())
