"""Who waits, where, and the times that were offered."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models import Appointment, Hold
from app.crypto import Encrypted
from app.db import Model
from app.stations.models import Service, Station


class OfferReason(StrEnum):
    """Why a time is kept for somebody who did not choose it."""

    EARLIER = "earlier"  # it came free, and the person waits for one
    INSTEAD = "instead"  # the visit cannot be at its own time


class OfferAnswer(StrEnum):
    TAKEN = "taken"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # the visit was changed or cancelled in the meantime


class WaitingEntry(Model):
    """A wish for an earlier time than one's visit, or for any time while everything is full.

    People are asked in the order of their ids, the order of joining.
    """

    __tablename__ = "waiting_entries"
    __table_args__ = (
        Index("uq_waiting_entries_visit", "appointment_id", unique=True,
              postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL")),
        Index("uq_waiting_entries_person", "service_id", "person_index", unique=True,
              postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    party_size: Mapped[int] = mapped_column(SmallInteger, default=1)
    from_day: Mapped[date | None]
    until_day: Mapped[date | None]
    morning: Mapped[bool] = mapped_column(default=True)
    afternoon: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5))
    joined_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # that the address is theirs: from then on they are asked
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    removed_by: Mapped[str | None] = mapped_column(String(60))  # a manager, at some or all of its stations
    removed_because: Mapped[str | None] = mapped_column(String(300))
    # Fingerprint of who waits without a visit, so that nobody waits twice.
    person_index: Mapped[str | None] = mapped_column(String(64))

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_encrypted: Mapped[str] = mapped_column(Text)
    name_encrypted: Mapped[str | None] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    token = Encrypted(bound_to="token_hash")
    name = Encrypted(bound_to="token_hash")
    email = Encrypted(bound_to="token_hash")
    phone = Encrypted(bound_to="token_hash")

    service: Mapped[Service] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    places: Mapped[list["WaitingPlace"]] = relationship(cascade="all, delete-orphan")


# Who is asked when a time is free, and counts against the room of the list.
is_asked = WaitingEntry.ended_at.is_(None) & WaitingEntry.confirmed_at.is_not(None)


class WaitingPlace(Model):
    """A station at which a waiting person would come."""

    __tablename__ = "waiting_places"

    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("waiting_entries.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    station: Mapped[Station] = relationship()


class TimeOffer(Model):
    """A time kept for one person until a stated moment. Its hold keeps the desks.

    `until` is what the person was told; the hold lasts a little longer, so that the time can be
    handed to the next person before anybody sees it free. Without an answer nothing changes.
    """

    __tablename__ = "time_offers"
    __table_args__ = (
        Index("ix_time_offers_open", "until", postgresql_where=text("answer IS NULL"),
              sqlite_where=text("answer IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"), unique=True)
    # The visit that would move; for somebody without one, the visit that the offer became.
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    waiting_id: Mapped[int | None] = mapped_column(
        ForeignKey("waiting_entries.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    until: Mapped[datetime]
    created_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None]

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_encrypted: Mapped[str] = mapped_column(Text)

    token = Encrypted(bound_to="token_hash")

    hold: Mapped[Hold] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    waiting: Mapped[WaitingEntry | None] = relationship()
