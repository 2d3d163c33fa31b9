"""Who was told to collect and has no visit, whom to call, and where no place is left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.appointments.availability import free_times as visits
from app.appointments.models import Appointment, AppointmentEvent, is_live
from app.appointments.states import LIVE, Status
from app.cases.models import Case, CaseNotice
from app.cases.notices import TOPIC
from app.cases.readiness import Readiness, readiness
from app.collection.chase import DueStep, call_is_due, latest_due
from app.collection.models import ChaseStep, StepKind
from app.db import db
from app.i18n import local
from app.localtext import LocalText
from app.notifications.models import MessageStatus, OutboxMessage
from app.stations.hours.plans import plan_of
from app.stations.hours.working_days import Works, working_days_of
from app.stations.models import Service, Station

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Untaken:
    """A case that was told, may be collected, and has no visit; `since` is when that began."""

    case: Case
    notice: CaseNotice
    station: Station
    since: datetime

    @property
    def since_day(self) -> date:
        return local(self.since, self.station.timezone).date()

    @property
    def called_on(self) -> date | None:
        called_at = self.notice.called_at
        return local(called_at, self.station.timezone).date() if called_at else None


def list_untaken(
    *where: ColumnElement[bool], after_id: int = 0, limit: int = MOST_LISTED
) -> tuple[list[Untaken], int]:
    """Return the cases that were told and have no visit, and the id to go on from; 0 at the end."""
    booked = exists().where(Appointment.case_id == Case.id, is_live)
    wanted = (
        select(Case, CaseNotice, Station)
        .join(CaseNotice, CaseNotice.case_id == Case.id)
        .join(Station, Station.id == Case.papers_station_id)
        .where(CaseNotice.told_at.is_not(None), Case.collected_at.is_(None), ~booked, Case.id > after_id)
        .where(*where)
        .order_by(Case.id)
        .limit(limit)
    )
    found = db.session.execute(wanted).all()
    ended = _last_ended(case.id for case, _notice, _station in found)
    untaken = [
        Untaken(case, notice, station, max(notice.told_at, ended.get(case.id, notice.told_at)))
        for case, notice, station in found
        if notice.told_at and readiness(case) is Readiness.READY
    ]
    return untaken, found[-1][0].id if len(found) == limit else 0


def _last_ended(case_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when the last visit of each case was cancelled, missed or left incomplete."""
    moment = func.max(func.coalesce(Appointment.cancelled_at, Appointment.starts_at))
    ended = select(Appointment.case_id, moment).where(Appointment.case_id.in_(list(case_ids)))
    return {case_id: at for case_id, at in db.session.execute(ended.group_by(Appointment.case_id)) if case_id}


def list_steps() -> list[ChaseStep]:
    return list(db.session.scalars(select(ChaseStep).order_by(ChaseStep.position)))


def due_step(one: Untaken, steps: Sequence[ChaseStep], works: Works, *, now: datetime) -> DueStep | None:
    """Return the last step of reminding this person that is due."""
    return latest_due(steps, one.since_day, local(now, one.station.timezone).date(), works)


def works_of(untaken: Sequence[Untaken]) -> dict[int, Works]:
    """Return on which days each of their stations works, by its id."""
    stations = {one.station.id: one.station for one in untaken}
    return {id_: cache(working_days_of(plan_of(station))) for id_, station in stations.items()}


# --- whom to call ------------------------------------------------------------------------------


class CallReason(StrEnum):
    """Why somebody calls."""

    NO_CONTACT = "no_contact"
    REMOVED = "removed"  # the contact was another person's
    NOT_DELIVERED = "not_delivered"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class CallDue:
    """A person to call, and why."""

    one: Untaken
    reason: CallReason


def list_calls(untaken: Sequence[Untaken], *, now: datetime) -> list[CallDue]:
    """Return whom to call, those who cannot be written to first, then those who wait longest."""
    steps, works, failed = list_steps(), works_of(untaken), _not_delivered(untaken)
    calls = []
    for one in untaken:
        days = works[one.station.id]
        at_once = _at_once(one, failed)
        waits = _waits_at_once(one, steps, days, now=now) if at_once else _waits(one, steps, days, now=now)
        if waits:
            calls.append(CallDue(one, at_once or CallReason.NO_ANSWER))
    return sorted(calls, key=lambda call: (call.reason is CallReason.NO_ANSWER, call.one.since))


def _waits(one: Untaken, steps: Sequence[ChaseStep], works: Works, *, now: datetime) -> bool:
    """Say whether the reminders are used up and a call waits."""
    due = due_step(one, steps, works, now=now)
    if due is None or due.step.kind != StepKind.CALL:
        return False
    return call_is_due(due, one.called_on, local(now, one.station.timezone).date(), works)


def _waits_at_once(one: Untaken, steps: Sequence[ChaseStep], works: Works, *, now: datetime) -> bool:
    call = next((step for step in steps if step.kind == StepKind.CALL), None)
    if call is None:
        return one.called_on is None
    due = DueStep(call, one.since_day, None)
    return call_is_due(due, one.called_on, local(now, one.station.timezone).date(), works)


def _at_once(one: Untaken, failed: set[int]) -> CallReason | None:
    """Return why no message reaches this person; None when messages do."""
    if one.case.email_encrypted or one.case.phone_encrypted:
        return CallReason.NOT_DELIVERED if one.case.id in failed else None
    return CallReason.REMOVED if one.notice.removed_at else CallReason.NO_CONTACT


def _not_delivered(untaken: Sequence[Untaken]) -> set[int]:
    """Return the cases of which no message of this round was sent and one failed for good."""
    rounds = {one.case.id: one.notice.round for one in untaken}
    wanted = select(OutboxMessage.subject_id, OutboxMessage.revision, OutboxMessage.status).where(
        OutboxMessage.topic == TOPIC,
        OutboxMessage.subject_id.in_(rounds),
        OutboxMessage.status.in_((MessageStatus.SENT, MessageStatus.FAILED)),
    )
    found = [(case, status) for case, turn, status in db.session.execute(wanted) if turn == rounds[case]]
    sent = {case for case, status in found if status == MessageStatus.SENT}
    return {case for case, status in found if status == MessageStatus.FAILED} - sent


# --- where no place is left --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shortage:
    """People who were told to come to a station at which no place is free for them in time."""

    station: Station
    people: int
    first_free: datetime | None


def list_shortages(untaken: Sequence[Untaken], *, now: datetime) -> list[Shortage]:
    """Return the stations where people were told and find no place, or none before their deadline."""
    by_need: dict[tuple[int, int], list[Untaken]] = {}
    for one in untaken:
        if not one.notice.paused_at:
            by_need.setdefault((one.station.id, one.case.visit_type.service_id), []).append(one)
    shortages = (_shortage(waiting, now=now) for waiting in by_need.values())
    return [shortage for shortage in shortages if shortage.people]


def _shortage(waiting: Sequence[Untaken], *, now: datetime) -> Shortage:
    station = waiting[0].station
    service = db.session.get_one(Service, waiting[0].case.visit_type.service_id)
    free = visits.soonest(station, service, count=1, now=now)
    first = free[0].interval.start if free else None
    day = local(first, station.timezone).date() if first else None
    without = [one for one in waiting if day is None or _is_past(one.case.collect_before, day)]
    return Shortage(station, len(without), first)


def _is_past(deadline: date | None, day: date) -> bool:
    return deadline is not None and day >= deadline


# --- what is left to do ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A visit after which something is still to be handed over, and no other visit is booked."""

    visit: Appointment
    case: Case
    missing: list[LocalText]
    reason: str


def list_follow_ups(stations: Sequence[Station]) -> list[FollowUp]:
    """Return the incomplete visits at these stations that nothing followed, the oldest first."""
    later = aliased(Appointment)
    followed = exists().where(
        later.case_id == Appointment.case_id,
        later.id > Appointment.id,
        later.status.in_((*LIVE, Status.INCOMPLETE)),
    )
    wanted = (
        select(Appointment, Case)
        .join(Case, Case.id == Appointment.case_id)
        .where(Appointment.station_id.in_([station.id for station in stations]))
        .where(Appointment.status == Status.INCOMPLETE, Case.collected_at.is_(None), ~followed)
        .order_by(Appointment.starts_at)
        .limit(MOST_LISTED)
    )
    return [_follow_up(visit, case) for visit, case in db.session.execute(wanted)]


def _follow_up(visit: Appointment, case: Case) -> FollowUp:
    ended = select(AppointmentEvent).where(
        AppointmentEvent.appointment_id == visit.id, AppointmentEvent.kind == Status.INCOMPLETE
    )
    event = db.session.scalar(ended.order_by(AppointmentEvent.id.desc()).limit(1))
    details = event.details if event else {}
    missing = [item.name for item in case.visit_type.items if item.code in details.get("missing", ())]
    return FollowUp(visit, case, missing, details.get("reason", ""))


@dataclass(frozen=True, slots=True)
class Transport:
    """Papers to bring to another station, where the visit is."""

    visit: Appointment
    case: Case
    papers_at: Station


def list_transports(stations: Sequence[Station], *, now: datetime) -> list[Transport]:
    """Return the coming visits from or to these stations whose papers lie elsewhere, the soonest first."""
    ids = [station.id for station in stations]
    wanted = (
        select(Appointment, Case, Station)
        .join(Case, Case.id == Appointment.case_id)
        .join(Station, Station.id == Case.papers_station_id)
        .where(is_live, Appointment.ends_at > now)
        .where(Case.papers_station_id != Appointment.station_id)
        .where(Appointment.station_id.in_(ids) | Case.papers_station_id.in_(ids))
        .order_by(Appointment.starts_at)
        .limit(MOST_LISTED)
    )
    return [Transport(visit, case, station) for visit, case, station in db.session.execute(wanted)]


def list_paused(stations: Sequence[Station]) -> list[Untaken]:
    """Return who was told, has no visit and wants no messages."""
    found, _more = list_untaken(CaseNotice.paused_at.is_not(None), _papers_at(stations))
    return found


def list_untaken_at(stations: Sequence[Station]) -> list[Untaken]:
    """Return who was told to come to one of these stations and has no visit."""
    found, _more = list_untaken(CaseNotice.paused_at.is_(None), _papers_at(stations))
    return found


def _papers_at(stations: Sequence[Station]) -> ColumnElement[bool]:
    return Case.papers_station_id.in_([station.id for station in stations])


def find_case(number: str, stations: Sequence[Station]) -> Case | None:
    """Return the case of this number whose papers lie at one of these stations."""
    if not number.isascii() or not number.isprintable():
        return None
    return db.session.scalar(select(Case).where(Case.number == number, _papers_at(stations)))
