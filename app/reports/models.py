"""What the nightly check found."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model
from app.stations.models import Station


class Finding(Model):
    """One thing that should not be, as long as it is so; `subject` is a booking reference or a time."""

    __tablename__ = "findings"
    __table_args__ = (Index("uq_findings_what", "code", "station_id", "subject", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    subject: Mapped[str] = mapped_column(String(40))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    station: Mapped[Station] = relationship(lazy="joined", innerjoin=True)
