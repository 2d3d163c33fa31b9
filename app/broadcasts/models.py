"""A message to many, as it is written, approved and sent."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model
from app.localtext import LocalText


class Broadcast(Model):
    """One message of staff to everybody with a visit at a station on some days.

    Written by one person, approved by another; what it puts into the outbox names it by `revision`.
    """

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    title: Mapped[LocalText]
    body: Mapped[LocalText]
    urgent: Mapped[bool]
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(60))
    approved_at: Mapped[datetime | None]
    send_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)
    stopped_by: Mapped[str | None] = mapped_column(String(60))
    stopped_at: Mapped[datetime | None]
