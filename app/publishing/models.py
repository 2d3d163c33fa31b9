"""Changes of service points that are not published yet, and the history of those that are."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Cause(StrEnum):
    """How a published change came about."""

    ADDED = "added"
    FORM = "form"
    SHEET = "sheet"
    RETIRED = "retired"
    REOPENED = "reopened"


class StationDraft(Model):
    """The one unpublished change of a point. `slug` may name a point that does not exist yet.

    `before` and `after` hold the changed cells only: as they were when the draft was saved, and as typed.
    """

    __tablename__ = "station_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    before: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    username: Mapped[str] = mapped_column(String(60))
    saved_at: Mapped[datetime]


class StationSheet(Model):
    """An uploaded file of changes that waits to be published; each entry of `lines` is one station's."""

    __tablename__ = "station_sheets"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    username: Mapped[str] = mapped_column(String(60), index=True)
    uploaded_at: Mapped[datetime]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class StationChange(Model):
    """One published change of one cell: who, when, what it was and what it became. Never deleted."""

    __tablename__ = "station_changes"
    __table_args__ = (Index("ix_station_changes_station_id_id", "station_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    username: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(10))
    field: Mapped[str] = mapped_column(String(60), default="")
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
