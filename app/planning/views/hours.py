"""The opening plan of a service point: see, change, look at what the change touches, save."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.interval import Interval
from app.planning import queries
from app.planning.edits import Bounds, ClosureRemoval, PlanEdit, bounds_of, version_on, versions_of
from app.planning.forms.desk_groups import GroupForm
from app.planning.forms.periods import ClosureForm, DayForm, by_day
from app.planning.forms.week import WeekForm, read_bounds
from app.planning.operations import PlanSave
from app.planning.refusals import PlanChanged
from app.planning.views import preview
from app.planning.week_capacity import Hour, week_sums
from app.planning.wording import WEEKDAYS
from app.staff.frame import frame
from app.staff.permissions import get_member, get_own_station_or_404, list_own_stations, requires
from app.stations.hours import plans
from app.stations.hours.opening_hours import (
    COMMON_DESKS,
    ClosedInterval,
    DatedPeriod,
    WeeklyPeriod,
    doubtful_year,
)
from app.stations.models import Service, Station
from app.typed import read_number

bp = Blueprint("staff_hours", __name__, template_folder="../templates", url_prefix="/staff")
bp.context_processor(frame)


@dataclass
class Forms:
    """The forms of the page; a POST fills one of them with what was typed."""

    week: WeekForm
    day: DayForm
    closure: ClosureForm
    groups: GroupForm

    @property
    def errors(self) -> list[tuple[str, str]]:
        return self.week.errors + self.day.errors + self.closure.errors + self.groups.errors


@bp.get("/hours")
@requires(Role.MANAGER)
def choose() -> ResponseReturnValue:
    stations = list_own_stations()
    if not stations:
        return render_template("staff/no_station.html")
    asked = request.args.get("station")
    station = next((one for one in stations if one.slug == asked), stations[0])
    return redirect(url_for(".show", slug=station.slug))


@bp.get("/stations/<slug>/hours")
@requires(Role.MANAGER)
def show(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    asked = request.args.get("version")
    return _page(station, _saved_forms(station, read_bounds(asked) if asked else None))


@bp.post("/stations/<slug>/hours/week")
@requires(Role.MANAGER)
def edit_week(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    week = WeekForm.typed(request.form, today=_today(station))
    _check_groups(station, week.edit.periods if week.edit else ())
    also = _saves_elsewhere(station, week)
    return _answer(station, replace(_saved_forms(station), week=week), week.edit, also)


def _check_groups(station: Station, periods: Iterable[WeeklyPeriod | DatedPeriod]) -> None:
    """Answer 400 to a group that the page never offered; one that was removed since is a changed plan."""
    numbers = {COMMON_DESKS.number, *(group.number for group in plans.plan_of(station).groups)}
    seen = request.form.get("plan_version", 0, type=read_number)
    if seen == station.plan_version and any(p.desk_group not in numbers for p in periods):
        abort(400)


def _saves_elsewhere(station: Station, week: WeekForm) -> list[PlanSave]:
    """Return the same week for the other own stations that were ticked, each in place of its present one."""
    if week.edit is None:
        return []
    saves = []
    for other in list_own_stations():
        if other.slug in week.also and other.id != station.id:
            bounds = version_on(queries.list_periods(other), _today(other))
            known = {COMMON_DESKS.number, *(group.number for group in plans.plan_of(other).groups)}
            periods = tuple(p for p in week.edit.periods if p.desk_group in known)
            edit = replace(week.edit, periods=periods, bounds=bounds, confirmed=False)
            seen = request.form.get(f"version-{other.slug}", 0, type=read_number)
            saves.append(PlanSave(other.slug, edit, seen, get_member().username))
    return saves


def _today(station: Station) -> date:
    return clock.now().astimezone(ZoneInfo(station.timezone)).date()


@bp.post("/stations/<slug>/hours/days")
@requires(Role.MANAGER)
def edit_day(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    day = DayForm.typed(request.form, today=_today(station))
    _check_groups(station, day.edit.periods if day.edit else ())
    return _answer(station, replace(_saved_forms(station), day=day), day.edit)


@bp.post("/stations/<slug>/hours/groups")
@requires(Role.MANAGER)
def edit_groups(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    groups = GroupForm.typed(request.form, plans.plan_of(station), _offered(station))
    return _answer(station, replace(_saved_forms(station), groups=groups), groups.edit)


@bp.post("/stations/<slug>/hours/closures")
@requires(Role.MANAGER)
def add_closure(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    closure = ClosureForm.typed(request.form, zone=ZoneInfo(station.timezone), now=clock.now())
    return _answer(station, replace(_saved_forms(station), closure=closure), closure.edit)


@bp.post("/stations/<slug>/hours/closures/<int:closure_id>/remove")
@requires(Role.MANAGER)
def remove_closure(slug: str, closure_id: int) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    row = queries.find_closure(station, closure_id)
    if row is None:
        # It was there when the page was shown: pressed twice, or removed by somebody else.
        return _stale(slug, _saved_forms(station))
    closed = ClosedInterval(Interval(row.starts_at, row.ends_at), row.reason)
    return _answer(station, _saved_forms(station), ClosureRemoval(closure_id, closed))


def _answer(
    station: Station, forms: Forms, edit: PlanEdit | None, also: Sequence[PlanSave] = ()
) -> ResponseReturnValue:
    """Show the errors, the form again, what the change would touch, or save it: as `step` says."""
    if edit is None:
        return _page(station, forms), 422
    seen = request.form.get("plan_version", 0, type=read_number)
    if seen != station.plan_version:
        return _stale(station.slug, forms)
    if request.form.get("step") == "edit":
        return _page(station, forms)
    save = PlanSave(station.slug, edit, seen, get_member().username)
    try:
        return preview.look_or_save([save, *also], then=url_for(".show", slug=station.slug))
    except PlanChanged:
        return _stale(station.slug, forms)


def _saved_forms(station: Station, bounds: Bounds | None = None) -> Forms:
    periods = queries.list_periods(station)
    shown = version_on(periods, _today(station)) if bounds is None else bounds
    groups = GroupForm.shown(plans.plan_of(station), _offered(station))
    return Forms(WeekForm.shown(periods, shown), DayForm.blank(), ClosureForm.blank(), groups)


def _stale(slug: str, forms: Forms) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    return _page(station, forms, changed_by=queries.find_last_change(station), stale=True), 409


def _page(station: Station, forms: Forms, **more: Any) -> str:
    now = clock.now()
    periods = queries.list_periods(station)
    today = _today(station)
    context = {
        "station": station,
        "stations": list_own_stations(),
        "forms": forms,
        "errors": forms.errors,
        "weekdays": WEEKDAYS,
        "saved": [p for p in periods if bounds_of(p) == forms.week.bounds],
        "versions": versions_of(periods),
        "plan": plans.plan_of(station),
        "sums": _sums(station, plans.plan_of(station).weekly, forms.week.bounds),
        "exceptions": by_day(plans.plan_of(station).dated, from_day=today),
        "closures": queries.list_closures(station, now=now),
        "undoable": queries.find_undoable(station, now=now),
        "doubtful_year": doubtful_year(plans.plan_of(station).calendar, today),
        "changed_by": None,
        "stale": False,
    }
    return render_template("planning/hours.html", **(context | more))


def _sums(
    station: Station, weekly: Sequence[WeeklyPeriod], bounds: Bounds
) -> tuple[Service, int, list[Hour]] | None:
    """Return what the week offers of the station's first service, and how long its visits take there.

    None when the station offers nothing.
    """
    services = _offered(station)
    if not services:
        return None
    desks = plans.plan_of(station).desks_for(services[0].id)
    ours = [p for p in weekly if bounds_of(p) == bounds and p.desk_group == desks.number]
    minutes = desks.planned(services[0].minutes)
    return services[0], minutes, week_sums(ours, minutes)


def _offered(station: Station) -> list[Service]:
    return sorted((offer.service for offer in station.offers), key=lambda service: service.position)
