"""Holds, appointments, their history, what desks are taken, and the keys of repeatable requests."""

from datetime import datetime, timedelta
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
    # Keyed fingerprints of the networks that asked, narrow to wide, while it is open.
    asked_from: Mapped[str | None] = mapped_column(String(64), index=True)
    asked_from_56: Mapped[str | None] = mapped_column(String(64), index=True)
    asked_from_48: Mapped[str | None] = mapped_column(String(64), index=True)

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
_PROVISIONAL = text(f"provisional_until IS NOT NULL AND {_LIVE}")
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
        Index("ix_appointments_provisional", "provisional_until", postgresql_where=_PROVISIONAL,
              sqlite_where=_PROVISIONAL),
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
    # When we knew that a person stands behind it: our message was opened, they came, or staff said so.
    proved_at: Mapped[datetime | None]
    # Until then that had to be known, or its desks are given back; None where nothing was asked.
    provisional_until: Mapped[datetime | None]
    # Keyed fingerprints of the networks it was booked from; none for a visit with a case.
    asked_from: Mapped[str | None] = mapped_column(String(64), index=True)
    asked_from_56: Mapped[str | None] = mapped_column(String(64), index=True)
    asked_from_48: Mapped[str | None] = mapped_column(String(64), index=True)

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

    @property
    def provisional(self) -> bool:
        """Say whether its time goes to others unless the link in our message is opened soon."""
        return self.live and self.proved_at is None and self.provisional_until is not None

    def prove(self, *, now: datetime) -> bool:
        """Note that a person stands behind it; the time is theirs from now on. Says whether that is news."""
        if self.proved_at is not None:
            return False
        self.proved_at = now
        return True

    def is_changeable(self, *, now: datetime) -> bool:
        """Say whether it can be moved or cancelled: booked, and not begun.

        Who has to choose another time may for some days more: the old one came and went without them.
        """
        since = now - CHOICE_AFTER if self.asked else now
        return self.status == Status.BOOKED and self.starts_at > since


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
