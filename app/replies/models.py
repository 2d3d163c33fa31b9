"""Texts from people. The number and the words are personal data and kept encrypted."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models import Appointment
from app.crypto import Encrypted
from app.db import Model


class TextAnswer(StrEnum):
    """What became of a text, and which answer it gets."""

    CANCELLED = "cancelled"
    TOO_LATE = "too-late"  # the visit cannot be cancelled any more
    NOT_YOURS = "not-yours"  # no such visit, or it belongs to another number
    STAFF = "staff"  # somebody will read it


class IncomingText(Model):
    __tablename__ = "incoming_texts"
    __table_args__ = (
        Index("ix_incoming_texts_unhandled", "received_at",
              postgresql_where=text("handled_at IS NULL"), sqlite_where=text("handled_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(80), unique=True)
    received_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    # The visit it cancelled, or the last one that this number was written to about.
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None] = mapped_column(String(60))
    phone_encrypted: Mapped[str] = mapped_column(Text)
    text_encrypted: Mapped[str | None] = mapped_column(Text)

    phone = Encrypted(bound_to="provider_id")
    text = Encrypted(bound_to="provider_id")

    appointment: Mapped[Appointment | None] = relationship()
