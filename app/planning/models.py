"""A change of an opening plan, and the visits that it touched."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model
from app.localtext import LocalText


class PlanChange(Model):
    """One change of a station's opening plan: who, when, what, and which visits it touched.

    Changes of several stations saved together share a `batch`. `before` are the station's rows as
    they were, for undo. Until `undo_until` no message is sent, so the change can be undone.
    """

    __tablename__ = "plan_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), index=True)
    username: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    batch: Mapped[str] = mapped_column(String(20), default="", index=True)
    version: Mapped[int] = mapped_column(default=0)  # of the plan, after the change
    quiet_because: Mapped[str] = mapped_column(String(300), default="")  # why no messages were sent
    reason: Mapped[LocalText] = mapped_column(default=LocalText())
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    undo_until: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class TouchedVisit(Model):
    """A visit that lost its desk by a change of the plan, and what was decided for it.

    Its old place is kept for undo, and for the call to a person whom no message reaches.
    """

    __tablename__ = "touched_visits"

    plan_change_id: Mapped[int] = mapped_column(ForeignKey("plan_changes.id"), primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), primary_key=True, index=True)
    decision: Mapped[str] = mapped_column(String(10))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    desks: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    desk_group: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    revision: Mapped[int]  # of the visit, after the decision
    needs_call: Mapped[bool] = mapped_column(default=False)
