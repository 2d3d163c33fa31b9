"""The one writer of a visit's history."""

from collections.abc import Mapping
from datetime import datetime

from app.appointments.models import Appointment, AppointmentEvent
from app.db import db


def record(
    visit: Appointment,
    kind: str,
    *,
    actor: str,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add a line to the visit's history: what happened, by whom, with the facts worth keeping."""
    db.session.add(
        AppointmentEvent(
            appointment_id=visit.id, happened_at=now, kind=kind, actor=actor, details=dict(details or {})
        )
    )
