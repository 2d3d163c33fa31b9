"""What is published about the stations beside their rows: how fresh it is, and when they are closed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from app.db import db, end_read
from app.localtext import LocalText
from app.stations.hours.plans import read_calendar
from app.stations.models import Closure, OpeningException, Station, StationFact
from app.stations.name_stamps import FACTS, find_stamp
from app.stations.queries import list_after

DAY = timedelta(days=1)
PART = 200  # stations that are in memory at once


def changed_at(station: Station | None = None) -> datetime | None:
    """Return when anything published about this station, or about any, last changed."""
    wanted = select(func.max(Station.changed_at))
    return db.session.scalar(wanted if station is None else wanted.where(Station.id == station.id))


def version() -> str:
    """Return a sign that is another one after every change of what is published about any station."""
    changed = changed_at()
    return f"{find_stamp(FACTS)}-{changed.timestamp() if changed else 0}"


Part = tuple[Sequence[Station], Mapping[int, dict[str, date]]]


def in_parts() -> Iterator[Part]:
    """Yield all stations in published order, some hundred at a time, with the days of their facts.

    No connection is held between the parts, however slowly somebody reads them, and nothing of earlier
    ones is kept: a network may have a hundred thousand stations.
    """
    after = (-1, 0)
    while part := list_after(*after, count=PART):
        yield part, last_verified([station.id for station in part])
        after = part[-1].number, part[-1].id
        end_read()


def last_verified(ids: Sequence[int]) -> Mapping[int, dict[str, date]]:
    """Return the day on which a fact was checked, where that is known, by station id and the fact's name."""
    rows = db.session.execute(
        select(StationFact.station_id, StationFact.field, StationFact.checked_on)
        .where(StationFact.checked_on.is_not(None), StationFact.station_id.in_(ids))
        .order_by(StationFact.station_id, StationFact.field)
    )
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for station_id, field, checked_on in rows:
        if checked_on:
            found[station_id][field] = checked_on
    return found


@dataclass(frozen=True, slots=True)
class Closing:
    """Days or hours on which a station, or with none every station, is not open as usual.

    `starts` and `ends` are dates for whole days, the end not included, or times on the station's clock.
    `hours` are those that hold instead; without them it is closed.
    """

    name: str
    starts: date
    ends: date
    reason: LocalText
    station: Station | None = None
    hours: tuple[tuple[time, time], ...] = ()


def closings_of(station: Station, *, since: date) -> list[Closing]:
    """Return what closes this station from this day on, holidays on which it is open left out."""
    dated = list(_exceptions(since, OpeningException.station_id == station.id))
    own_days = {closing.starts for closing in dated}
    holidays = list(_holidays(since, without=own_days, station=station))
    closures = list(_closures(since, Closure.station_id == station.id))
    return [*holidays, *dated, *closures]


def closings_of_all(*, since: date) -> list[Closing]:
    """Return the holidays once, and what closes each station; three queries whatever their number."""
    return [*_holidays(since), *_exceptions(since), *_closures(since)]


def _holidays(
    since: date, *, without: Iterable[date] = (), station: Station | None = None
) -> Iterator[Closing]:
    """Yield holidays, days in a row that have one name as one."""
    run: list[date] = []
    days = read_calendar().days_off
    for day in sorted(day for day in days if day >= since and day not in set(without)):
        if run and (day - run[-1] != DAY or days[day] != days[run[-1]]):
            yield _holiday(run, days[run[0]], station)
            run = []
        run.append(day)
    if run:
        yield _holiday(run, days[run[0]], station)


def _holiday(run: Sequence[date], name: LocalText, station: Station | None) -> Closing:
    return Closing(f"holiday-{run[0]}", run[0], run[-1] + DAY, name, station)


def _exceptions(since: date, *wanted: ColumnElement[bool]) -> Iterator[Closing]:
    rows = db.session.execute(
        select(OpeningException, Station)
        .join(Station, Station.id == OpeningException.station_id)
        .where(Station.retired_at.is_(None), OpeningException.on_day >= since, *wanted)
        .order_by(OpeningException.station_id, OpeningException.on_day, OpeningException.opens)
    )
    for (station, day), group in groupby(rows, key=lambda row: (row[1], row[0].on_day)):
        same_day = [row for row, _station in group]
        hours = tuple((row.opens, row.closes) for row in same_day if row.opens and row.closes)
        name = f"day-{station.slug}-{day}"
        reason = same_day[0].reason or LocalText()
        yield Closing(name, day, day + DAY, reason, station, hours)


def _closures(since: date, *wanted: ColumnElement[bool]) -> Iterator[Closing]:
    first = datetime.combine(since, time(0), ZoneInfo("UTC")) - DAY  # no zone is further ahead
    rows = db.session.execute(
        select(Closure, Station)
        .join(Station, Station.id == Closure.station_id)
        .where(Station.retired_at.is_(None), Closure.ends_at > first, *wanted)
        .order_by(Closure.starts_at, Closure.id)
    )
    for row, station in rows:
        zone = ZoneInfo(station.timezone)
        starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        whole_days = starts.time() == ends.time() == time(0)
        span = (starts.date(), ends.date()) if whole_days else (starts, ends)
        yield Closing(f"closure-{row.id}", *span, row.reason, station)
