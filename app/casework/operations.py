"""What staff do with a case that touches its visits too. Every function is called inside `transact()`."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select

from app.appointments import queries as visits
from app.appointments.models import Hold, HoldStatus
from app.cases import decisions, history, merging
from app.cases.history import HistoryLine
from app.cases.locks import lock_case_numbered
from app.cases.models import Case, CaseEvent, CaseEventKind
from app.cases.states import Permit, ReasonNeeded
from app.casework.keeping import Keeper, check_may_merge, check_may_place
from app.db import db
from app.errors import DomainError
from app.stations.models import Station

VIEWED_ONCE_IN = timedelta(minutes=15)


class CaseBooked(DomainError):
    """A visit is booked for the case, or somebody is about to book one."""

    code: ClassVar[str] = "case_booked"


def take_back(
    number: str, permit: Permit, reason: str, *, bureau: str | None, actor: str, now: datetime
) -> Case:
    """Bring a decided permit back into review. Raises CaseBooked, and what `decisions.take_back` does."""
    _check_nothing_booked(lock_case_numbered(number), now=now)
    return decisions.take_back(number, permit, reason, bureau=bureau, actor=actor, now=now)


def place_papers(
    number: str, station: Station | None, shelf: str, *, keeper: Keeper, actor: str, now: datetime
) -> Case:
    """Note where the papers lie.

    Raises PapersNotYours, and CaseBooked when a visit is booked at another service point.
    """
    case = lock_case_numbered(number)
    check_may_place(keeper, case, station.id if station else None)
    if case.papers_station_id != (station.id if station else None):
        _check_nothing_booked(case, now=now)
    return decisions.place_papers(number, station, shelf, actor=actor, now=now)


def merge(number: str, into: str, reason: str, *, keeper: Keeper, actor: str, now: datetime) -> Case:
    """Close a duplicate for which nothing is booked. Returns the case that is kept.

    Raises CaseNotYours and CaseBooked, and what `merging.merge` does.
    """
    for locked in sorted((number, into)):
        lock_case_numbered(locked)
    duplicate = lock_case_numbered(number)
    check_may_merge(keeper, duplicate)
    _check_nothing_booked(duplicate, now=now)
    return merging.merge(number, into, reason, actor=actor, now=now)


def _check_nothing_booked(case: Case, *, now: datetime) -> None:
    held = select(Hold.id).where(
        Hold.case_id == case.id, Hold.status == HoldStatus.OPEN, Hold.expires_at > now
    )
    if visits.find_live_for_case(case.id) or db.session.scalar(held.limit(1)):
        raise CaseBooked


# --- who looked --------------------------------------------------------------------------------


def note_view(number: str, *, actor: str, now: datetime) -> None:
    """Note that somebody opened the case, once in a quarter of an hour."""
    case = lock_case_numbered(number)
    if not was_noted(case, CaseEventKind.VIEWED, actor, since=now - VIEWED_ONCE_IN):
        history.record(case, HistoryLine(CaseEventKind.VIEWED, actor), now=now)


def show_person(number: str, reason: str, *, actor: str, now: datetime) -> None:
    """Note who asked for the name, the passport number and the contact, and why. Raises ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded
    text = reason.strip()[: decisions.LONGEST_REASON]
    history.record(lock_case_numbered(number), HistoryLine(CaseEventKind.SHOWN, actor, text=text), now=now)


def add_note(number: str, text: str, *, actor: str, now: datetime) -> None:
    """Add a note that only staff read. Raises ReasonNeeded for an empty one."""
    if not text.strip():
        raise ReasonNeeded
    text = text.strip()[: decisions.LONGEST_REASON]
    history.record(lock_case_numbered(number), HistoryLine(CaseEventKind.NOTED, actor, text=text), now=now)


def was_noted(case: Case, kind: CaseEventKind, actor: str, *, since: datetime) -> bool:
    """Say whether this person caused such a line of the history since then."""
    noted = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id,
        CaseEvent.kind == kind,
        CaseEvent.actor == actor,
        CaseEvent.happened_at >= since,
    )
    return db.session.scalar(noted.limit(1)) is not None
