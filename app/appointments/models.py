"""Holds, appointments, their history, what desks are taken, and the keys of repeatable requests."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.states import LIVE, Status
from app.crypto import Encrypted
from app.db import Model, in_words
from app.interval import Interval
from app.stations.models import Service, Station

CHOICE_AFTER = timedelta(days=6)  # less than the counters of past days are kept


class DeskUsage(Model):
    """How many desks of one group of a station are taken in one five-minute cell.

    `cell` counts five-minute steps since 1970-01-01 UTC (see `capacity.cells`). The check is the
    last word: no process, whatever it believes, can take one desk too many.
    """

    __tablename__ = "desk_usage"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="not_oversold"),
        # Rows lie in the order of their key, so a stretch of time is read in one go.
        {"sqlite_with_rowid": False},
    )

    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    desk_group: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, default=0, server_default="0"
    )
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken: Mapped[int] = mapped_column(SmallInteger)
    capacity: Mapped[int] = mapped_column(SmallInteger)


class HoldStatus(StrEnum):
    OPEN = "open"
    USED = "used"  # it became an appointment, or the new time of one
    RELEASED = "released"


class Hold(Model):
    """A short claim on a slot while somebody decides. After `expires_at` others may take it."""

    __tablename__ = "holds"
    __table_args__ = (
        Index("uq_holds_open_case", "case_id", unique=True, postgresql_where=text("status = 'open'"),
              sqlite_where=text("status = 'open'")),
        Index("ix_holds_open", "station_id", "expires_at", postgresql_where=text("status = 'open'"),
              sqlite_where=text("status = 'open'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    party_size: Mapped[int] = mapped_column(SmallInteger, default=1)
    desks: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")  # taken all the time
    desk_group: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    # Set at once when the hold is for moving a visit, else when it has become one.
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    expires_at: Mapped[datetime]
    extensions: Mapped[int] = mapped_column(SmallInteger, default=0)
    status: Mapped[str] = mapped_column(String(10), default=HoldStatus.OPEN)
    created_at: Mapped[datetime]
    # Fingerprint of the network that asked, while the hold is open: what one network keeps is limited.
    asked_from: Mapped[str | None] = mapped_column(String(64), index=True)

    # What was typed for the visit, until it is booked: so nothing is lost when the time is.
    language: Mapped[str | None] = mapped_column(String(5))
    name_encrypted: Mapped[str | None] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    name = Encrypted(bound_to="public_id")
    email = Encrypted(bound_to="public_id")
    phone = Encrypted(bound_to="public_id")

    station: Mapped[Station] = relationship()
    service: Mapped[Service] = relationship()

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)


_PERSONAL = text("name_encrypted IS NOT NULL OR email_encrypted IS NOT NULL OR phone_encrypted IS NOT NULL")
_LIVE = text(in_words("status", LIVE))
_OF_A_CASE = text("case_id IS NOT NULL")
_LIVE_CASE = text(f"{_OF_A_CASE} AND {_LIVE}")
is_live = text(in_words("appointments.status", LIVE))


class Appointment(Model):
    """A person's confirmed place. `revision` goes up with every change and is the calendar SEQUENCE."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("uq_appointments_live_case", "case_id", unique=True, postgresql_where=_LIVE_CASE,
              sqlite_where=_LIVE_CASE),
        Index("ix_appointments_case_id", "case_id", postgresql_where=_OF_A_CASE, sqlite_where=_OF_A_CASE),
        Index("ix_appointments_station_id_starts_at", "station_id", "starts_at"),
        # The few that are live and those still to be emptied, however long the past is.
        Index("ix_appointments_live", "station_id", "starts_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_appointments_personal", "ends_at", postgresql_where=_PERSONAL, sqlite_where=_PERSONAL),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    status: Mapped[str] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    party_size: Mapped[int] = mapped_column(SmallInteger, default=1)
    # What it takes all the time, and where: true of this visit whatever its service says later.
    desks: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    desk_group: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    revision: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(5))
    origin: Mapped[str] = mapped_column(String(20), default="online")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(20))
    confirmed_at: Mapped[datetime | None]  # when the person said "I will come" to this time
    # The revision whose time became impossible, so that the person was asked to choose another.
    asked_revision: Mapped[int | None]

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_encrypted: Mapped[str] = mapped_column(Text)
    name_encrypted: Mapped[str | None] = mapped_column(Text)
    email_encrypted: Mapped[str | None] = mapped_column(Text)
    phone_encrypted: Mapped[str | None] = mapped_column(Text)

    # Fingerprints of both, by which the visits of one person are counted.
    email_index: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)

    token = Encrypted(bound_to="reference")
    name = Encrypted(bound_to="reference")
    email = Encrypted(bound_to="reference")
    phone = Encrypted(bound_to="reference")

    station: Mapped[Station] = relationship()
    service: Mapped[Service] = relationship()

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def asked(self) -> bool:
        """Say whether the person has to choose another time: this one is not possible any more."""
        return self.status == Status.BOOKED and self.asked_revision == self.revision

    def is_changeable(self, *, now: datetime) -> bool:
        """Say whether it can be moved or cancelled: booked, and not begun.

        Who has to choose another time may for some days more: the old one came and went without them.
        """
        since = now - CHOICE_AFTER if self.asked else now
        return self.status == Status.BOOKED and self.starts_at > since


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


class AppointmentEvent(Model):
    """One line of an appointment's history, past tense, never changed. Holds no personal data."""

    __tablename__ = "appointment_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    happened_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(80))  # "person", "system", or the staff user name
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class HandoverItem(Model):
    """One thing given to the person at the counter, by whom and when."""

    __tablename__ = "handover_items"
    __table_args__ = (UniqueConstraint("appointment_id", "item_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"))
    item_code: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(80))
    given_to: Mapped[str] = mapped_column(String(10), default="holder")  # or "proxy"


class IdempotencyKey(Model):
    """The answer already given to a request; written in the same transaction as what it did."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # fingerprint of scope and key
    request_hash: Mapped[str] = mapped_column(String(64))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"))
    created_at: Mapped[datetime]


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
