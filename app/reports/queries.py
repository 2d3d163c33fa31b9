"""Reading for the reports: light rows of visits and cases, counted by the pure modules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from app.appointments.models import Appointment, AppointmentEvent
from app.appointments.slots import CELL
from app.appointments.states import Status
from app.cases.models import Case, CaseEvent, CaseEventKind, Employer, PermitLeg
from app.cases.states import LegState
from app.cases.working_days import Course, count_days, pauses_of
from app.db import db
from app.interval import Interval
from app.reports.figures import Period
from app.stations.models import Station
from app.stations.opening_hours import open_intervals
from app.stations.plans import plan_of, read_calendar


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What a report needs of one visit. Times are on the station's own clock."""

    id: int
    station_id: int
    status: str
    starts: datetime
    booked: datetime
    minutes: int
    party_size: int
    language: str

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
        Appointment.created_at, Appointment.party_size, Appointment.language,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).where(Appointment.station_id == station.id, _starts_in(span)))
    for visit_id, status, starts_at, ends_at, created_at, party_size, language in rows:
        yield VisitRow(
            visit_id,
            station.id,
            status,
            starts_at.astimezone(zone),
            created_at.astimezone(zone),
            (ends_at - starts_at) // timedelta(minutes=1),
            party_size,
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
                    found[key] = found.get(key, 0) + part.desks * (CELL // timedelta(minutes=1))
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


def count_collections(stations: Sequence[Station], period: Period) -> tuple[int, int]:
    """Return how many cases were collected in the period, and how many of them in one single visit.

    A visit counts when the person was there, complete or not; one that was missed or cancelled does not.
    """
    there = (Status.COMPLETED, Status.INCOMPLETE)
    visits = aliased(Appointment)
    per_case = (
        select(func.count())
        .where(visits.case_id == Case.id, visits.status.in_(there))
        .correlate(Case)
        .scalar_subquery()
    )
    span = span_of(period, stations[0].timezone) if stations else None
    if span is None:
        return 0, 0
    last = aliased(Appointment)
    rows = db.session.execute(
        select(Case.id, per_case)
        .join(last, (last.case_id == Case.id) & (last.status == Status.COMPLETED))
        .where(Case.collected_at >= span.start, Case.collected_at < span.end)
        .where(last.station_id.in_([station.id for station in stations]))
        .distinct()
    ).all()
    return len(rows), sum(visits_made == 1 for _case, visits_made in rows)


@dataclass(frozen=True, slots=True)
class ApprovedCase:
    """A case of which both permits are approved, by the day of the last approval."""

    id: int
    approved_on: date
    received_on: date | None
    nationality: str | None


def list_approved(period: Period) -> list[ApprovedCase]:
    """Return the cases whose last approval fell in the period."""
    approved = func.max(PermitLeg.decided_on)
    rows = db.session.execute(
        select(Case.id, approved, Case.received_on, Case.nationality)
        .join(PermitLeg, PermitLeg.case_id == Case.id)
        .where(Case.merged_into_id.is_(None))
        .group_by(Case.id, Case.received_on, Case.nationality)
        .having(func.count() == func.sum(_one_if(PermitLeg.state == LegState.APPROVED)))
        .having(approved >= period.first, approved <= period.last)
        .order_by(Case.id)
    )
    return [ApprovedCase(case_id, day, since, country) for case_id, day, since, country in rows if day]


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def count_new_employers(period: Period) -> int:
    """Return how many units were registered in the period."""
    wanted = select(func.count()).select_from(Employer)
    within = Employer.registered_on.between(period.first, period.last)
    return db.session.scalar(wanted.where(within)) or 0


def working_days_of(cases: Sequence[ApprovedCase]) -> list[int]:
    """Return the working days each case took; those of which it is not known are left out."""
    calendar, pauses = read_calendar(), _pauses_of([one.id for one in cases])
    used = (
        count_days(
            Course(one.received_on, pauses.get(one.id, ()), one.approved_on),
            until=one.approved_on,
            calendar=calendar,
        )
        for one in cases
    )
    return [days for days in used if days is not None]


def _pauses_of(case_ids: Sequence[int]) -> dict[int, tuple[tuple[date, date | None], ...]]:
    """Return the stretches in which papers were awaited, of the cases that had any."""
    changes: dict[int, list[tuple[date, str, bool]]] = {}
    for chunk in (case_ids[i : i + 500] for i in range(0, len(case_ids), 500)):
        rows = db.session.execute(
            select(CaseEvent.case_id, CaseEvent.on_day, CaseEvent.permit, CaseEvent.details)
            .where(CaseEvent.case_id.in_(chunk), CaseEvent.kind == CaseEventKind.LEG)
            .order_by(CaseEvent.on_day, CaseEvent.id)
        )
        for case_id, day, permit, details in rows:
            awaits = details.get("to") == LegState.PAPERS_ASKED
            changes.setdefault(case_id, []).append((day, permit or "", awaits))
    return {case_id: pauses_of(found) for case_id, found in changes.items()}
