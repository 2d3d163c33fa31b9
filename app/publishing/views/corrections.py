"""What people told us is wrong about the own stations, and settling it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.db import transact
from app.staff.frame import frame
from app.staff.permissions import get_member, list_own_stations, requires
from app.stations import corrections

bp = Blueprint(
    "staff_reports", __name__, template_folder="../templates", url_prefix="/staff/reports-of-facts"
)
bp.context_processor(frame)

LARGEST_ID = 2**31 - 1


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    handled = request.args.get("show") == "handled"
    rows = corrections.list_reports(list_own_stations(), handled=handled)
    return render_template(
        "publishing/corrections.html", rows=rows, handled=handled, most=corrections.MOST_LISTED
    )


@bp.post(f"/<int(max={LARGEST_ID}):report_id>/handled")
@requires(Role.MANAGER)
def settle(report_id: int) -> ResponseReturnValue:
    report = corrections.get_report(list_own_stations(), report_id)
    transact(corrections.settle, report.id, username=get_member().username, now=clock.now())
    return redirect(url_for(".overview"), 303)
