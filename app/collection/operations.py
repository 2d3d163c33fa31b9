"""Remind who was told to collect, and stop when asked to. Runs inside `transact()`."""

from datetime import datetime

from app.appointments import queries as visits
from app.appointments.booking.contact import end_links_of_case
from app.appointments.locks import lock_visit_of_id
from app.appointments.models import Appointment
from app.cases import history, notices
from app.cases.finding import keys as finding_keys
from app.cases.history import HistoryLine
from app.cases.locks import lock_case
from app.cases.models import CaseEventKind, CaseNotice
from app.cases.notices import Occasion
from app.collection import queries
from app.collection.chase import DueStep
from app.collection.models import StepKind
from app.collection.queries import Untaken
from app.errors import NotFound
from app.night import morning_after

CHASE = "chase"
PERSON = "person"
BATCH = 100


def plan_reminders(after_id: int, *, now: datetime) -> tuple[int, int]:
    """Ask for the reminders that are due among the next cases.

    Returns how many people are reminded and the id to go on from, 0 at the end. Running it again,
    or twice at once, asks for nothing twice.
    """
    steps = queries.list_steps()
    untaken, last_id = queries.list_untaken(CaseNotice.paused_at.is_(None), after_id=after_id, limit=BATCH)
    works = queries.works_of(untaken)
    due = ((one, queries.due_step(one, steps, works[one.station.id], now=now)) for one in untaken)
    return sum(_remind(one, step, now=now) for one, step in due), last_id


def _remind(one: Untaken, due: DueStep | None, *, now: datetime) -> bool:
    if due is None or due.step.kind != StepKind.MESSAGE:
        return False
    if morning_after(now, one.station.timezone):
        return False
    mark = f"-{due.step.position}-{one.since_day.isoformat()}"
    if one.notice.chased == mark:
        return False
    one.notice.chased = mark
    occasion = Occasion(CHASE, now, mark=mark)
    notices.write(one.case, one.notice, occasion, due.step.channels.split(), now=now)
    return True


def pause(case_id: int, *, actor: str, now: datetime) -> None:
    """Write to this person no more until somebody wants it again."""
    notice = notices.notice_of(lock_case(case_id))
    if notice.paused_at is None:
        notice.paused_at, notice.paused_by = now, actor


def resume(case_id: int) -> None:
    """Write to this person again."""
    notice = notices.notice_of(lock_case(case_id))
    notice.paused_at, notice.paused_by = None, ""


def note_called(case_id: int, *, actor: str, now: datetime) -> None:
    """Note that somebody called this person."""
    notice = notices.notice_of(lock_case(case_id))
    notice.called_at, notice.called_by = now, actor


def remove_contact(case_id: int, field: str, *, now: datetime) -> None:
    """Remove the e-mail address or the phone number of somebody who says "this is not me".

    A live visit that took it over loses it too, and what was written there opens nothing any more.
    Raises NotFound for any other field.
    """
    if field not in ("email", "phone"):
        raise NotFound
    _lock_live_visit(case_id)  # before the case, as everywhere
    case = lock_case(case_id)
    removed = getattr(case, field)
    if not removed:
        return
    visit = _lock_live_visit(case_id)  # It may have come while we waited for the case.
    setattr(case, field, "")
    finding_keys.write_tokens(case)
    history.record(case, HistoryLine(CaseEventKind.UPDATED, PERSON, details={"removed": field}), now=now)
    if visit and visit.live and getattr(visit, field) == removed:
        setattr(visit, field, "")
    end_links_of_case(case, now=now)
    notices.notice_of(case).removed_at = now


def _lock_live_visit(case_id: int) -> Appointment | None:
    visit = visits.find_live_for_case(case_id)
    return lock_visit_of_id(visit.id) if visit else None
