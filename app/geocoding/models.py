"""What a geocoder answered lately, and which texts nobody could place."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class GeocodedText(Model):
    """One answer. The text itself is not kept, only a keyed fingerprint; no position means not found."""

    __tablename__ = "geocoded_texts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    precision_m: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(index=True)


class UnknownMark(Model):
    """That one person typed one unknown text. Both are keyed fingerprints: neither can be read back."""

    __tablename__ = "unknown_marks"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    typed_at: Mapped[datetime] = mapped_column(index=True)


class UnknownPlace(Model):
    """A text that means no place we know and that several people typed, as the last of them wrote it."""

    __tablename__ = "unknown_places"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(String(60))
    people: Mapped[int]
    typed_at: Mapped[datetime] = mapped_column(index=True)
    # Set when staff gave it a place, or said that it is none.
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(60))
