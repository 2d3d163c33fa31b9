"""The ways in: a link of our messages, a typed code, an open service."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appointments import queries
from app.appointments.availability import rules
from app.appointments.availability.reach import deadline_is_near, passport_runs_out
from app.appointments.booking import provisional
from app.appointments.booking.operations import PERSON
from app.appointments.entry import by_code, by_link
from app.appointments.entry import session as journey
from app.appointments.entry.forms import CodeForm
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.appointments.views.blueprint import bp
from app.appointments.views.context import (
    BOOK,
    COLLECT,
    get_errand,
    items_of,
    papers_of,
    soonest_elsewhere,
    soonest_offers,
)
from app.appointments.views.times import keep_time, read_slot
from app.cases import queries as cases
from app.cases.models import Case, VisitItem, VisitItemKind
from app.cases.queries import CaseNotFound
from app.cases.readiness import Readiness, readiness
from app.cases.states import LegState
from app.db import db, transact
from app.errors import NotFound, TooManyTries
from app.extensions import csrf
from app.i18n import LANGUAGE_PREFIX, local
from app.stations.models import Station
from app.web import headers
from app.wording import sentence

SOONEST = 3


# Where a link of a message leads. Opening one says nothing for the person: each page has its own button.
REPLIES = {"come": ".come", "cancel": ".cancel"}


@bp.get("/c/<token>")
@bp.get("/c/<token>/<any(come,cancel):reply>")
def follow_case_link(token: str, reply: str = "") -> ResponseReturnValue:
    case = cases.find_by_link(token, now=clock.now())
    if case is None:
        return dead_link()
    journey.enter_with_case(case)
    return redirect(url_for(REPLIES.get(reply, ".collect"), lang=case.language), 303)


@bp.get("/v/<token>")
@bp.get("/v/<token>/<any(come,cancel):reply>")
def follow_visit_link(token: str, reply: str = "") -> ResponseReturnValue:
    try:
        visit = queries.get_by_token(token)
    except NotFound:
        return dead_link()
    if visit.proved_at is None and request.method == "GET":
        visit = _prove(visit)
    journey.enter_with_visit(visit)
    return redirect(url_for(REPLIES.get(reply, ".show_visit"), lang=visit.language), 303)


def _prove(visit: Appointment) -> Appointment:
    """Note that our message arrived and was opened: the one thing that opening a link changes."""
    was_provisional = visit.provisional
    proved = transact(provisional.prove, visit.reference, actor=PERSON, now=clock.now())
    if was_provisional and proved.live:
        journey.tell("booked")
    return proved


def dead_link() -> ResponseReturnValue:
    """Count a link that opens nothing, and ask for the collection code."""
    by_link.count_dead_link(request.remote_addr or "", now=clock.now())
    return _code_page(CodeForm(formdata=None), dead_link=True, status=410)


@bp.get(f"{LANGUAGE_PREFIX}/collect")
def collect() -> ResponseReturnValue:
    case = journey.find_case()
    if case is None:
        return redirect(url_for(".enter_code"), 303)
    if queries.find_live_for_case(case.id):
        return redirect(url_for(".show_visit"), 303)
    state = readiness(case)
    if state is Readiness.READY:
        return _start_page(case)
    latest = queries.find_latest_for_case(case.id)
    if latest and latest.status == Status.COMPLETED:
        return redirect(url_for(".show_visit"), 303)
    approved = sorted(leg.permit for leg in case.legs if leg.state == LegState.APPROVED)
    where = db.session.get(Station, case.papers_station_id or 0)
    return render_template(
        "appointments/not_now.html",
        case=case,
        state=state,
        approved=approved,
        states={leg.state for leg in case.legs},
        where=where,
    )


def _start_page(case: Case) -> ResponseReturnValue:
    now = clock.now()
    errand = get_errand(COLLECT, request.args)
    soonest = soonest_offers(errand, count=SOONEST, now=now)
    today = local(now, errand.home.timezone).date()
    return render_template(
        "appointments/start.html",
        case=case,
        errand=errand,
        soonest=soonest,
        elsewhere=[] if soonest else soonest_elsewhere(errand, count=SOONEST, now=now),
        horizon=today + timedelta(days=rules.days_ahead(errand.home, errand.service)),
        papers=papers_of(case),
        left=_left(case),
        late=bool(soonest) and errand.is_late(soonest[0]),
        deadline_near=deadline_is_near(case, errand.home, now=now),
        new_passport=passport_runs_out(case, today=today),
        word=journey.told(),
    )


def _left(case: Case) -> list[VisitItem]:
    """Return what is still to be handed over, when an earlier visit handed over a part of it."""
    given = queries.items_given(case.id)
    items = items_of(case, VisitItemKind.HANDOVER)
    return [item for item in items if item.code not in given] if given else []


@bp.post(f"{LANGUAGE_PREFIX}/collect/leave")
def leave_case() -> ResponseReturnValue:
    """Forget the case in this browser; the case itself stays as it is."""
    journey.leave_case()
    journey.tell("left")
    return redirect(url_for(".enter_code"), 303)


@bp.route(f"{LANGUAGE_PREFIX}/collect/code", methods=["GET", "POST"])
def enter_code() -> ResponseReturnValue:
    if request.method == "POST":
        return _open_case(CodeForm())
    return _code_page(CodeForm(formdata=None), lost="lost" in request.args)


# The first page has no session and so no token; the form asks for it where a code is tried.
csrf.exempt(enter_code)


def _open_case(form: CodeForm) -> ResponseReturnValue:
    if "last4" not in request.form:
        return _ask_last4(form)
    if not form.validate():
        return _code_again() if "csrf_token" in form.errors else _code_page(form, status=422)
    try:
        case = by_code.open_case(
            form.code.data, form.last4.data, address=request.remote_addr or "", now=clock.now()
        )
    except CaseNotFound as refusal:
        form.form_errors.append(sentence(refusal))
        return _code_page(form, status=422)
    except TooManyTries as refusal:
        form.form_errors.append(sentence(refusal))
        return _code_page(form, status=429, retry_after=refusal.retry_after)
    journey.enter_with_case(case)
    slot = read_slot(journey.take_wanted())
    if slot and readiness(case) is Readiness.READY and queries.find_live_for_case(case.id) is None:
        return keep_time(get_errand(COLLECT, {"place": slot.station_slug}), slot)
    return redirect(url_for(".collect"), 303)


def _ask_last4(form: CodeForm) -> ResponseReturnValue:
    """Answer the first page, which asks for the code alone and posts it to keep it out of addresses."""
    readable = not form.code.data or form.code.validate(form, [CodeForm.validate_code])
    return _code_page(form, status=200 if readable else 422)


def _code_again() -> ResponseReturnValue:
    form = CodeForm(meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press Continue again."))
    return _code_page(form, status=400)


def _code_page(
    form: CodeForm, *, status: int = 200, dead_link: bool = False, lost: bool = False, retry_after: int = 0
) -> ResponseReturnValue:
    headers.personal()
    page = render_template(
        "appointments/code.html",
        form=form,
        dead_link=dead_link,
        lost=lost,
        wanted=read_slot(journey.wanted()),
        word=journey.told(),
    )
    return page, status, {"Retry-After": str(retry_after)} if retry_after else {}


@bp.get(f"{LANGUAGE_PREFIX}/book")
def book() -> ResponseReturnValue:
    """Start with an open service, from the page of a place."""
    given: dict[str, Any] = {
        name: request.args[name] for name in ("place", "service") if name in request.args
    }
    return redirect(url_for(".choose_time", kind=BOOK, **given), 303)
