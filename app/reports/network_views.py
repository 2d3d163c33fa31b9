"""The network at one look: demand against free places, and what the nightly check found."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.accounts.models import Role
from app.planning.edits import DeskEdit
from app.planning.operations import PlanSave
from app.planning.refusals import PlanChanged
from app.planning.views import preview
from app.reports import checks, network, wording
from app.staff.frame import frame
from app.staff.permissions import get_member, get_own_station_or_404, list_own_stations, requires
from app.typed import read_number

bp = Blueprint("network", __name__, template_folder="templates", url_prefix="/staff/network")
bp.context_processor(frame)

MOST_STATIONS = 50


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    stations = list_own_stations()
    return render_template(
        "reports/network.html",
        rows=network.overview(stations[:MOST_STATIONS], now=clock.now()),
        findings=checks.list_findings(stations, now=clock.now()),
        words=wording.FINDINGS,
        last_check=checks.last_check(),
    )


@bp.post("/<slug>/more-places")
@requires(Role.MANAGER)
def open_more(slug: str) -> ResponseReturnValue:
    """Open one desk more for the weeks that the overview shows: looked at first, as every change."""
    station = get_own_station_or_404(slug)
    today = clock.now().astimezone(ZoneInfo(station.timezone)).date()
    last = today + timedelta(days=network.WEEKS * network.WEEK_DAYS - 1)
    edit = DeskEdit(today, last, network.collecting_desks(station))
    seen = request.form.get("plan_version", station.plan_version, type=read_number)
    save = PlanSave(station.slug, edit, seen, get_member().username)
    try:
        return preview.look_or_save([save], then=url_for(".overview"))
    except PlanChanged:
        flash(_("Somebody changed this plan a moment ago. Look at it again."))
        return redirect(url_for(".overview"), 303)
