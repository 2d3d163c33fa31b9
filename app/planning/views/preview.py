"""The look at what a change of plans does to people, always before it is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appointments.availability.free_times import forget_candidates
from app.appointments.displacement import wording as displacement_words
from app.appointments.displacement.operations import Displacement, TimeAtStation
from app.appointments.letters import letters
from app.db import transact
from app.i18n import in_language
from app.localtext import LANGUAGES
from app.planning import operations
from app.planning.decisions import Choice, Decisions
from app.planning.edits import CalendarEdit, ClosureEdit, PlanEdit, reason_of
from app.planning.effects import EditedPlan, Effect, Touched, effect_of
from app.planning.operations import UNDO_PLAN, PlanSave
from app.planning.refusals import EffectChanged
from app.planning.wording import CHOICES, WEEKDAYS
from app.stations.hours.calendar import CalendarDifference, difference, read_year
from app.stations.hours.plans import forget_plans
from app.stations.limits import forget_limits
from app.stations.queries import get_station
from app.wording import sentence

Operation = Callable[..., object]  # decisions and now go in
Repeated = Sequence[tuple[str, str]]
SAVING = ("save", "save_quietly")
NOT_REPEATED = ("csrf_token", "step", "for_all", "why_quiet")
DECIDING = ("choice-", "shown-")


@dataclass(frozen=True)
class Sample:
    """What one person would read, in one language."""

    language: str
    moved: str
    cancelled: str


def look_or_save(
    saves: Sequence[PlanSave], *, then: str, by: Operation | None = None, repeated: Repeated = ()
) -> ResponseReturnValue:
    """Save the changes when the form says so, else show what they do. Raises PlanChanged.

    `by` saves in place of `save_plans`. `repeated` are fields that the form did not send as text.
    """
    decisions = Decisions.read(request.form)
    step = request.form.get("step")
    if step not in SAVING:
        return _page(saves, decisions, repeated=repeated)
    if step == "save_quietly" and not decisions.quiet_because:
        problem = _("Write why no messages are sent. The reason is kept with the change.")
        return _page(saves, decisions, problem=problem), 422
    try:
        _save(by or partial(operations.save_plans, saves), decisions)
    except EffectChanged as refusal:
        return _page(saves, decisions, problem=sentence(refusal)), refusal.status
    flash(_("The opening plan is saved."))
    return redirect(then, 303)


def _save(operation: Operation, decisions: Decisions) -> None:
    try:
        transact(operation, decisions, now=clock.now())
    except Exception:
        # What was remembered of the new plans is of plans that will never be.
        forget_plans()
        forget_candidates()
        forget_limits()
        raise


def _page(saves: Sequence[PlanSave], decisions: Decisions, problem: str = "", repeated: Repeated = ()) -> str:
    now = clock.now()
    changes = [EditedPlan.of(get_station(save.station_slug), save.edit) for save in saves]
    effect = effect_of(changes, now=now, shown=decisions.shown)
    sent = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in (*NOT_REPEATED, *dict(repeated)) and not name.startswith(DECIDING)
    ]
    return render_template(
        "planning/preview.html",
        effect=effect,
        station=changes[0].station,
        decisions=decisions,
        chosen=decisions.for_all or _preset(changes),
        choices=CHOICES,
        weekdays=WEEKDAYS,
        change_of_year=_change_of_year(changes[0].edit),
        samples=_samples(effect, now=now),
        scripts={one.visit.reference: _script(one, effect) for one in effect.unreachable},
        sends_at=now + UNDO_PLAN,
        problem=problem,
        why_quiet=request.form.get("why_quiet", "").replace("\0", ""),
        repeated=[*sent, *repeated],
        action=request.path,
    )


def _preset(changes: Sequence[EditedPlan]) -> Choice:
    """Return the choice that fits most: who meets a closed door is moved."""
    closes = all(isinstance(c.edit, ClosureEdit) or not getattr(c.edit, "opens", True) for c in changes)
    return Choice.MOVE if closes else Choice.KEEP


def _change_of_year(edit: PlanEdit) -> CalendarDifference | None:
    """Return what becomes of the days of a year, for a change of the calendar."""
    if not isinstance(edit, CalendarEdit):
        return None
    return difference(read_year(edit.year.year), edit.year)


def _samples(effect: Effect, *, now: datetime) -> list[Sample]:
    """Return what the first person who can be moved would read, in every language."""
    first = next((one for one in effect.touched if one.proposal), None) or next(iter(effect.touched), None)
    return [_sample(first, effect, language, now=now) for language in LANGUAGES] if first else []


def _sample(touched: Touched, effect: Effect, language: str, *, now: datetime) -> Sample:
    before, new = _displacement(touched, effect), _new_spot(touched)
    with in_language(language):
        moved = letters.draft(touched.visit, before, new, now=now).text if new else ""
        return Sample(language, moved, letters.draft(touched.visit, before, None, now=now).text)


def _script(touched: Touched, effect: Effect) -> str:
    """Return what to say on the telephone, in the person's language."""
    before, new = _displacement(touched, effect), _new_spot(touched)
    with in_language(touched.visit.language):
        why = displacement_words.why(before)
        return f"{why} {displacement_words.now_at(new)}" if new else why


def _displacement(touched: Touched, effect: Effect) -> Displacement:
    home = touched.visit.station_id
    edit = next(change.edit for change in effect.changes if change.station.id == home)
    return Displacement(TimeAtStation.of(touched.visit), reason_of(edit))


def _new_spot(touched: Touched) -> TimeAtStation | None:
    proposal = touched.proposal
    if proposal is None:
        return None
    return TimeAtStation(proposal.station.name, proposal.starts_at, proposal.station.timezone)
