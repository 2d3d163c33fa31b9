"""Details, the last look, and the one press that books or moves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appointments.availability import free_times
from app.appointments.availability.agenda import FreeTime, offers_of
from app.appointments.availability.policy import PapersElsewhere, PapersNotThere, SlotUnavailable
from app.appointments.booking import operations
from app.appointments.booking.contact import unreached
from app.appointments.booking.refusals import KeyReused, TooManyLetters
from app.appointments.contacts import ContactNeeded, NameNeeded, PhoneNotMobile
from app.appointments.entry import session as journey
from app.appointments.holds import operations as holds
from app.appointments.holds import queries as visits
from app.appointments.holds.operations import ALTERNATIVES
from app.appointments.holds.refusals import HoldLimit, HoldNotFound, TooManyHolds
from app.appointments.masking import masked_all
from app.appointments.models import Appointment, Hold, HoldStatus
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.appointments.views.blueprint import JOURNEY_PREFIX, bp, keeps_typed
from app.appointments.views.context import errand_of_hold, kind_of, papers_of
from app.appointments.views.forms import ContactForm, VisitorForm
from app.cases.models import Case
from app.cases.readiness import CaseNotReady
from app.db import db, transact
from app.i18n import current_language


class HoldState(StrEnum):
    KEPT = "kept"
    FREE = "free"  # it ran out, and nobody took the time since
    GONE = "gone"
    REPLACED = "replaced"
    USED = "used"


def _state_of(kept: Hold, *, now: datetime) -> HoldState:
    if kept.status == HoldStatus.USED:
        return HoldState.USED
    if kept.expires_at > now:
        return HoldState.KEPT if kept.status == HoldStatus.OPEN else HoldState.REPLACED
    free = free_times.is_free(kept.station, kept.service, kept.starts_at, kept.party_size, now=now)
    return HoldState.FREE if free and kept.starts_at > now else HoldState.GONE


@bp.route(f"{JOURNEY_PREFIX}/details", methods=["GET", "POST"])
def details(kind: str) -> ResponseReturnValue:
    kept = journey.find_hold()
    if kept is None or kept.status == HoldStatus.USED or kept.appointment_id:
        return redirect(url_for(".check", kind=kind), 303)
    if request.method == "POST":
        return _note_details(kept, _form_for(kept))
    return _details_page(kept, _form_for(kept, formdata=None))


def _form_for(kept: Hold, **options: object) -> ContactForm:
    known = {
        "name": kept.name,
        "email": kept.email,
        "phone": kept.phone,
        "language": kept.language or current_language(),
    }
    form: ContactForm = (ContactForm if kept.case_id else VisitorForm)(data=known, **options)
    case = db.session.get(Case, kept.case_id) if kept.case_id else None
    form.email_known = bool(case and case.email_encrypted)
    return form


def _note_details(kept: Hold, form: ContactForm) -> ResponseReturnValue:
    if not form.validate():
        return _details_page(kept, form, status=422)
    transact(holds.note_contact, kept.public_id, form.contact, form.language.data)
    return redirect(url_for(".check", kind=kind_of(kept)), 303)


@keeps_typed("details")
def _details_again(kind: str) -> ResponseReturnValue:
    kept = journey.find_hold()
    if kept is None:
        return redirect(url_for(".check", kind=kind), 303)
    form = _form_for(kept, meta={"csrf": False})
    form.form_errors.append(_("This page was open for a long time. Press Continue again."))
    return _details_page(kept, form, status=400)


def _details_page(kept: Hold, form: ContactForm, *, status: int = 200) -> ResponseReturnValue:
    case = db.session.get(Case, kept.case_id) if kept.case_id else None
    return render_template("appointments/details.html", kept=kept, form=form, case=case), status


@bp.route(f"{JOURNEY_PREFIX}/check", methods=["GET", "POST"])
def check(kind: str) -> ResponseReturnValue:
    kept = journey.find_hold()
    if kept is None:
        return _no_hold(kind)
    if kind != kind_of(kept) and request.method == "GET":
        return redirect(url_for(".check", kind=kind_of(kept)), 303)
    if request.method == "POST":
        return _confirm(kept)
    return _check_page(kept, word=journey.told() if request.method == "GET" else "")


def _no_hold(kind: str) -> ResponseReturnValue:
    if journey.find_visit():
        return redirect(url_for(".show_visit"), 303)
    return redirect(url_for(".choose_time", kind=kind), 303)


def _confirm(kept: Hold) -> ResponseReturnValue:
    now = clock.now()
    pressed = request.form.get("hold", kept.public_id)
    if pressed != kept.public_id:
        return _older_page(pressed, kept)
    word = "already" if kept.status == HoldStatus.USED else "moved" if kept.appointment_id else "booked"
    try:
        visit = _book_or_move(kept, now=now)
    except (SlotUnavailable, HoldNotFound, KeyReused, TooManyHolds, TooManyLetters) as refusal:
        return _check_page(kept, word=refusal.code, status=max(refusal.status, 409))
    except (NameNeeded, ContactNeeded, PhoneNotMobile):
        return redirect(url_for(".details", kind=kind_of(kept)), 303)
    except (CaseNotReady, PapersElsewhere, PapersNotThere):
        return redirect(url_for(".collect"), 303)
    except (AlreadyBooked, NotChangeable):
        journey.tell("already")
        return redirect(url_for(".show_visit"), 303)
    journey.enter_with_visit(visit)
    journey.tell(word)
    return redirect(url_for(".show_visit"), 303)


def _book_or_move(kept: Hold, *, now: datetime) -> Appointment:
    if kept.appointment_id and kept.status != HoldStatus.USED:
        return transact(operations.move_to_hold, kept.public_id, now=now)
    key = request.form.get("key", "")[:64] or kept.public_id
    language = kept.language or current_language()
    return transact(operations.book_held, kept.public_id, key=key, language=language, now=now)


def _older_page(pressed: str, kept: Hold) -> ResponseReturnValue:
    """Answer a page whose time was given back when the person chose another one."""
    try:
        older = visits.get_hold(pressed)
    except HoldNotFound:
        return _check_page(kept, word="newer", status=409)
    if HoldStatus.USED in (older.status, kept.status):
        journey.tell("already")
        return redirect(url_for(".show_visit"), 303)
    return _check_page(kept, word="newer", status=409)


@dataclass(frozen=True, slots=True)
class Lost:
    """What to offer in place of a time that is gone."""

    near: list[FreeTime]
    replaced: bool


def _check_page(kept: Hold, *, word: str = "", status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    state = _state_of(kept, now=now)
    if state is HoldState.USED:
        journey.tell("already")
        return redirect(url_for(".show_visit"), 303)
    if kept.case_id is None and not kept.appointment_id and not kept.name_encrypted:
        return redirect(url_for(".details", kind=kind_of(kept)), 303)
    case = db.session.get(Case, kept.case_id) if kept.case_id else None
    page = render_template(
        "appointments/check.html",
        kept=kept,
        kind=kind_of(kept),
        errand=errand_of_hold(kept),
        case=case,
        moved=db.session.get(Appointment, kept.appointment_id) if kept.appointment_id else None,
        state=state,
        lost=_lost(kept, state, now=now),
        papers=papers_of(case),
        unreached=_unreached(kept, case),
        word=word,
    )
    return page, status


def _unreached(kept: Hold, case: Case | None) -> list[str]:
    """Return masked what did not arrive before, of the ways by which this visit's messages would go."""
    if kept.appointment_id:
        return []
    known = (case.email, case.phone) if case else ("", "")
    return masked_all(unreached(kept.email or known[0], kept.phone or known[1]))


def _lost(kept: Hold, state: HoldState, *, now: datetime) -> Lost | None:
    if state not in (HoldState.GONE, HoldState.REPLACED):
        return None
    slots = free_times.nearest_to(
        kept.station,
        kept.service,
        kept.starts_at,
        count=ALTERNATIVES,
        now=now,
        party_size=kept.party_size,
    )
    near = errand_of_hold(kept).fitting(offers_of(kept.station, slots))
    return Lost(near, state is HoldState.REPLACED)


@bp.post(f"{JOURNEY_PREFIX}/extend")
def extend(kind: str) -> ResponseReturnValue:
    """Keep the time 15 minutes more. When it cannot be, the check page says what is."""
    kept = journey.find_hold()
    if kept:
        try:
            transact(holds.extend, kept.public_id, now=clock.now())
            journey.tell("extended")
        except HoldLimit:
            journey.tell("limit")
        except TooManyHolds as refusal:
            journey.tell(refusal.code)
        except (SlotUnavailable, HoldNotFound):
            pass
    return redirect(url_for(".check", kind=kind), 303)
