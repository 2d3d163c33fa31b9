"""The official calendar, year by year: see it, import a notice, say what a make-up day works as."""

from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.i18n import local
from app.planning import operations
from app.planning.edits import CalendarEdit
from app.planning.forms.calendar import STATUSES, YearForm
from app.planning.operations import PlanSave
from app.planning.refusals import CalendarChanged, PlanChanged
from app.planning.views import preview
from app.planning.wording import WEEKDAYS
from app.staff.frame import frame
from app.staff.permissions import get_member, requires
from app.stations.hours import calendar
from app.stations.queries import list_stations
from app.typed import FIRST_YEAR, LAST_YEAR, read_number
from app.wording import sentence

bp = Blueprint("staff_calendar", __name__, template_folder="../templates", url_prefix="/staff")
bp.context_processor(frame)

NETWORK_ZONE = "Asia/Shanghai"  # the notice is China's


@bp.get("/calendar")
@requires(Role.MANAGER)
def overview() -> ResponseReturnValue:
    wanted = request.args.get("year", type=read_number)
    if wanted is not None and FIRST_YEAR <= wanted <= LAST_YEAR:
        return redirect(url_for(".show", year=wanted))
    this_year = local(clock.now(), NETWORK_ZONE).year
    years = {year.year: year for year in calendar.list_years()}
    for year in (this_year, this_year + 1):
        years.setdefault(year, calendar.read_year(year))
    return render_template(
        "planning/calendar.html", years=[years[y] for y in sorted(years)], statuses=STATUSES
    )


@bp.get("/calendar/<int:year>")
@requires(Role.MANAGER)
def show(year: int) -> ResponseReturnValue:
    return _page(YearForm.shown(_known_or_404(year)))


@bp.post("/calendar/<int:year>")
@requires(Role.ADMINISTRATOR)
def change(year: int) -> ResponseReturnValue:
    known = _known_or_404(year)
    if request.form.get("form") == "weekdays":
        form = YearForm.weekdays(known, request.form)
    else:
        form = YearForm.typed(known, request.form, _uploaded())
    if form.edit is None:
        return _page(form), 422
    if request.form.get("step") == "edit":
        return _page(form)
    return _look_or_save(form, form.edit)


def _look_or_save(form: YearForm, edit: CalendarEdit) -> ResponseReturnValue:
    seen = request.form.get("seen", "")
    username = get_member().username
    if seen != form.known.fingerprint:
        return _changed_meanwhile(form)
    saves = [PlanSave(station.slug, edit, station.plan_version, username) for station in list_stations()]
    try:
        return preview.look_or_save(
            saves,
            then=url_for(".show", year=form.known.year),
            by=partial(operations.save_calendar, edit, seen, username),
            repeated=() if request.form.get("form") == "weekdays" else [("days", form.days)],
        )
    except (CalendarChanged, PlanChanged):
        return _changed_meanwhile(form)


def _changed_meanwhile(form: YearForm) -> ResponseReturnValue:
    form.known = calendar.read_year(form.known.year)
    form.errors.append(("seen-days", sentence(CalendarChanged())))
    return _page(form), CalendarChanged.status


def _uploaded() -> str:
    """Return the text of the file that was sent; what is no text becomes lines that cannot be read."""
    sent = request.files.get("notice")
    return sent.stream.read(200_000).decode("utf-8-sig", errors="replace").replace("\0", "�") if sent else ""


def _known_or_404(year: int) -> calendar.YearCalendar:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return calendar.read_year(year)


def _page(form: YearForm) -> str:
    return render_template(
        "planning/calendar_year.html",
        form=form,
        known=form.known,
        errors=form.errors,
        statuses=STATUSES,
        weekdays=WEEKDAYS,
        may_change=get_member().role is Role.ADMINISTRATOR,
    )
