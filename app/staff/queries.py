"""Reading for the staff pages: who works where, the day, one visit, the plan's rows, messages."""

from sqlalchemy import select

from app.db import db
from app.staff.models import StaffAssignment
from app.stations.models import Station


def list_stations_of(user_id: int | None) -> list[Station]:
    """Return the stations this user works at, in published order; all for None. Retired ones are left out."""
    wanted = select(Station).where(Station.retired_at.is_(None)).order_by(Station.number)
    if user_id is not None:
        wanted = wanted.join(StaffAssignment).where(StaffAssignment.user_id == user_id)
    return list(db.session.scalars(wanted))
