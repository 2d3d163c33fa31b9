"""Where the papers of a case can be, and from when: what limits the times of its visit.

Papers lie at one station. Others can hand them over only where a transfer says in how many
working days they are brought there.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.appointments.availability.policy import PapersElsewhere, PapersNotThere, PastDeadline
from app.cases.models import Case, PaperTransfer
from app.db import db
from app.stations.hours.plans import PlanOwner, plan_of
from app.stations.hours.working_days import working_day_after, working_days_of
from app.stations.models import Station

NEAR_DAYS = 3  # working days left from which a deadline is told in amber
PASSPORT_RUNS_OUT = timedelta(days=90)  # from here on a new passport may have been issued already


@dataclass(frozen=True, slots=True)
class Reach:
    """When a case may be collected at one station: from `earliest`, and in time before `deadline`."""

    earliest: datetime
    deadline: datetime | None
    transfer: bool  # the papers are brought from another station

    def is_late(self, starts_at: datetime) -> bool:
        return self.deadline is not None and starts_at >= self.deadline


def reach_of(case: Case, *, now: datetime) -> dict[int, Reach]:
    """Return when the case may be collected, for each station (by id) that its papers can reach."""
    days = _days_to(case)
    stations = db.session.scalars(select(Station).where(Station.id.in_(days)))
    found = ((station, _earliest(station, days[station.id], now=now)) for station in stations)
    return {
        station.id: Reach(earliest, _deadline(case, station), days[station.id] > 0)
        for station, earliest in found
        if earliest
    }


def check_reach(case: Case, station: PlanOwner, starts_at: datetime, *, now: datetime) -> None:
    """Raise PapersElsewhere or PapersNotThere unless the papers are at the station by then.

    A deadline does not refuse: the pages say that it is past, and the person or staff decide.
    """
    if case.papers_station_id in (None, station.id):
        return
    days = _days_to(case).get(station.id)
    earliest = None if days is None else _earliest(station, days, now=now)
    if earliest is None:
        raise PapersElsewhere
    if starts_at < earliest:
        raise PapersNotThere


def check_in_time(case: Case, station: PlanOwner, starts_at: datetime) -> None:
    """Raise PastDeadline for a time that we must not offer of our own accord."""
    deadline = _deadline(case, station)
    if deadline is not None and starts_at >= deadline:
        raise PastDeadline


def _days_to(case: Case) -> dict[int, int]:
    """Return the working days until the papers are at each station that they can reach."""
    if case.papers_station_id is None:
        return {}
    wanted = select(PaperTransfer).where(PaperTransfer.from_station_id == case.papers_station_id)
    brought = {row.to_station_id: row.working_days for row in db.session.scalars(wanted)}
    return {**brought, case.papers_station_id: 0}


def _earliest(station: PlanOwner, days: int, *, now: datetime) -> datetime | None:
    """Return when the papers are there: at the start of the day on which the last working day falls."""
    if days == 0:
        return now
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    day = working_day_after(today, days, working_days_of(plan_of(station)))
    return _start_of(day, station) if day else None


def _deadline(case: Case, station: PlanOwner) -> datetime | None:
    return _start_of(case.collect_before, station) if case.collect_before else None


def _start_of(day: date, station: PlanOwner) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(station.timezone)).astimezone(UTC)


def deadline_is_near(case: Case, station: PlanOwner, *, now: datetime) -> bool:
    """Say whether three working days or fewer are left before the deadline."""
    if case.collect_before is None:
        return False
    today = now.astimezone(ZoneInfo(station.timezone)).date()
    last = working_day_after(today, NEAR_DAYS + 1, working_days_of(plan_of(station)))
    return last is None or case.collect_before <= last


def passport_runs_out(case: Case, *, today: date) -> bool:
    """Say whether the passport in the case ends so soon that there may be a new one."""
    return case.passport_expires_on is not None and case.passport_expires_on <= today + PASSPORT_RUNS_OUT
