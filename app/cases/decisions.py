"""What a bureau decides of its own permit, where the papers lie, and what follows. Inside `transact()`.

Every operation locks the case first: a booking locks it too, so neither works on what the other changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import select

from app.cases import history, notices
from app.cases.history import HistoryLine
from app.cases.locks import lock_case_numbered
from app.cases.models import Bureau, Case, CaseEventKind, PermitLeg
from app.cases.readiness import is_complete
from app.cases.states import DECIDED, LegConflict, LegState, Permit, ReasonNeeded, check_change
from app.cases.working_days import ClockReading, Course, pauses_of, read_clock
from app.db import db, locking
from app.errors import DomainError, NotFound
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.hours.plans import read_calendar
from app.stations.models import Station

LONGEST_REASON = 1000
LONGEST_SHELF = 40


class NotYourPermit(DomainError):
    """Each bureau decides its own permit and sees the other's."""

    code: ClassVar[str] = "not_your_permit"
    status = 403


class CaseClosed(DomainError):
    """The case is collected, or it was merged into another one."""

    code: ClassVar[str] = "case_closed"


class NoHandover(DomainError):
    """The station does not offer the service of this case's visit type."""

    code: ClassVar[str] = "no_handover"
    status = 422


class DayOutOfOrder(DomainError):
    """A change of a permit counts for a day from the one before it until today."""

    code: ClassVar[str] = "day_out_of_order"
    status = 422


@dataclass(frozen=True, slots=True)
class Decision:
    """A permit comes into another state. `seen` is the state its author saw, `on_day` its day."""

    permit: Permit
    state: LegState
    reason: str = ""
    seen: str | None = None
    on_day: date | None = None


def lock_open_case(number: str) -> Case:
    """Return the locked case. Raises NotFound, or CaseClosed when it is collected or merged."""
    case = lock_case_numbered(number)
    if case.collected_at or case.merged_into_id:
        raise CaseClosed
    return case


def decide(number: str, decision: Decision, *, bureau: str | None, actor: str, now: datetime) -> Case:
    """Bring a bureau's own permit into another state; both approved and the papers there: ready.

    Raises NotYourPermit, LegConflict, ReasonNeeded, DayOutOfOrder or CaseClosed.
    """
    case = lock_open_case(number)
    leg = own_leg(case, decision.permit, bureau)
    if leg.state == decision.state:
        return case  # The same button twice: it is so already.
    if decision.seen and decision.seen != leg.state:
        raise LegConflict
    reason = decision.reason.strip()[:LONGEST_REASON]
    check_change(leg.state, decision.state, reason=reason)
    change_leg(case, leg, decision, actor=actor, now=now)
    settle(case, actor=actor, now=now)
    return case


def take_back(
    number: str, permit: Permit, reason: str, *, bureau: str | None, actor: str, now: datetime
) -> Case:
    """Bring a decided permit back into review. The caller has made sure that nothing is booked.

    Raises NotYourPermit, LegConflict, ReasonNeeded or CaseClosed.
    """
    case = lock_open_case(number)
    leg = own_leg(case, permit, bureau)
    if leg.state not in DECIDED:
        raise LegConflict
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonNeeded
    change_leg(case, leg, Decision(permit, LegState.IN_REVIEW, reason), actor=actor, now=now)
    settle(case, actor=actor, now=now)
    return case


def place_papers(number: str, station: Station | None, shelf: str, *, actor: str, now: datetime) -> Case:
    """Note where the papers lie, or that nobody knows. Raises NoHandover or CaseClosed."""
    case = lock_open_case(number)
    put_papers(case, station, shelf, actor=actor, now=now)
    settle(case, actor=actor, now=now)
    return case


def put_papers(case: Case, station: Station | None, shelf: str, *, actor: str, now: datetime) -> None:
    """Write where the papers of a locked case lie; `settle` follows. Raises NoHandover."""
    shelf = shelf.strip()[:LONGEST_SHELF] if station else ""
    if (case.papers_station_id, case.shelf) == (station.id if station else None, shelf):
        return
    if station and not offers_handover(station.id, case.visit_type.service_id, lock=True):
        raise NoHandover
    case.papers_station_id, case.shelf = (station.id if station else None), shelf
    details = {"station": station.slug if station else "", "shelf": shelf}
    history.record(case, HistoryLine(CaseEventKind.PAPERS_PLACED, actor, details=details), now=now)


def offers_handover(station_id: int, service_id: int, *, lock: bool = False) -> bool:
    """Say whether the station offers the service at which a visit type's items are handed over.

    `lock` lets nobody retire the station until the transaction ends.
    """
    wanted = select(Station).where(Station.id == station_id)
    station = db.session.scalar(locking(wanted, shared=True) if lock else wanted)
    if station is None or station.retired_at:
        return False
    return any(offer.service_id == service_id for offer in station.offers)


def own_leg(case: Case, permit: Permit, bureau: str | None) -> PermitLeg:
    """Return the leg of this permit if the bureau decides it. Raises NotYourPermit or NotFound."""
    decides = db.session.scalar(select(Bureau.code).where(Bureau.permit == permit))
    if bureau is None or decides != bureau:
        raise NotYourPermit
    return leg_of(case, permit)


def leg_of(case: Case, permit: Permit) -> PermitLeg:
    """Return the leg of this permit. Raises NotFound."""
    found = next((leg for leg in case.legs if leg.permit == permit), None)
    if found is None:
        raise NotFound
    return found


def change_leg(case: Case, leg: PermitLeg, decision: Decision, *, actor: str, now: datetime) -> None:
    """Write a leg's new state and its line of the history. Raises DayOutOfOrder."""
    this_day = history.today(now)
    day = decision.on_day or this_day
    earliest = leg.changed_on or case.received_on
    if day > this_day or (earliest and day < earliest):
        raise DayOutOfOrder
    before, leg.state = leg.state, decision.state
    leg.decided_on = day if decision.state in DECIDED else None
    leg.changed_on, leg.changed_by = day, actor
    details = {"from": before, "to": decision.state}
    text = decision.reason.strip()[:LONGEST_REASON]
    line = HistoryLine(CaseEventKind.LEG, actor, leg.permit, text, day, details)
    history.record(case, line, now=now)


def settle(case: Case, *, actor: str, now: datetime, calendar: WorkCalendar | None = None) -> None:
    """Make the case ready or not as its legs and papers say, and set its last day anew."""
    note_readiness(case, actor=actor, now=now)
    count_again(case, now=now, calendar=calendar)


def settle_new(case: Case, *, actor: str, now: datetime, calendar: WorkCalendar) -> None:
    """Do the same for a case that was opened just now: its legs are its whole history."""
    note_readiness(case, actor=actor, now=now)
    asked = [(leg.changed_on, leg.permit, True) for leg in case.legs if leg.state == LegState.PAPERS_ASKED]
    pauses = pauses_of(sorted((day, permit, since) for day, permit, since in asked if day))
    course = Course(case.received_on, pauses, _ended_on(case.legs))
    promised = case.visit_type.promised_days
    reading = read_clock(
        course, promised=promised, sequential=None, calendar=calendar, today=history.today(now)
    )
    case.due_on = reading.due_on if _is_undecided(case) else None


def note_readiness(case: Case, *, actor: str, now: datetime) -> None:
    """Set or take away `ready_at`, and the news with it."""
    hands_over = case.papers_station_id is not None and offers_handover(
        case.papers_station_id, case.visit_type.service_id
    )
    complete = is_complete(case.legs, hands_over=hands_over)
    if complete and case.ready_at is None:
        case.ready_at = now
        history.record(case, HistoryLine(CaseEventKind.READY, actor), now=now)
        notices.announce_ready(case, now=now)
    elif not complete and case.ready_at is not None:
        case.ready_at = None
        history.record(case, HistoryLine(CaseEventKind.NOT_READY, actor), now=now)
        notices.withdraw_ready(case, now=now)


def count_again(case: Case, *, now: datetime, calendar: WorkCalendar | None = None) -> None:
    """Set the day on which the promise ends: none once all is decided, while the clock stands, or unknown."""
    db.session.flush()
    reading = clock_of(case, now=now, calendar=calendar)
    case.due_on = reading.due_on if _is_undecided(case) else None


def count_some_again(*, after: int, now: datetime, limit: int = 50) -> list[int]:
    """Do so for the next undecided cases, by id. Returns their ids; none at the end."""
    undecided = select(PermitLeg.case_id).where(PermitLeg.state.not_in(DECIDED))
    wanted = select(Case).where(Case.id > after, Case.id.in_(undecided), Case.merged_into_id.is_(None))
    cases = db.session.scalars(locking(wanted.order_by(Case.id).limit(limit))).all()
    calendar = read_calendar()
    for case in cases:
        count_again(case, now=now, calendar=calendar)
    return [case.id for case in cases]


def clock_of(
    case: Case, permit: Permit | None = None, *, now: datetime, calendar: WorkCalendar | None = None
) -> ClockReading:
    """Return what the working-day clock says of the case, or of one of its permits."""
    return read_clock(
        _course(case, permit),
        promised=case.visit_type.promised_days,
        sequential=case.visit_type.sequential_days,
        calendar=calendar or read_calendar(),
        today=history.today(now),
    )


def _course(case: Case, permit: Permit | None) -> Course:
    legs = [leg for leg in case.legs if permit in (None, leg.permit)]
    changes = history.leg_changes(history.list_events(case), permit)
    return Course(case.received_on, pauses_of(changes), _ended_on(legs))


def _ended_on(legs: Sequence[PermitLeg]) -> date | None:
    days = [leg.decided_on for leg in legs if leg.state in DECIDED and leg.decided_on]
    return max(days) if legs and len(days) == len(legs) else None


def _is_undecided(case: Case) -> bool:
    return any(leg.state not in DECIDED for leg in case.legs)
