"""What staff did to many visits at once, so that it can be undone."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class OriginCancellation(Model):
    """Visits that were booked from one network and cancelled together. Until `undo_until` nobody is told.

    `visits` has the booking number of each and its revision after: undo leaves alone what changed since.
    """

    __tablename__ = "origin_cancellations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    username: Mapped[str] = mapped_column(String(60))
    cancelled_at: Mapped[datetime]
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    visits: Mapped[list[tuple[str, int]]] = mapped_column(JSON)
