"""The report pages: questions with their answers, as pages and as CSV."""

import csv
import re
from datetime import date
from io import StringIO
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.api.v1.sheet import BYTE_ORDER_MARK, safe
from app.cases.working_days import BUREAUS_ZONE
from app.reports import answers, half_year, network_views
from app.reports.answers import Report, ReportScope
from app.reports.figures import half_year as half_of
from app.reports.forms import ScopeForm, read_half
from app.staff.frame import frame
from app.staff.permissions import list_own_stations, requires
from app.stations import queries as stations
from app.stations.models import Station

bp = Blueprint("reports_of_work", __name__, template_folder="templates", url_prefix="/staff/reports")
bp.context_processor(frame)

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
MOST_STATIONS = 50  # on one page; a larger network is looked at place by place


def init_app(app: Flask) -> None:
    for blueprint in (bp, network_views.bp):
        app.register_blueprint(blueprint)


@bp.get("")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    own = list_own_stations()
    if not own:
        return render_template("staff/no_station.html")
    form, scope = _asked(own)
    reports = [make(scope) for make in answers.ALL.values()]
    page = render_template("reports/overview.html", form=form, stations=own, reports=reports, scope=scope)
    return page, 422 if form.errors else 200


@bp.get("/<report>.csv")
@requires(Role.MANAGER)
def sheet(report: str) -> Response:
    """Return the numbers of one report. Nothing in them is about a single person."""
    make = answers.ALL.get(report)
    own = list_own_stations()
    if make is None or not own:
        abort(404)
    _form, scope = _asked(own)
    return _sheet(make(scope))


def _asked(own: list[Station]) -> tuple[ScopeForm, ReportScope]:
    form = ScopeForm.typed(request.args, today=_today())
    chosen = form.chosen(own)
    if chosen is None:
        abort(404)
    return form, ReportScope.read(chosen[:MOST_STATIONS], form.period)


@bp.get("/half-year")
@requires(Role.ADMINISTRATOR)
def show_half_year() -> ResponseReturnValue:
    year, half, period = read_half(request.args, today=_today())
    found = half_year.read(period, stations.list_stations_ever())
    reports = [make(found) for make in half_year.ALL.values()]
    return render_template(
        "reports/half_year.html", year=year, half=half, period=period, reports=reports,
        running=period != half_of(year, half),
    )  # fmt: skip


@bp.get("/half-year/<figure>.csv")
@requires(Role.ADMINISTRATOR)
def half_year_sheet(figure: str) -> Response:
    make = half_year.ALL.get(figure)
    if make is None:
        abort(404)
    _year, _half, period = read_half(request.args, today=_today())
    return _sheet(make(half_year.read(period, stations.list_stations_ever())))


def _today() -> date:
    stations = list_own_stations()
    zone = ZoneInfo(stations[0].timezone) if stations else BUREAUS_ZONE
    return clock.now().astimezone(zone).date()


def _sheet(report: Report) -> Response:
    text = StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(
        [_disarmed(cell) for cell in line] for line in (report.head, *report.rows)
    )
    content = BYTE_ORDER_MARK + text.getvalue()
    response = Response(content, content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="{report.code}.csv"'
    return response


def _disarmed(cell: str | int) -> str:
    """Return the cell; a text that a spreadsheet would run as a formula begins with an apostrophe."""
    return str(cell) if NUMBER.fullmatch(str(cell)) else safe(str(cell))
