"""Reading for the staff pages: who works where, the day, one visit, the plan's rows, messages."""

from datetime import date

from sqlalchemy import select

from app.db import db
from app.staff.models import StaffAssignment
from app.stations.hours import plans
from app.stations.models import Station


def list_stations_of(user_id: int | None) -> list[Station]:
    """Return the stations this user works at, in published order; all for None. Retired ones are left out."""
    wanted = select(Station).where(Station.retired_at.is_(None)).order_by(Station.number)
    if user_id is not None:
        wanted = wanted.join(StaffAssignment).where(StaffAssignment.user_id == user_id)
    return list(db.session.scalars(wanted))


# --- one visit ---------------------------------------------------------------------------------


def holds_desks(station: Station, day: date) -> bool:
    """Say whether some desks of the weekly plan are held on this day for people without a booking."""
    plan = plans.plan_of(station)
    return any(p.reserve and p.weekday == day.weekday() and p.applies_on(day) for p in plan.weekly)
