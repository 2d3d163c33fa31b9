"""What a geocoder answered lately, so that it is not asked the same again."""

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
