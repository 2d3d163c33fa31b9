"""The visit: the page to return to, to show at the counter, to move and to cancel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from app import clock
from app.appointments import wording
from app.appointments.availability.agenda import FreeTime
from app.appointments.availability.policy import PapersElsewhere, PapersNotThere, SlotUnavailable
from app.appointments.availability.rules import is_too_late
from app.appointments.booking import operations, provisional
from app.appointments.booking.contact import change_contact, unreached
from app.appointments.booking.refusals import UNDO_LENGTH, TooManyChanges, TooManyVisits
from app.appointments.displacement import wording as displacement_words
from app.appointments.displacement.operations import find_displacement
from app.appointments.entry import session as journey
from app.appointments.holds.refusals import TooManyHolds
from app.appointments.letters.calendar_file import calendar_for
from app.appointments.masking import masked_all
from app.appointments.models import Appointment, HandoverItem
from app.appointments.origins import counting as origins
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.appointments.states import Status
from app.appointments.views.blueprint import bp, keeps_typed
from app.appointments.views.context import (
    BOOK,
    COLLECT,
    Errand,
    get_errand,
    items_of,
    kind_of,
    papers_of,
    soonest_offers,
)
from app.appointments.views.forms import WayForm
from app.appointments.views.offer import OFFER
from app.appointments.waitlist import offers
from app.appointments.waitlist import operations as waitlist
from app.appointments.wording import until_words
from app.cases.models import Case, VisitItemKind
from app.cases.readiness import CaseNotReady, Readiness, readiness
from app.codes import spaced
from app.db import db, transact
from app.i18n import LANGUAGE_PREFIX, current_language, in_language, local
from app.localtext import LocalText
from app.qr import qr_picture
from app.stations.queries import StationRetired
from app.wording import sentence

SOONEST = 3
NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class VisitMoment:
    """What can be done with a visit now, and what its day is to the reader."""

    changeable: bool
    too_late: bool  # for the person; staff still can
    begun: bool
    today: bool
    near: bool  # so near that "I will come" is worth saying
    undo_until: datetime | None

    @property
    def ahead(self) -> bool:
        """Say whether the person is expected: then they may say that they come, and where to write to."""
        return self.changeable or self.too_late

    @classmethod
    def of(cls, visit: Appointment, *, now: datetime) -> "VisitMoment":
        zone = visit.station.timezone
        begun = visit.starts_at <= now
        undo_until = visit.cancelled_at + UNDO_LENGTH if visit.cancelled_at else None
        undoable = visit.status == Status.CANCELLED and undo_until and now <= undo_until and not begun
        booked = visit.is_changeable(now=now)
        too_late = booked and is_too_late(visit, now=now)
        return cls(
            changeable=booked and not too_late,
            too_late=too_late,
            begun=begun,
            today=local(visit.starts_at, zone).date() == local(now, zone).date(),
            near=visit.starts_at - now <= NEAR,
            undo_until=undo_until if undoable else None,
        )


@bp.get(f"{LANGUAGE_PREFIX}/visit")
def show_visit() -> ResponseReturnValue:
    visit = journey.find_visit()
    if visit is None:
        return redirect(url_for(".collect" if journey.find_case() else ".enter_code", lost=1), 303)
    return _visit_page(visit, word=journey.told() if request.method == "GET" else "")


def _visit_page(visit: Appointment, *, word: str) -> ResponseReturnValue:
    now = clock.now()
    moment = VisitMoment.of(visit, now=now)
    case = db.session.get(Case, visit.case_id) if visit.case_id else None
    by_us = find_displacement(visit)
    kept = offers.find_open(visit, now=now) if visit.asked else None
    if kept:
        session[OFFER] = kept.token
    return render_template(
        "appointments/visit.html",
        by_us=displacement_words.why(by_us) if by_us else "",
        visit=visit,
        kept=kept,
        until=until_words(kept.until, kept.hold.station.timezone, now) if kept else "",
        moment=moment,
        case=case,
        qr=qr_picture(visit.reference, spaced(visit.reference)),
        reference=spaced(visit.reference),
        chinese=_chinese(visit, case),
        minutes=visit.interval.length // timedelta(minutes=1),
        ways=masked_all(way for way in _ways(visit, case) if way),
        papers=papers_of(case),
        handed_over=_handed_over(visit, case),
        others=_other_times(visit, now=now) if moment.changeable else [],
        errand=_errand_of(visit) if moment.changeable else None,
        waiting=waitlist.find_for_visit(visit.id) if moment.changeable else None,
        again=_again(visit, case),
        prove_within=origins.rules().prove_within_minutes,
        ran_out=_ran_out(visit),
        unreached=masked_all(unreached(visit.email, visit.phone)) if visit.live else [],
        word=word,
    )


def _ran_out(visit: Appointment) -> bool:
    """Say whether its time was given back because nobody opened our message."""
    return visit.status == Status.CANCELLED and visit.cancelled_by == provisional.BY


def _chinese(visit: Appointment, case: Case | None) -> Markup:
    """Return what is printed beside the page for those who read no other language."""
    with in_language("zh"):
        part = render_template(
            "appointments/_visit_chinese.html",
            visit=visit,
            reference=spaced(visit.reference),
            papers=papers_of(case),
        )
        return Markup(part)  # noqa: S704 - autoescaped


def _ways(visit: Appointment, case: Case | None) -> tuple[str, str]:
    """Return the address and the number to which messages about the visit go; empty where there is none."""
    return (
        visit.email or (case.email if case else "") or "",
        visit.phone or (case.phone if case else "") or "",
    )


def _errand_of(visit: Appointment) -> Errand:
    return get_errand(kind_of(visit), {"move": "1", "place": visit.station.slug})


def _other_times(visit: Appointment, *, now: datetime) -> list[FreeTime]:
    return soonest_offers(_errand_of(visit), count=SOONEST, now=now)


def _again(visit: Appointment, case: Case | None) -> str:
    """Return where a new time can be chosen after this visit; nothing when there is no reason to."""
    if visit.status not in (Status.CANCELLED, Status.NO_SHOW, Status.INCOMPLETE):
        return ""
    if case is None:
        return url_for(".choose_time", kind=BOOK, service=visit.service.code, place=visit.station.slug)
    if journey.find_case() is None or readiness(case) is not Readiness.READY:
        return ""
    return url_for(".choose_time", kind=COLLECT)


def _handed_over(visit: Appointment, case: Case | None) -> list[LocalText]:
    given = set(
        db.session.scalars(select(HandoverItem.item_code).where(HandoverItem.appointment_id == visit.id))
    )
    return [item.name for item in items_of(case, VisitItemKind.HANDOVER) if item.code in given]


@bp.route(f"{LANGUAGE_PREFIX}/visit/cancel", methods=["GET", "POST"])
def cancel() -> ResponseReturnValue:
    visit = journey.find_visit()
    if visit is None or not VisitMoment.of(visit, now=clock.now()).changeable:
        return redirect(url_for(".show_visit"), 303)
    if request.method != "POST":
        return render_template("appointments/cancel.html", visit=visit, reasons=wording.CANCEL_REASONS)
    why = request.form.get("why", "")
    why = why if why in wording.CANCEL_REASONS else ""
    try:
        transact(operations.cancel, visit.reference, now=clock.now(), why=why)
    except NotChangeable:
        journey.tell("unchangeable")
    else:
        journey.tell("cancelled")
    return redirect(url_for(".show_visit"), 303)


@bp.route(f"{LANGUAGE_PREFIX}/visit/contact", methods=["GET", "POST"])
def contact() -> ResponseReturnValue:
    """Change where messages about the visit go; the visit itself stays, so until it begins."""
    visit = journey.find_visit()
    if visit is None or not VisitMoment.of(visit, now=clock.now()).ahead:
        return redirect(url_for(".show_visit"), 303)
    form = _way_form(visit)
    if request.method != "POST":
        return _contact_page(visit, form)
    if not form.validate():
        return _contact_page(visit, form, status=422)
    try:
        visit = transact(change_contact, visit.reference, form.contact, form.language.data, now=clock.now())
    except (TooManyVisits, TooManyChanges) as refusal:
        form.form_errors.append(sentence(refusal))
        return _contact_page(visit, form, status=refusal.status)
    except NotChangeable:
        journey.tell("unchangeable")
    else:
        journey.enter_with_visit(visit)  # whatever else was open with the old link is not any more
        journey.tell("rewritten")
    return redirect(url_for(".show_visit"), 303)


def _way_form(visit: Appointment, **options: Any) -> WayForm:
    form = WayForm(data={"language": visit.language}, **options)
    form.email_known = bool(visit.email_encrypted)
    return form


@keeps_typed("contact")
def _contact_again() -> ResponseReturnValue:
    visit = journey.find_visit()
    if visit is None:
        return redirect(url_for(".show_visit"), 303)
    form = _way_form(visit, meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press Save again."))
    return _contact_page(visit, form, status=400)


def _contact_page(visit: Appointment, form: WayForm, *, status: int = 200) -> ResponseReturnValue:
    known = masked_all(way for way in (visit.email, visit.phone) if way)
    return render_template("appointments/contact.html", visit=visit, form=form, known=known), status


@bp.route(f"{LANGUAGE_PREFIX}/visit/come", methods=["GET", "POST"])
def come() -> ResponseReturnValue:
    """Ask for, or note, the word "I will come"; a link alone says nothing for the person."""
    visit = journey.find_visit()
    if visit is None or not VisitMoment.of(visit, now=clock.now()).ahead or visit.confirmed_at or visit.asked:
        return redirect(url_for(".show_visit"), 303)
    if request.method != "POST":
        return render_template("appointments/come.html", visit=visit)
    try:
        transact(operations.confirm, visit.reference, now=clock.now())
    except NotChangeable:
        journey.tell("unchangeable")
    else:
        journey.tell("confirmed")
    return redirect(url_for(".show_visit"), 303)


@bp.post(f"{LANGUAGE_PREFIX}/visit/restore")
def restore() -> ResponseReturnValue:
    """Undo a cancellation; when the time is given away, the page says so and offers new ones."""
    visit = journey.find_visit()
    if visit:
        journey.tell(_restored(visit))
    return redirect(url_for(".show_visit"), 303)


def _restored(visit: Appointment) -> str:
    if visit.status == Status.BOOKED:
        return "already"
    try:
        transact(operations.restore, visit.reference, now=clock.now())
    except SlotUnavailable:
        return "given_away"
    except (TooManyVisits, TooManyHolds) as refusal:
        return refusal.code
    except (NotChangeable, AlreadyBooked, CaseNotReady, PapersElsewhere, PapersNotThere, StationRetired):
        return "unchangeable"
    return "restored"


@bp.get(f"{LANGUAGE_PREFIX}/visit/calendar.ics")
def calendar() -> ResponseReturnValue:
    visit = journey.find_visit()
    if visit is None:
        return redirect(url_for(".enter_code", lost=1), 303)
    file = calendar_for(visit, method="PUBLISH", language=current_language(), now=clock.now())
    response = Response(file, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="visit-{visit.reference}.ics"'
    return response
