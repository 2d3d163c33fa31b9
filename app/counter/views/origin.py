"""All that was booked from one network: listed, cancelled with one press, and brought back."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.counter import operations, queries
from app.counter.access import get_own_visit_or_404
from app.counter.models import OriginCancellation
from app.counter.operations import CancelRequest
from app.counter.views.blueprint import bp
from app.db import db, transact
from app.errors import DomainError
from app.staff.permissions import get_member, list_own_stations, requires
from app.wording import sentence


@bp.get("/visits/<reference>/origin")
@requires(Role.MANAGER)
def origin(reference: str) -> ResponseReturnValue:
    visit, now = get_own_visit_or_404(reference), clock.now()
    return render_template(
        "counter/origin.html",
        visit=visit,
        station=visit.station,
        visits=queries.list_of_origin(visit, list_own_stations(), now=now),
        undoable=_undoable(request.args.get("cancelled", ""), now=now),
    )


def _undoable(name: str, *, now: datetime) -> OriginCancellation | None:
    found = db.session.scalar(select(OriginCancellation).where(OriginCancellation.name == name))
    return found if found and not found.undone_at and found.undo_until > now else None


@bp.post("/visits/<reference>/origin/cancel")
@requires(Role.MANAGER)
def cancel_origin(reference: str) -> ResponseReturnValue:
    get_own_visit_or_404(reference)
    chosen = frozenset(request.form.getlist("visit"))
    wish = CancelRequest(reference, chosen, list_own_stations(), get_member().username)
    done = transact(operations.cancel_of_origin, wish, now=clock.now())
    return redirect(url_for(".origin", reference=reference, cancelled=done.name), 303)


@bp.post("/visits/<reference>/origin/undo")
@requires(Role.MANAGER)
def undo_origin(reference: str) -> ResponseReturnValue:
    get_own_visit_or_404(reference)
    name = request.form.get("name", "")
    try:
        stayed = transact(operations.undo_of_origin, name, username=get_member().username, now=clock.now())
    except DomainError as refusal:
        flash(sentence(refusal))
    else:
        flash(_undone(stayed))
    return redirect(url_for(".origin", reference=reference), 303)


def _undone(stayed: int) -> str:
    if not stayed:
        return str(_("All of them have their times again."))
    words = ngettext(
        "%(num)d visit stays cancelled: its time is taken, or it was changed since.",
        "%(num)d visits stay cancelled: their times are taken, or they were changed since.",
        stayed,
    )
    return str(words)
