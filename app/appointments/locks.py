"""Lock visits: each is read anew, since what the session holds of it may be older than the lock.

Locks go waiting entry, visit, hold, case, desks.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.appointments.models import Appointment
from app.db import db, locking
from app.errors import NotFound


def lock_visit(reference: str) -> Appointment:
    """Return the visit, locked and as it is now. Raises NotFound."""
    found = db.session.scalar(locking(select(Appointment).where(Appointment.reference == reference)))
    if found is None:
        raise NotFound
    return found


def lock_visit_of_id(visit_id: int) -> Appointment:
    """Return the visit with this id, locked and as it is now. Raises NotFound."""
    found = db.session.scalar(locking(select(Appointment).where(Appointment.id == visit_id)))
    if found is None:
        raise NotFound
    return found


def lock_visits(visit_ids: Collection[int]) -> Sequence[Appointment]:
    """Return these visits, locked in the order of their ids and as they are now."""
    wanted = select(Appointment).where(Appointment.id.in_(visit_ids)).order_by(Appointment.id)
    return db.session.scalars(locking(wanted)).all()
