"""The day at one's service point, and one visit at the counter."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.forms import local_path
from app.accounts.models import Role
from app.appointments import attendance, states
from app.appointments.availability.policy import OutsideWindow
from app.appointments.availability.slots import Slot
from app.appointments.booking import operations, provisional
from app.appointments.booking.operations import Target
from app.appointments.models import Appointment
from app.appointments.queries import find_live_for_case
from app.appointments.refusals import NotChangeable
from app.appointments.states import Status
from app.appointments.wording import CANCEL_REASONS
from app.cases.states import ReasonNeeded
from app.collection import handover, proxies
from app.collection.bilingual import in_both
from app.counter import queries, wording
from app.counter.access import get_own_visit_or_404
from app.counter.handover_form import read_counter_note
from app.counter.views.blueprint import bp
from app.db import transact
from app.errors import DomainError
from app.staff.permissions import get_member, requires
from app.typed import find_instant
from app.wording import sentence

Change = Callable[[str, datetime], Appointment]  # actor and now go in

SHOWN_FOR = timedelta(minutes=15)  # how long the name and the contact stay, once asked for
OTHER_TIMES = 3
DAYS_LISTED = 10  # working days on the list of all times


# --- one visit ---------------------------------------------------------------------------------


@bp.get("/visits/<reference>")
@requires(Role.CLERK)
def visit(reference: str) -> ResponseReturnValue:
    return _visit_page(reference)


def _visit_page(reference: str, refusal: DomainError | None = None) -> ResponseReturnValue:
    visit, now = get_own_visit_or_404(reference), clock.now()
    changeable = visit.is_changeable(now=now)
    page = render_template(
        "counter/visit.html",
        page=queries.get_visit_page(visit, shown=_is_shown(visit, now=now)),
        station=visit.station,
        undoable=states.before(visit.status) is not None,
        may_miss=visit.starts_at <= now and not visit.asked,
        changeable=changeable,
        times=_other_times(visit, refusal, now=now) if changeable else [],
        refusal=sentence(refusal) if refusal else "",
        missing=getattr(refusal, "missing", ()),
        lacking=getattr(refusal, "papers", ()),
        done_by=getattr(refusal, "by", ""),
        typed=request.form,
        proxy=proxies.find_live(visit.case_id) if visit.case_id else None,
        record=handover.find_record(visit),
        rest=_times_for_rest(visit, now=now),
        relations=wording.RELATIONS,
        event_words=wording.EVENTS,
        reason_words=wording.reason_words,
        cancel_reasons=CANCEL_REASONS,
        instant=find_instant,
    )
    return page, refusal.status if refusal else 200


def _times_for_rest(visit: Appointment, *, now: datetime) -> list[Slot]:
    """Return the next free times for what an incomplete visit left over; none when one is booked."""
    if visit.status != Status.INCOMPLETE or visit.case_id is None or find_live_for_case(visit.case_id):
        return []
    return queries.soonest_others(visit, count=OTHER_TIMES, now=now)


def _is_shown(visit: Appointment, *, now: datetime) -> bool:
    return queries.was_shown(visit, get_member().username, since=now - SHOWN_FOR)


def _other_times(visit: Appointment, refusal: DomainError | None, *, now: datetime) -> list[Slot]:
    """Return the times offered beside the visit: near the one that was just refused, or the soonest."""
    near: list[Slot] = getattr(refusal, "alternatives", [])
    return near[:OTHER_TIMES] or queries.soonest_others(visit, count=OTHER_TIMES, now=now)


@bp.post("/visits/<reference>/show")
@requires(Role.CLERK)
def show_person(reference: str) -> ResponseReturnValue:
    """Show the name and the contact for a while; the history says who asked and why."""
    visit, now, why = get_own_visit_or_404(reference), clock.now(), request.form.get("reason", "")
    if why not in wording.SHOW_REASONS:
        return _visit_page(reference, ReasonNeeded())
    if not _is_shown(visit, now=now):
        opened, who = attendance.OPENED, get_member().username
        transact(attendance.note, reference, opened, actor=who, now=now, reason=why)
    return redirect(url_for(".visit", reference=reference), 303)


@bp.post("/visits/<reference>/check-in")
@requires(Role.CLERK)
def check_in(reference: str) -> ResponseReturnValue:
    return _change(reference, lambda actor, now: attendance.check_in(reference, actor=actor, now=now))


@bp.post("/visits/<reference>/no-show")
@requires(Role.CLERK)
def mark_no_show(reference: str) -> ResponseReturnValue:
    return _change(reference, lambda actor, now: attendance.mark_no_show(reference, actor=actor, now=now))


@bp.post("/visits/<reference>/complete")
@requires(Role.CLERK)
def complete(reference: str) -> ResponseReturnValue:
    visit, now = get_own_visit_or_404(reference), clock.now()
    try:
        note = read_counter_note(visit, request.form, now=now)
    except DomainError as refusal:
        return _visit_page(reference, refusal)
    return _change(reference, lambda actor, now: handover.hand_over(note, actor=actor, now=now))


@bp.post("/visits/<reference>/undo")
@requires(Role.CLERK)
def undo(reference: str) -> ResponseReturnValue:
    undoing = request.form.get("undoing", "")
    return _change(reference, lambda actor, now: handover.undo(reference, undoing, actor=actor, now=now))


@bp.post("/visits/<reference>/told")
@requires(Role.CLERK)
def note_told(reference: str) -> ResponseReturnValue:
    get_own_visit_or_404(reference)
    transact(attendance.note, reference, attendance.TOLD, actor=get_member().username, now=clock.now())
    return redirect(_way_back(reference), 303)


def _change(reference: str, change: Change) -> ResponseReturnValue:
    get_own_visit_or_404(reference)
    try:
        visit = transact(change, get_member().username, clock.now())
    except DomainError as refusal:
        return _visit_page(reference, refusal)
    session["undo"] = (reference, visit.status)
    return redirect(_way_back(reference), 303)


@bp.post("/visits/<reference>/rest")
@requires(Role.CLERK)
def book_rest(reference: str) -> ResponseReturnValue:
    """Book another visit for what this one left over."""
    get_own_visit_or_404(reference)
    starts_at = find_instant(request.form.get("starts_at", ""))
    try:
        if starts_at is None:
            raise OutsideWindow
        visit = transact(handover.book_rest, reference, starts_at, now=clock.now())
    except DomainError as refusal:
        return _visit_page(reference, refusal)
    flash(_("The next visit is booked."))
    return redirect(url_for(".visit", reference=visit.reference), 303)


@bp.get("/visits/<reference>/record")
@requires(Role.CLERK)
def print_record(reference: str) -> ResponseReturnValue:
    """Show what was handed over, to print and sign, in the person's language and in Chinese."""
    visit, now = get_own_visit_or_404(reference), clock.now()
    record = handover.find_record(visit)
    if record is None:
        return redirect(url_for(".visit", reference=reference), 303)
    page = queries.get_visit_page(visit, shown=_is_shown(visit, now=now))
    sheets = in_both("counter/_record.html", visit.language, page=page, visit=visit, record=record)
    return render_template("counter/record.html", visit=visit, page=page, sheets=sheets)


@bp.post("/visits/<reference>/vouch")
@requires(Role.CLERK)
def vouch(reference: str) -> ResponseReturnValue:
    """Note that staff know who stands behind the visit: it is not given back any more."""
    get_own_visit_or_404(reference)
    transact(provisional.prove, reference, actor=get_member().username, now=clock.now())
    return redirect(url_for(".visit", reference=reference), 303)


# --- another time, or none ---------------------------------------------------------------------


@bp.get("/visits/<reference>/times")
@requires(Role.CLERK)
def other_times(reference: str) -> ResponseReturnValue:
    visit, now = get_own_visit_or_404(reference), clock.now()
    if not visit.is_changeable(now=now):
        return _visit_page(reference, NotChangeable())
    days = queries.list_other_times(visit, days=DAYS_LISTED, now=now)
    return render_template("counter/times.html", visit=visit, station=visit.station, days=days)


@bp.post("/visits/<reference>/move")
@requires(Role.CLERK)
def move(reference: str) -> ResponseReturnValue:
    visit = get_own_visit_or_404(reference)
    starts_at = find_instant(request.form.get("starts_at", ""))
    if starts_at is None:
        return _visit_page(reference, OutsideWindow())
    return _plan_anew(reference, operations.reschedule, Target(visit.station.slug, starts_at))


@bp.get("/visits/<reference>/cancel")
@requires(Role.CLERK)
def ask_to_cancel(reference: str) -> ResponseReturnValue:
    visit = get_own_visit_or_404(reference)
    if not visit.is_changeable(now=clock.now()):
        return _visit_page(reference, NotChangeable())
    return render_template("counter/cancel.html", visit=visit, station=visit.station)


@bp.post("/visits/<reference>/cancel")
@requires(Role.CLERK)
def cancel(reference: str) -> ResponseReturnValue:
    get_own_visit_or_404(reference)
    return _plan_anew(reference, operations.cancel)


def _plan_anew(reference: str, operation: Callable[..., Appointment], *target: Target) -> ResponseReturnValue:
    """Move or cancel the visit; what staff did is said on its page, with whether a message tells it."""
    try:
        visit = transact(operation, reference, *target, now=clock.now(), actor=get_member().username)
    except DomainError as refusal:
        return _visit_page(reference, refusal)
    flash(wording.planned_anew(visit, by=get_member().username))
    return redirect(url_for(".visit", reference=reference), 303)


def _way_back(reference: str) -> str:
    return local_path(request.form.get("next", "")) or url_for(".visit", reference=reference)
