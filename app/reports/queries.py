"""Reading for the reports: light rows of visits and cases, counted by the pure modules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.appointments.availability.slots import CELL
from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.states import Status
from app.cases.models import Case, Employer
from app.db import db
from app.interval import Interval
from app.reports.figures import Period
from app.stations.hours.opening_hours import open_intervals
from app.stations.hours.plans import plan_of
from app.stations.models import Station

CELL_MINUTES = CELL // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What a report needs of one visit. Times are on the station's own clock."""

    id: int
    station_id: int
    status: str
    starts: datetime
    booked: datetime
    minutes: int
    desks: int
    language: str

    @property
    def moments(self) -> Iterable[datetime]:
        """Return the starts of the cells that it covers, on the station's own clock."""
        return (self.starts + offset * CELL for offset in range(self.minutes // CELL_MINUTES))

    @property
    def lead_days(self) -> int:
        """Return the days between booking and visit on the station's calendar."""
        return (self.starts.date() - self.booked.date()).days


def list_visits(stations: Sequence[Station], period: Period) -> list[VisitRow]:
    """Return the visits of these stations that start in the period."""
    return [row for station in stations for row in _visits_of(station, period)]


def _visits_of(station: Station, period: Period) -> Iterable[VisitRow]:
    zone, span = ZoneInfo(station.timezone), span_of(period, station.timezone)
    columns = (
        Appointment.id, Appointment.status, Appointment.starts_at, Appointment.ends_at,
        Appointment.created_at, Appointment.desks, Appointment.language,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).where(Appointment.station_id == station.id, _starts_in(span)))
    for visit_id, status, starts_at, ends_at, created_at, desks, language in rows:
        yield VisitRow(
            visit_id,
            station.id,
            status,
            starts_at.astimezone(zone),
            created_at.astimezone(zone),
            (ends_at - starts_at) // timedelta(minutes=1),
            desks,
            language,
        )


def span_of(period: Period, timezone: str) -> Interval:
    """Return the period as instants on this clock."""
    zone = ZoneInfo(timezone)
    start, end = (
        datetime.combine(day, time(), zone).astimezone(UTC)
        for day in (period.first, period.last + timedelta(days=1))
    )
    return Interval(start, end)


def _starts_in(span: Interval) -> ColumnElement[bool]:
    return (Appointment.starts_at >= span.start) & (Appointment.starts_at < span.end)


def open_minutes(stations: Sequence[Station], period: Period) -> dict[tuple[int, int, int], int]:
    """Return desk-minutes open by (station id, weekday, hour), as the plan of today says of those days."""
    found: dict[tuple[int, int, int], int] = {}
    for station in stations:
        plan, zone = plan_of(station), ZoneInfo(station.timezone)
        for day in period.days:
            for part in open_intervals(plan, day):
                for moment in _cells(part.interval):
                    key = (station.id, day.weekday(), moment.astimezone(zone).hour)
                    found[key] = found.get(key, 0) + part.desks * CELL_MINUTES
    return found


def _cells(interval: Interval) -> Iterable[datetime]:
    moment = interval.start
    while moment < interval.end:
        yield moment
        moment += CELL


def minutes_at_the_counter(visits: Sequence[VisitRow]) -> list[int]:
    """Return, for each visit that was finished, the minutes from arrival to the end."""
    arrived, done = aliased(AppointmentEvent), aliased(AppointmentEvent)
    wanted = {visit.id for visit in visits if visit.status in (Status.COMPLETED, Status.INCOMPLETE)}
    if not wanted:
        return []
    rows = db.session.execute(
        select(func.max(arrived.happened_at), func.max(done.happened_at))
        .join(done, done.appointment_id == arrived.appointment_id)
        .where(arrived.kind == Status.CHECKED_IN, done.kind.in_((Status.COMPLETED, Status.INCOMPLETE)))
        .where(arrived.appointment_id.in_(wanted))
        .group_by(arrived.appointment_id)
    )
    return [max(0, (end - start) // timedelta(minutes=1)) for start, end in rows]


# --- collections and cases ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collections:
    """Cases whose people came in some days, how many have everything, and how many of these came once."""

    came: int = 0
    collected: int = 0
    in_one_visit: int = 0


def count_collections(stations: Sequence[Station], period: Period) -> Collections:
    """Count the cases whose people came to these stations to collect.

    A visit counts when the person was there, complete or not; one that was missed or cancelled does not.
    """
    if not stations:
        return Collections()
    span = span_of(period, stations[0].timezone)
    there = (Status.COMPLETED, Status.INCOMPLETE)
    came, visits = aliased(Appointment), aliased(Appointment)
    made = select(func.count()).where(visits.case_id == Case.id, visits.status.in_(there))
    rows = db.session.execute(
        select(Case.collected_at, made.correlate(Case).scalar_subquery()).where(
            exists().where(
                came.case_id == Case.id,
                came.status.in_(there),
                came.station_id.in_([station.id for station in stations]),
                came.starts_at >= span.start,
                came.starts_at < span.end,
            )
        )
    ).all()
    collected = [visits_made for collected_at, visits_made in rows if collected_at]
    return Collections(len(rows), len(collected), sum(visits_made == 1 for visits_made in collected))


def count_new_employers(period: Period) -> int:
    """Return how many units were registered in the period."""
    wanted = select(func.count()).select_from(Employer)
    within = Employer.registered_on.between(period.first, period.last)
    return db.session.scalar(wanted.where(within)) or 0
