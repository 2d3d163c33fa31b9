"""Texts that people sent us and that nobody but a person can answer."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.replies import operations, queries
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires

bp = Blueprint("staff_replies", __name__, template_folder="../templates", url_prefix="/staff/replies")
bp.context_processor(frame)

LARGEST_ID = 2**31 - 1


@bp.get("")
@requires(Role.CLERK)
def overview() -> ResponseReturnValue:
    handled = request.args.get("show") == "handled"
    rows = queries.list_texts(_stations(), handled=handled)
    return render_template("messages/replies.html", rows=rows, handled=handled, most=queries.MOST_LISTED)


@bp.post(f"/<int(max={LARGEST_ID}):text_id>/handled")
@requires(Role.CLERK)
def settle(text_id: int) -> ResponseReturnValue:
    text = queries.get_text(_stations(), text_id)
    transact(operations.settle, text.id, username=get_member().username, now=clock.now())
    return redirect(url_for(".overview"), 303)


def _stations() -> set[int] | None:
    """Return the own stations; administrators also read texts about no known visit."""
    if get_member().role is Role.ADMINISTRATOR:
        return None
    return {station.id for station in list_own_stations()}
