"""The waiting list: an earlier time than one's visit, or any time while everything is full."""

from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from wtforms.fields.choices import SelectChoice

from app import clock, throttle
from app.appointments.contacts import Contact, ContactNeeded, PhoneNotMobile
from app.appointments.entry import session as journey
from app.appointments.models import Appointment
from app.appointments.refusals import NotChangeable
from app.appointments.views.blueprint import JOURNEY_PREFIX, bp, keeps_typed
from app.appointments.views.context import Errand, get_errand, kind_of
from app.appointments.views.entry import dead_link
from app.appointments.views.forms import CaseWishForm, ContactForm, VisitorWishForm, WishForm
from app.appointments.views.visit import VisitMoment
from app.appointments.waitlist import operations as waitlist
from app.appointments.waitlist.matching import rules
from app.appointments.waitlist.models import WaitingEntry
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.refusals import ListFull, TooManyPlaces
from app.appointments.waitlist.rules import WaitingWish
from app.db import transact
from app.errors import NotFound, TooManyTries
from app.i18n import LANGUAGE_PREFIX, current_language, local, text
from app.web.networks import address_block
from app.wording import sentence

WAITING = "waiting"
PARTS = ("morning", "afternoon")
# Joining without a case or a visit needs no secret, so one network may not fill the lists.
MOST_JOINS, JOINS_WINDOW = 30, timedelta(hours=1)


def _changeable_visit() -> Appointment | None:
    visit = journey.find_visit()
    return visit if visit and VisitMoment.of(visit, now=clock.now()).changeable else None


def _errand_of(visit: Appointment) -> Errand:
    return get_errand(kind_of(visit), {"move": "1", "place": visit.station.slug})


@bp.route(f"{LANGUAGE_PREFIX}/visit/earlier", methods=["GET", "POST"])
def earlier() -> ResponseReturnValue:
    """Say when and where an earlier time would suit."""
    visit = _changeable_visit()
    if visit is None:
        return redirect(url_for(".show_visit"), 303)
    errand, entry = _errand_of(visit), waitlist.find_for_visit(visit.id)
    asks_contact = not _is_reachable(errand, visit)
    form = _form(CaseWishForm if asks_contact else WishForm, errand, entry)
    if request.method != "POST":
        return _page(form, errand, visit=visit, entry=entry)
    if not form.validate():
        return _page(form, errand, visit=visit, entry=entry, status=422)
    return _join(form, errand, visit)


def _is_reachable(errand: Errand, visit: Appointment) -> bool:
    case = errand.case
    return bool(visit.email_encrypted or visit.phone_encrypted or (case and (case.email or case.phone)))


@bp.post(f"{LANGUAGE_PREFIX}/visit/earlier/on")
def earlier_on() -> ResponseReturnValue:
    """Switch on with what most people want: any earlier time at the place of the visit."""
    visit = _changeable_visit()
    if visit is None:
        return redirect(url_for(".show_visit"), 303)
    wish = JoinRequest(visit.service, [visit.station], WaitingWish(), visit.language, visit=visit)
    try:
        transact(_join_once, wish, visit.id)
    except ContactNeeded:
        return redirect(url_for(".earlier"), 303)
    except (ListFull, NotChangeable) as refusal:
        journey.tell(refusal.code)
    return redirect(url_for(".show_visit", _anchor="earlier"), 303)


def _join_once(wish: JoinRequest, visit_id: int) -> None:
    if waitlist.find_for_visit(visit_id) is None:  # A second press changes nothing that was chosen since.
        waitlist.join(wish, now=clock.now())


@bp.post(f"{LANGUAGE_PREFIX}/visit/earlier/off")
def earlier_off() -> ResponseReturnValue:
    visit = journey.find_visit()
    entry = waitlist.find_for_visit(visit.id) if visit else None
    if entry:
        transact(waitlist.stop, entry.id, now=clock.now())
    return redirect(url_for(".show_visit", _anchor="earlier"), 303)


@bp.route(f"{JOURNEY_PREFIX}/waiting", methods=["GET", "POST"])
def wait(kind: str) -> ResponseReturnValue:
    """Ask to be told of a free time, without a visit."""
    errand = get_errand(kind, request.values)
    if errand.moving:
        return redirect(url_for(".earlier"), 303)
    form = _form(CaseWishForm if errand.case else VisitorWishForm, errand, None)
    if request.method != "POST":
        return _page(form, errand)
    if not form.validate():
        return _page(form, errand, status=422)
    return _join(form, errand, None)


def _form(kind: type[WishForm], errand: Errand, entry: WaitingEntry | None, **options: Any) -> Any:
    known: dict[str, Any] = {
        "parts": list(PARTS),
        "places": [errand.home.slug],
        "language": current_language(),
    }
    if entry:
        known |= {
            "from_day": entry.from_day and entry.from_day.isoformat(),
            "until_day": entry.until_day and entry.until_day.isoformat(),
            "parts": [part for part in PARTS if getattr(entry, part)],
            "places": [place.station.slug for place in entry.places],
        }
    form = kind(data=known, **options)
    if isinstance(form, ContactForm):
        form.email_known = bool(errand.case and errand.case.email_encrypted)
    form.today = local(clock.now(), errand.home.timezone).date()
    form.places.choices = [SelectChoice(place.slug, text(place.name)) for place in errand.places]
    return form


def _join(form: Any, errand: Errand, visit: Appointment | None) -> ResponseReturnValue:
    places = [place for place in errand.places if place.slug in form.places.data]
    contact = form.contact if isinstance(form, ContactForm) else Contact()
    language = form.language.data if isinstance(form, ContactForm) else current_language()
    nobody_known = visit is None and errand.case is None
    wish = JoinRequest(
        errand.service, places, form.wish, language, contact, visit, errand.case, errand.people
    )
    try:
        if nobody_known:
            _count_join()
        entry = transact(waitlist.join, wish, now=clock.now())
    except (ListFull, TooManyPlaces, ContactNeeded, PhoneNotMobile, NotChangeable, TooManyTries) as refusal:
        form.form_errors.append(sentence(refusal))
        return _page(form, errand, visit=visit, status=refusal.status)
    if visit:
        return redirect(url_for(".show_visit", _anchor="earlier"), 303)
    if nobody_known:  # An address that somebody typed opens nothing: the link goes there.
        return redirect(url_for(".show_waiting", asked=1), 303)
    session.permanent = True
    session[WAITING] = entry.token
    return redirect(url_for(".show_waiting"), 303)


def _count_join() -> None:
    network = address_block(request.remote_addr or "")
    hits = transact(throttle.count, f"waiting-from:{network}", window=JOINS_WINDOW, now=clock.now())
    if hits > MOST_JOINS:
        raise TooManyTries(retry_after=int(JOINS_WINDOW.total_seconds()))


def _page(
    form: Any,
    errand: Errand,
    *,
    visit: Appointment | None = None,
    entry: WaitingEntry | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "appointments/wish.html", form=form, errand=errand, visit=visit, entry=entry, quiet=_quiet()
    )
    return page, status


@keeps_typed("earlier")
def _earlier_again() -> ResponseReturnValue:
    visit = _changeable_visit()
    if visit is None:
        return redirect(url_for(".show_visit"), 303)
    errand = _errand_of(visit)
    return _again(WishForm if _is_reachable(errand, visit) else CaseWishForm, errand, visit)


@keeps_typed("wait")
def _wait_again(kind: str) -> ResponseReturnValue:
    try:
        errand = get_errand(kind, request.values)
    except HTTPException as elsewhere:  # Nobody else turns this into an answer while an error is handled.
        return elsewhere.get_response()
    return _again(CaseWishForm if errand.case else VisitorWishForm, errand, None)


def _again(kind: type[WishForm], errand: Errand, visit: Appointment | None) -> ResponseReturnValue:
    form = _form(kind, errand, None, meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press Continue again."))
    return _page(form, errand, visit=visit, status=400)


@bp.get("/w/<token>")
def follow_waiting_link(token: str) -> ResponseReturnValue:
    """Open what a person waits for, from the link of a message: with that the address is confirmed.

    Nothing is stopped by looking.
    """
    try:
        entry = waitlist.get_entry(token)
    except NotFound:
        return dead_link()
    if entry.confirmed_at is None and request.method == "GET":
        transact(waitlist.confirm, token, now=clock.now())
    session.permanent = True
    session[WAITING] = token
    return redirect(url_for(".show_waiting", lang=entry.language), 303)


def _find_entry() -> WaitingEntry | None:
    try:
        return waitlist.get_entry(session.get(WAITING, ""))
    except NotFound:
        return None


@bp.get(f"{LANGUAGE_PREFIX}/waiting")
def show_waiting() -> ResponseReturnValue:
    if "asked" in request.args:
        return render_template(
            "appointments/waiting_asked.html", quiet=_quiet(), longest=rules().longest_days
        )
    entry = _find_entry()
    if entry is None:
        return redirect(url_for(".enter_code", lost=1), 303)
    longest = 0 if entry.appointment_id or entry.until_day else rules().longest_days
    return render_template("appointments/waiting.html", entry=entry, quiet=_quiet(), longest=longest)


def _quiet() -> dict[str, str]:
    numbers = rules()
    return {"start": f"{numbers.quiet_from_hour:02d}:00", "end": f"{numbers.quiet_until_hour:02d}:00"}


@bp.post(f"{LANGUAGE_PREFIX}/waiting/stop")
def stop_waiting() -> ResponseReturnValue:
    entry = _find_entry()
    if entry:
        transact(waitlist.stop, entry.id, now=clock.now())
    return redirect(url_for(".show_waiting"), 303)
