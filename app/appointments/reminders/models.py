"""The plan of reminders of a service."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class ReminderPlan(Model):
    """One saved change of a service's reminders, and how far the visits booked before have followed it."""

    __tablename__ = "reminder_plans"
    __table_args__ = (UniqueConstraint("service_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    version: Mapped[int]
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(60))
    saved_at: Mapped[datetime]
    followed_to: Mapped[int] = mapped_column(default=0)  # the id of the last visit that has
    followed_visits: Mapped[int] = mapped_column(default=0)
    followed_at: Mapped[datetime | None]
