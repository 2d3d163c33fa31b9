"""Stations, services, the weekly plan and its exceptions, the official calendar, the gazetteer."""

from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    event,
    update,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship
from sqlalchemy.orm.attributes import instance_state

from app import clock
from app.crypto import Encrypted
from app.db import Model
from app.localtext import LocalText
from app.stations.geography.area import direction
from app.stations.party import PartyServed


def _now() -> datetime:
    return clock.now()  # looked up at each write: previews and tests shift the clock


def _part_of_direction(axis: int) -> Callable[[Any], float]:
    def part(context: Any) -> float:
        row = context.get_current_parameters()
        return direction(row["lat"], row["lon"])[axis]

    return part


class StationKind(StrEnum):
    CENTRAL_WINDOW = "central_window"
    STATION = "station"
    TALENT_HOME = "talent_home"


class Confidence(StrEnum):
    """How well a fact is known. `assumed` marks defaults that an operator must confirm."""

    CONFIRMED = "confirmed"  # by the people who work there
    VERIFIED = "verified"
    DERIVED = "derived"
    APPROXIMATE = "approximate"
    ASSUMED = "assumed"
    NOT_FOUND = "not_found"


class Station(Model):
    """A service point. Positions are WGS-84 degrees with an honest radius in metres."""

    __tablename__ = "stations"
    __table_args__ = (
        CheckConstraint("precision_m >= 0", name="precision"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="position"),
        Index("ix_stations_lat_lon", "lat", "lon"),
        Index("ix_stations_number", "number", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[LocalText]  # the short everyday form: "Central Window"
    full_name: Mapped[LocalText] = mapped_column(default=LocalText())  # the official form; may be empty
    address: Mapped[LocalText]
    district: Mapped[LocalText]
    lat: Mapped[float]
    lon: Mapped[float]
    # The same position as a vector, by which the database sorts; follows lat and lon by itself.
    x: Mapped[float] = mapped_column(default=_part_of_direction(0), server_default="0", deferred=True)
    y: Mapped[float] = mapped_column(default=_part_of_direction(1), server_default="0", deferred=True)
    z: Mapped[float] = mapped_column(default=_part_of_direction(2), server_default="0", deferred=True)
    precision_m: Mapped[int]
    position_confirmed_on: Mapped[date | None]
    hours_confirmed_on: Mapped[date | None]
    # How long before closing the last call number is given out; None where nobody knows.
    last_number_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    step_free: Mapped[bool | None]
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    notice: Mapped[LocalText | None]
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    # Goes up with every change of hours, exceptions or closures: caches of the plan are keyed by it.
    plan_version: Mapped[int] = mapped_column(default=1)
    # When anything that we publish about the station changed: the Last-Modified of the open data.
    changed_at: Mapped[datetime | None] = mapped_column(default=_now, onupdate=_now, deferred=True)
    # When its staff first changed it by hand: from then on the seed files know less than they do.
    edited_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]  # it receives nobody any more, and is kept for what happened there
    photo: Mapped[str | None] = mapped_column(String(64))  # the digest of a StationPhoto
    photo_alt: Mapped[LocalText | None]

    phones: Mapped[list["StationPhone"]] = relationship(
        order_by="StationPhone.position", cascade="all, delete-orphan"
    )
    facts: Mapped[list["StationFact"]] = relationship(cascade="all, delete-orphan")
    offers: Mapped[list["StationService"]] = relationship(cascade="all, delete-orphan")


@event.listens_for(Station, "before_update")
def _turn_direction(_mapper: Mapper[Any], _connection: Connection, station: Station) -> None:
    attributes = instance_state(station).attrs
    if attributes.lat.history.has_changes() or attributes.lon.history.has_changes():
        station.x, station.y, station.z = direction(station.lat, station.lon)


class StationPhone(Model):
    __tablename__ = "station_phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    label: Mapped[LocalText]
    position: Mapped[int] = mapped_column(SmallInteger, default=0)


class StationFact(Model):
    """Where a field of a station comes from: source, confidence, and when somebody checked it."""

    __tablename__ = "station_facts"
    __table_args__ = (UniqueConstraint("station_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    field: Mapped[str] = mapped_column(String(40))
    confidence: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(1000), default="")
    note: Mapped[str] = mapped_column(String(2000), default="")
    checked_on: Mapped[date | None]
    edited: Mapped[bool] = mapped_column(default=False)  # by staff: a seed file does not overwrite it


class StationPhoto(Model):
    """A picture of the entrance, made small and free of everything but its pixels when it was taken in.

    It lies in the database, so that every machine has it; `digest` is its name and its ETag.
    """

    __tablename__ = "station_photos"
    __table_args__ = (UniqueConstraint("station_slug", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_slug: Mapped[str] = mapped_column(String(60))  # of a draft, too, that is no station yet
    digest: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]


class Service(Model):
    """What a person comes for. Lengths are minutes; every length is a multiple of five."""

    __tablename__ = "services"
    __table_args__ = (CheckConstraint("minutes > 0 AND minutes % 5 = 0", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    name: Mapped[LocalText]
    description: Mapped[LocalText]
    cost: Mapped[LocalText | None]  # "Free", or how much; None where nobody knows
    needs_case: Mapped[bool]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    lead_minutes: Mapped[int]  # the earliest bookable moment is now + lead
    horizon_days: Mapped[int] = mapped_column(SmallInteger)  # the latest bookable day is today + horizon
    max_party: Mapped[int] = mapped_column(SmallInteger, default=1)
    party_served: Mapped[str] = mapped_column(
        String(12), default=PartyServed.SIDE_BY_SIDE, server_default=PartyServed.SIDE_BY_SIDE
    )
    # When people are reminded: a list of `app.stations.reminder_rules.ReminderRule` as dictionaries.
    reminder_plan: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reminder_version: Mapped[int] = mapped_column(default=1)  # goes up with every change by staff

    @property
    def service_id(self) -> int:
        """Return its id, by the name that an offer of it has too."""
        return self.id


class BookingLimits(Model):
    """What may be booked and changed when: for the network, a station, a service, or one at one station.

    A column that is empty leaves the decision to the wider rows, at last to the service itself.
    """

    __tablename__ = "booking_limits"
    __table_args__ = (
        CheckConstraint("lead_minutes >= 0", name="lead"),
        CheckConstraint("horizon_days > 0", name="horizon"),
        CheckConstraint("cutoff_minutes >= 0", name="cutoff"),
        CheckConstraint("contact_visits > 0", name="contact_visits"),
        CheckConstraint("case_share BETWEEN 0 AND 100", name="case_share"),
        CheckConstraint("unproved_share BETWEEN 0 AND 100", name="unproved_share"),
        Index("ix_booking_limits_scope", "station_id", "service_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    lead_minutes: Mapped[int | None]
    horizon_days: Mapped[int | None]
    cutoff_minutes: Mapped[int | None]  # until so long before the visit the person may change it
    contact_visits: Mapped[int | None] = mapped_column(SmallInteger)  # that one address or number may hold
    party_served: Mapped[str | None] = mapped_column(String(12))  # a PartyServed
    case_share: Mapped[int | None] = mapped_column(SmallInteger)  # percent of a day's desks
    unproved_share: Mapped[int | None] = mapped_column(SmallInteger)
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]


class StationService(Model):
    """This station offers this service."""

    __tablename__ = "station_services"

    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), primary_key=True)
    confidence: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(1000), default="")

    service: Mapped[Service] = relationship(lazy="joined", innerjoin=True)


def _mark_changed(_mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Let the station know that a row of its own changed."""
    changed = update(Station).where(Station.id == row.station_id)
    connection.execute(changed.values(changed_at=clock.now()))


for _part in (StationPhone, StationFact, StationService):
    for _happening in ("after_insert", "after_update", "after_delete"):
        event.listen(_part, _happening, _mark_changed)


class StationReport(Model):
    """What somebody told us is wrong about a station. Both texts are encrypted: they may name people."""

    __tablename__ = "station_reports"
    __table_args__ = (Index("ix_station_reports_station_id_handled_at", "station_id", "handled_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None] = mapped_column(index=True)
    handled_by: Mapped[str] = mapped_column(String(60), default="")
    message_encrypted: Mapped[str] = mapped_column(Text)
    contact_encrypted: Mapped[str | None] = mapped_column(Text)

    message = Encrypted(bound_to="public_id")
    contact = Encrypted(bound_to="public_id")

    station: Mapped[Station] = relationship(lazy="joined", innerjoin=True)


class OpeningPeriod(Model):
    """A weekly rule on the station's own wall clock; weekday 0 is Monday; `desks` serve at once.

    Of them `reserve` are held by staff for who comes without a booking; the others can be booked.
    """

    __tablename__ = "opening_periods"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes", name="order"),
        CheckConstraint("desks > 0", name="desks"),
        CheckConstraint("reserve >= 0 AND reserve < desks", name="reserve"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]
    desks: Mapped[int] = mapped_column(SmallInteger, default=1)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    reserve: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    desk_group: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")


class OpeningException(Model):
    """A dated override. All rows of a day replace its weekly periods; a row without times closes the day."""

    __tablename__ = "opening_exceptions"
    __table_args__ = (
        CheckConstraint("(opens IS NULL) = (closes IS NULL)", name="both_times"),
        CheckConstraint("opens IS NULL OR opens < closes", name="order"),
        Index("ix_opening_exceptions_station_id_on", "station_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    on_day: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    desks: Mapped[int] = mapped_column(SmallInteger, default=1)
    desk_group: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    reason: Mapped[LocalText | None]


class DeskGroup(Model):
    """Desks of a station that serve some services only. Number 0 are the others, and serve the rest."""

    __tablename__ = "desk_groups"
    __table_args__ = (CheckConstraint("slot_minutes > 0 AND slot_minutes % 5 = 0", name="slot_minutes"),)

    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[LocalText]
    services: Mapped[list[int]] = mapped_column(JSON, default=list)  # ids; one service is in one group
    slot_minutes: Mapped[int | None] = mapped_column(SmallInteger)  # None: as long as the visit


class Closure(Model):
    """A stretch of time in which nothing can be booked, with the reason people are shown."""

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_closures_station_id_ends_at", "station_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[LocalText]
    created_at: Mapped[datetime]


class CalendarStatus(StrEnum):
    """`official`: the State Council's notice is imported. `demo`: an invented year of the demo."""

    OFFICIAL = "official"
    UNPUBLISHED = "unpublished"
    DEMO = "demo"


class CalendarYear(Model):
    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(1000))


class CalendarDayKind(StrEnum):
    DAY_OFF = "day_off"
    MAKEUP_WORKDAY = "makeup_workday"


class CalendarDay(Model):
    """A public holiday, or a weekend day that is worked; `works_as` is the weekday whose plan it follows."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[LocalText]
    works_as: Mapped[int | None] = mapped_column(SmallInteger)


class Place(Model):
    """A named place of the gazetteer that a person may type; WGS-84 degrees, radius in metres."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[LocalText]
    aliases: Mapped[list[Any]] = mapped_column(JSON, default=list)
    category: Mapped[str] = mapped_column(String(40))
    district: Mapped[LocalText]
    lat: Mapped[float]
    lon: Mapped[float]
    precision_m: Mapped[int]
    # Of a street: its known points from one end to the other, as [latitude, longitude], and its length.
    stretch: Mapped[list[Any] | None] = mapped_column(JSON)
    length_m: Mapped[int | None]
    confidence: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(1000))
    licence: Mapped[str] = mapped_column(String(1000))
