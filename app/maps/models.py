"""What operators gave the map besides the coast."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class MapLayer(Model):
    """One layer as GeoJSON, and whom the map names for it; here, so that no process needs a shared disk."""

    __tablename__ = "map_layers"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(16))
    credit: Mapped[str] = mapped_column(String(200))
    built_at: Mapped[datetime]
