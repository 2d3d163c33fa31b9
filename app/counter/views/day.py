"""The day at one's service point."""

from datetime import date

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.accounts.sign_in import BY_ITSELF
from app.appointments import queries as visits
from app.appointments.models import Appointment
from app.counter import board, queries, to_do
from app.counter.views.blueprint import bp
from app.i18n import local
from app.planning import calls
from app.planning import queries as planning_queries
from app.planning import wording as planning_wording
from app.staff import queries as staff_queries
from app.staff.permissions import get_member, get_own_station_or_404, list_own_stations, requires
from app.stations.models import Station
from app.typed import find_day

REFRESH_SECONDS = 30


@bp.get("/today")
@requires(Role.CLERK)
def today() -> ResponseReturnValue:
    stations = list_own_stations()
    if not stations and get_member().bureau:
        return redirect(url_for("staff_cases.overview"), 303)
    if not stations:
        return render_template("staff/no_station.html")
    slug = request.args.get("station") or stations[0].slug
    return _board(get_own_station_or_404(slug), stations)


def _board(station: Station, stations: list[Station]) -> ResponseReturnValue:
    now = clock.now()
    this_day = local(now, station.timezone).date()
    day = _chosen_day(this_day)
    rows = queries.list_day(station, day, now=now)
    return render_template(
        "counter/today.html",
        station=station,
        stations=stations,
        day=day,
        today=this_day,
        now=now,
        rows=rows,
        numbers=board.count(rows),
        holds_desks=staff_queries.holds_desks(station, day) and day == this_day,
        calls=calls.list_calls(station, now=now),
        call_script=planning_wording.call_script,
        undoable=planning_queries.find_undoable(station, now=now),
        to_do=to_do.count_to_do([station], now=now),
        next_visit=queries.find_next_visit(station, after=now),
        undo=_last_change(),
        again=f"{url_for('staff.today', station=station.slug, day=day.isoformat())}&{BY_ITSELF}=1",
        refresh=REFRESH_SECONDS if day == this_day and request.args.get("refresh") != "off" else 0,
    )


def _chosen_day(otherwise: date) -> date:
    return find_day(request.args.get("day", "")) or otherwise


def _last_change() -> Appointment | None:
    """Return the visit that this person changed last, while undo would still take that change back."""
    reference, status = session.get("undo", ("", ""))
    visit = visits.find_visit(reference) if reference else None
    return visit if visit and visit.status == status else None
