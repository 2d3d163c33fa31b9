"""Somebody is here without a booking: a held desk serves them."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.models import Role
from app.appointments.booking import walk_ins
from app.appointments.booking.walk_ins import WalkIn
from app.cases.queries import get_by_code
from app.db import transact
from app.errors import DomainError
from app.localtext import LANGUAGES
from app.staff.frame import frame
from app.staff.permissions import get_member, get_own_station_or_404, requires
from app.stations.models import Station
from app.wording import sentence

bp = Blueprint("staff_walk_in", __name__, url_prefix="/staff/walk-in")
bp.context_processor(frame)

LONGEST = {"service": 60, "name": 200, "code": 20, "last4": 10, "language": 5}


@bp.get("/<slug>")
@requires(Role.CLERK)
def ask(slug: str) -> ResponseReturnValue:
    return _page(get_own_station_or_404(slug), dict.fromkeys(LONGEST, ""))


@bp.post("/<slug>")
@requires(Role.CLERK)
def receive(slug: str) -> ResponseReturnValue:
    station = get_own_station_or_404(slug)
    typed = {
        name: request.form.get(name, "").replace("\0", "").strip()[:most] for name, most in LONGEST.items()
    }
    try:
        wish = _wish(station, typed)
        visit = transact(walk_ins.receive, wish, actor=get_member().username, now=clock.now())
    except DomainError as refusal:
        status = 422 if refusal.status == 404 else refusal.status  # what was chosen is missing, not this page
        return _page(station, typed, sentence(refusal)), status
    return redirect(url_for("staff.visit", reference=visit.reference), 303)


def _wish(station: Station, typed: dict[str, str]) -> WalkIn:
    """Return what was typed; the code and the passport name the case of who collects."""
    chosen = next((o.service for o in station.offers if o.service.code == typed["service"]), None)
    case = get_by_code(typed["code"], typed["last4"]) if chosen and chosen.needs_case else None
    language = typed["language"] if typed["language"] in LANGUAGES else "zh"
    if case:
        return WalkIn(station.slug, typed["service"], case.language, case_id=case.id)
    return WalkIn(station.slug, typed["service"], language, typed["name"])


def _page(station: Station, typed: dict[str, str], problem: str = "") -> str:
    now = clock.now()
    services = sorted((offer.service for offer in station.offers), key=lambda one: (one.position, one.id))
    return render_template(
        "counter/walk_in.html",
        station=station,
        services=[(service, walk_ins.free_desks(station, service, now=now)) for service in services],
        typed=typed,
        problem=problem,
    )
