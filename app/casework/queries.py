"""Reading cases for the staff pages: the rows of a list, and one case with all that is known of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.appointments import queries as visits
from app.appointments.masking import initials, masked_email, masked_phone
from app.appointments.models import Appointment, is_live
from app.cases import history, merging
from app.cases.decisions import clock_of
from app.cases.finding.search import FoundCase, last_near_day
from app.cases.models import Bureau, Case, CaseEvent, CaseEventKind, PermitLeg
from app.cases.states import DECIDED, LegState, Permit, next_states
from app.cases.working_days import ClockReading, PromiseStanding
from app.db import db
from app.localtext import LocalText
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.hours.plans import read_calendar
from app.stations.models import Station, StationService

PERMIT_ORDER = {Permit.WORK: 0, Permit.RESIDENCE: 1}


@dataclass(frozen=True)
class CaseRow:
    """One line of a list; the person is told by initials and the end of the passport number."""

    case: Case
    initials: str
    passport_ending: str
    legs: list[PermitLeg]
    standing: PromiseStanding
    visit: Appointment | None

    @property
    def approved(self) -> bool:
        return all(leg.state == LegState.APPROVED for leg in self.legs)


@dataclass(frozen=True)
class Lane:
    """One permit on the page of a case; `own` says whether the reader's bureau decides it."""

    leg: PermitLeg
    bureau: LocalText
    own: bool
    reading: ClockReading
    choices: list[LegState]
    reason: str  # why it came into its state

    @property
    def decided(self) -> bool:
        return self.leg.state in DECIDED


@dataclass(frozen=True)
class CasePage:
    """All that staff see of one case; `shown` says whether the person's data is in full."""

    case: Case
    shown: bool
    name: str
    passport: str
    email: str
    phone: str
    lanes: list[Lane]
    reading: ClockReading
    visit: Appointment | None
    events: Sequence[CaseEvent]
    lookalikes: list[Case]
    handover_stations: list[Station]
    places: Mapping[str, LocalText]  # names of the stations that the events speak of, by slug
    seen_by: tuple[str, datetime] | None  # the colleague who opened it last

    @property
    def closed(self) -> bool:
        return bool(self.case.collected_at or self.case.merged_into_id)


def list_rows(found: FoundCase, *, today: date) -> list[CaseRow]:
    """Return the lines of a list of cases."""
    calendar = read_calendar()
    near = last_near_day(today, calendar)
    booked = _live_visits([case.id for case in found.cases])
    return [_row(case, booked.get(case.id), today, near) for case in found.cases]


def _row(case: Case, visit: Appointment | None, today: date, near: date) -> CaseRow:
    ending, standing = case.passport_last4, _standing(case, today, near)
    return CaseRow(case, initials(case.full_name), ending, in_order(case.legs), standing, visit)


def _standing(case: Case, today: date, near: date) -> PromiseStanding:
    """Return how the case stands, from its stored last day: a list reads no history."""
    if case.due_on is None:
        stopped = any(leg.state == LegState.PAPERS_ASKED for leg in case.legs)
        return PromiseStanding.STOPPED if stopped else PromiseStanding.UNKNOWN
    if case.due_on < today:
        return PromiseStanding.LATE
    return PromiseStanding.NEAR if case.due_on <= near else PromiseStanding.IN_TIME


def _live_visits(case_ids: list[int]) -> dict[int, Appointment]:
    live = select(Appointment).where(Appointment.case_id.in_(case_ids), is_live)
    return {visit.case_id or 0: visit for visit in db.session.scalars(live)}


def in_order(legs: Sequence[PermitLeg]) -> list[PermitLeg]:
    """Return the legs, the work permit first."""
    return sorted(legs, key=lambda leg: PERMIT_ORDER[Permit(leg.permit)])


def get_case_page(case: Case, *, bureau: str | None, shown: bool, reader: str, now: datetime) -> CasePage:
    """Return the page of a case as this reader may see it."""
    calendar = read_calendar()
    events = history.list_events(case)
    return CasePage(
        case=case,
        shown=shown,
        name=case.full_name if shown else initials(case.full_name),
        passport=case.passport if shown else f"••• {case.passport_last4}",
        email=case.email if shown else masked_email(case.email),
        phone=case.phone if shown or not case.phone else masked_phone(case.phone),
        lanes=_lanes(case, events, bureau, calendar, now),
        reading=clock_of(case, now=now, calendar=calendar),
        visit=visits.find_live_for_case(case.id) or visits.find_latest_for_case(case.id),
        events=list(reversed(events)),
        lookalikes=merging.list_lookalikes(case),
        handover_stations=list_handover_stations(case.visit_type.service_id),
        places=_places_of(events),
        seen_by=_last_other_reader(events, reader),
    )


def _lanes(
    case: Case, events: Sequence[CaseEvent], bureau: str | None, calendar: WorkCalendar, now: datetime
) -> list[Lane]:
    bureaus = {row.permit: row for row in db.session.scalars(select(Bureau))}
    return [
        Lane(
            leg=leg,
            bureau=bureaus[leg.permit].name if leg.permit in bureaus else LocalText(),
            own=leg.permit in bureaus and bureaus[leg.permit].code == bureau,
            reading=clock_of(case, Permit(leg.permit), now=now, calendar=calendar),
            choices=[state for state in LegState if state in next_states(leg.state)],
            reason=_reason(events, leg),
        )
        for leg in in_order(case.legs)
    ]


def _reason(events: Sequence[CaseEvent], leg: PermitLeg) -> str:
    changes = [e for e in events if e.kind == CaseEventKind.LEG and e.permit == leg.permit]
    return changes[-1].text if changes and changes[-1].details["to"] == leg.state else ""


def _places_of(events: Sequence[CaseEvent]) -> Mapping[str, LocalText]:
    slugs = {e.details["station"] for e in events if e.kind == CaseEventKind.PAPERS_PLACED}
    stations = db.session.scalars(select(Station).where(Station.slug.in_(slugs)))
    return defaultdict(LocalText, {station.slug: station.name for station in stations})


def _last_other_reader(events: Sequence[CaseEvent], reader: str) -> tuple[str, datetime] | None:
    views = [e for e in events if e.kind == CaseEventKind.VIEWED and e.actor != reader]
    return (views[-1].actor, views[-1].happened_at) if views else None


def list_handover_stations(service_id: int) -> list[Station]:
    """Return the service points that hand over what this service is for, in published order."""
    wanted = select(Station).join(StationService).where(StationService.service_id == service_id)
    wanted = wanted.where(Station.retired_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Station.number)))


def find_own_permit(bureau: str | None) -> Permit | None:
    """Return the permit that this bureau decides."""
    found = db.session.scalar(select(Bureau.permit).where(Bureau.code == bureau)) if bureau else None
    return Permit(found) if found else None
