"""The network at one look: demand against free places, and what the nightly check found."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.reports import checks, network, wording
from app.staff.frame import frame
from app.staff.permissions import list_own_stations, requires

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
        findings=checks.list_findings(stations),
        words=wording.FINDINGS,
        last_check=checks.last_check(),
    )
