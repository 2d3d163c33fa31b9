"""Closing service points at once, and a saved change of plans while it can be undone."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.accounts.forms import local_path
from app.accounts.models import Role
from app.db import transact
from app.errors import DomainError, NotFound
from app.planning import queries, undoing
from app.planning.forms.closing import EVERYWHERE, REASONS, SPANS, CloseForm
from app.planning.models import PlanChange
from app.planning.operations import PlanSave
from app.planning.refusals import PlanChanged
from app.planning.undoing import Undone
from app.planning.views import preview
from app.planning.wording import WEEKDAYS
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires
from app.typography import sentence_gap
from app.wording import sentence

bp = Blueprint("staff_changes", __name__, template_folder="../templates", url_prefix="/staff")
bp.context_processor(frame)


# --- close now ---------------------------------------------------------------------------------


@bp.get("/close")
@requires(Role.MANAGER)
def ask_to_close() -> ResponseReturnValue:
    stations = list_own_stations()
    if not stations:
        return render_template("staff/no_station.html")
    return _close_page(CloseForm.blank(request.args.get("station", ""), stations, now=clock.now()))


@bp.post("/close")
@requires(Role.MANAGER)
def close() -> ResponseReturnValue:
    stations = list_own_stations()
    form = CloseForm.typed(request.form, stations, now=clock.now())
    if form.errors:
        return _close_page(form), 422
    if request.form.get("step") == "edit":
        return _close_page(form)
    if any(form.seen_version(station) != station.plan_version for station, _edit in form.edits):
        return _changed_meanwhile(form)
    username = get_member().username
    saves = [
        PlanSave(station.slug, edit, form.seen_version(station), username) for station, edit in form.edits
    ]
    try:
        return preview.look_or_save(saves, then=url_for("staff.today", station=saves[0].station_slug))
    except PlanChanged:
        return _changed_meanwhile(form)


def _changed_meanwhile(form: CloseForm) -> ResponseReturnValue:
    """Show the form again, for the plans as they are by now."""
    form.look_again(list_own_stations())
    form.errors.append(("station-0", sentence(PlanChanged())))
    return _close_page(form), PlanChanged.status


def _close_page(form: CloseForm) -> str:
    return render_template(
        "planning/close.html",
        form=form,
        errors=form.errors,
        reasons=REASONS,
        spans=SPANS,
        everywhere=EVERYWHERE,
    )


# --- a saved change ------------------------------------------------------------------------------


@bp.get("/changes/<batch>")
@requires(Role.MANAGER)
def show(batch: str) -> ResponseReturnValue:
    return _change_page(batch)


@bp.post("/changes/<batch>/undo")
@requires(Role.MANAGER)
def undo(batch: str) -> ResponseReturnValue:
    """Take a change back; a manager may when all stations of it are their own."""
    _own_batch_or_404(batch)
    try:
        undone = transact(undoing.undo_batch, batch, username=get_member().username, now=clock.now())
    except DomainError as refusal:
        return _change_page(batch, sentence(refusal)), refusal.status
    flash(sentence_gap().join(_said(undone)))
    return redirect(local_path(request.form.get("next", "")) or url_for(".show", batch=batch), 303)


def _said(undone: Undone) -> list[str]:
    """Return the sentences that say what is as before, and all that is not."""
    if undone == Undone():
        return [_("The change is undone: plans and visits are as before.")]
    said = [_("The plan is as before.")]
    if undone.visits:
        said += [
            ngettext(
                "%(num)d visit keeps its new time, because it was changed since.",
                "%(num)d visits keep their new time, because they were changed since.",
                undone.visits,
            )
        ]
    if undone.offers:
        said += [
            ngettext(
                "%(num)d time that was kept for somebody is over: it could not be kept again.",
                "%(num)d times that were kept for people are over: they could not be kept again.",
                undone.offers,
            )
        ]
    if undone.choosing:
        said += [
            ngettext(
                "%(num)d person who was choosing has to choose again.",
                "%(num)d people who were choosing have to choose again.",
                undone.choosing,
            )
        ]
    return said


def _change_page(batch: str, problem: str = "") -> str:
    changes, now = _own_batch_or_404(batch), clock.now()
    stations = {station.id: station for station in list_own_stations()}
    station = stations[changes[0].station_id]
    first = changes[0]
    return render_template(
        "planning/change.html",
        changes=[(change, stations[change.station_id]) for change in changes],
        first=first,
        station=station,
        undoable=queries.find_undoable(station, now=now),
        decided=queries.count_decisions(batch),
        weekdays=WEEKDAYS,
        problem=problem,
    )


def _own_batch_or_404(batch: str) -> list[PlanChange]:
    if not batch.isascii() or not batch.isprintable():
        abort(404)
    changes = list(queries.list_batch(batch))
    own = {station.id for station in list_own_stations()}
    if not changes or not {change.station_id for change in changes} <= own:
        raise NotFound
    return changes
