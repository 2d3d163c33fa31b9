"""Demand against free places: who was told to collect and has not booked, and what is free for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from app.appointments.availability import free_times as availability
from app.appointments.models import Appointment, is_live
from app.cases.models import Case
from app.db import db
from app.stations.hours.plans import plan_of
from app.stations.models import Service, Station

WEEKS = 4
WEEK_DAYS = 7
SOON = timedelta(days=14)  # within so many days there must be a place for everybody who waits
CLOSE = timedelta(days=5)  # the first free place should not be further off


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station: people who wait, free places by week from today on, and the first of them."""

    station: Station
    waiting: int
    weeks: tuple[int, ...]
    first_free: datetime | None
    running_out: bool

    @property
    def free(self) -> int:
        return sum(self.weeks)


@dataclass(frozen=True, slots=True)
class FreePlaces:
    """The free places of a station as (day, number) pairs, and when the first of them starts."""

    days: tuple[tuple[date, int], ...]
    first: datetime | None


def overview(stations: Sequence[Station], *, now: datetime) -> list[StationRow]:
    """Return the stations that hand over papers; those that are running out come first."""
    waiting = count_waiting()
    rows = []
    for station in stations:
        service = _collection_service(station)
        if service is None and not waiting.get(station.id):
            continue
        rows.append(
            _row(station, waiting.get(station.id, 0), _free_places(station, service, now=now), now=now)
        )
    return sorted(rows, key=lambda row: (not row.running_out, row.station.number))


def _row(station: Station, waiting: int, free: FreePlaces, *, now: datetime) -> StationRow:
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    return StationRow(
        station, waiting, by_week(free.days, today), free.first, is_running_out(waiting, free, today, now)
    )


def by_week(days: Sequence[tuple[date, int]], today: date) -> tuple[int, ...]:
    """Return the places of each of the next weeks, counted in sevens of days from today on."""
    weeks = [0] * WEEKS
    for day, places in days:
        index = (day - today).days // WEEK_DAYS
        if 0 <= index < WEEKS:
            weeks[index] += places
    return tuple(weeks)


def is_running_out(waiting: int, free: FreePlaces, today: date, now: datetime) -> bool:
    """Say whether people wait and the next two weeks have too few places, or the first one is far off."""
    if not waiting:
        return False
    soon = sum(places for day, places in free.days if day < today + SOON)
    return soon < waiting or free.first is None or free.first > now + CLOSE


def count_waiting() -> Mapping[int, int]:
    """Return by station how many cases are ready there, not collected, and have no visit ahead."""
    booked = exists().where(Appointment.case_id == Case.id, is_live)
    rows = db.session.execute(
        select(Case.papers_station_id, func.count())
        .where(
            Case.ready_at.is_not(None), Case.collected_at.is_(None), Case.merged_into_id.is_(None), ~booked
        )
        .group_by(Case.papers_station_id)
    )
    return {station_id: count for station_id, count in rows if station_id}


def _collection_service(station: Station) -> Service | None:
    return next((offer.service for offer in station.offers if offer.service.needs_case), None)


def collecting_desks(station: Station) -> int:
    """Return the number of the desks at which papers are handed over."""
    service = _collection_service(station)
    return plan_of(station).desks_for(service.id).number if service else 0


def _free_places(station: Station, service: Service | None, *, now: datetime) -> FreePlaces:
    if service is None:
        return FreePlaces((), None)
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    listed = availability.availability(
        station, service, first_day=today, days=WEEKS * WEEK_DAYS, party_size=1, now=now
    )
    days = tuple((day.day, sum(slot.remaining for slot in day.slots)) for day in listed)
    first = next((slot.interval.start for day in listed for slot in day.slots), None)
    return FreePlaces(days, first)
