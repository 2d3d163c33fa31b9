"""Who works at which stations."""

from collections.abc import Iterable

from app.accounts.models import User
from app.db import db
from app.staff.models import StaffAssignment
from app.stations.models import Station


def assign(user: User, stations: Iterable[Station]) -> None:
    """Let the user work at these stations."""
    db.session.add_all(StaffAssignment(user_id=user.id, station_id=station.id) for station in stations)
    db.session.flush()
