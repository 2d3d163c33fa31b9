"""A time that is kept for one person: look at it, take it, or leave it to others."""

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appointments.availability.policy import PapersElsewhere, PapersNotThere, SlotUnavailable
from app.appointments.booking import answers
from app.appointments.entry import session as journey
from app.appointments.refusals import AlreadyBooked, NotChangeable
from app.appointments.views.blueprint import bp
from app.appointments.views.entry import dead_link
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import OfferState
from app.appointments.waitlist.refusals import OfferOver
from app.appointments.wording import until_words
from app.db import transact
from app.errors import NotFound
from app.i18n import LANGUAGE_PREFIX

OFFER = "offer"


@bp.get("/o/<token>")
@bp.get(f"{LANGUAGE_PREFIX}/offer/<token>")
def follow_offer_link(token: str) -> ResponseReturnValue:
    """Move the token from the address into the session. The link also opens the visit that would move."""
    try:
        made = offers.get_offer(token)
    except NotFound:
        return dead_link()
    if made.appointment:
        journey.enter_with_visit(made.appointment)
    session.permanent = True
    session[OFFER] = token
    return redirect(url_for(".show_offer", lang=made.language), 303)


def _find() -> TimeOffer | None:
    try:
        return offers.get_offer(session.get(OFFER, ""))
    except NotFound:
        return None


@bp.get(f"{LANGUAGE_PREFIX}/offer")
def show_offer() -> ResponseReturnValue:
    made = _find()
    if made is None:
        return redirect(url_for(".show_visit"), 303)
    return _offer_page(made, word=journey.told())


def _offer_page(made: TimeOffer, *, word: str = "", status: int = 200) -> ResponseReturnValue:
    now = clock.now()
    state = offers.state_of(made, now=now)
    if state is OfferState.TAKEN:
        journey.tell(word or "already")
        return redirect(url_for(".show_visit"), 303)
    zone = made.hold.station.timezone
    page = render_template(
        "appointments/offer.html",
        offer=made,
        kept=made.hold,
        visit=made.appointment,
        state=state,
        until=until_words(made.until, zone, now),
        word=word,
    )
    return page, status


@bp.post(f"{LANGUAGE_PREFIX}/offer/take")
def take_offer() -> ResponseReturnValue:
    made = _find()
    if made is None:
        return redirect(url_for(".show_visit"), 303)
    word = "already" if made.answer else "moved" if made.appointment_id else "booked"
    try:
        visit = transact(answers.take, made.token, now=clock.now())
    except (OfferOver, NotChangeable, AlreadyBooked, SlotUnavailable, PapersElsewhere, PapersNotThere):
        return redirect(url_for(".show_offer", _anchor="notice"), 303)
    journey.enter_with_visit(visit)
    journey.tell(word)
    return redirect(url_for(".show_visit"), 303)


@bp.post(f"{LANGUAGE_PREFIX}/offer/decline")
def decline_offer() -> ResponseReturnValue:
    made = _find()
    if made:
        transact(answers.decline, made.token, now=clock.now())
    return redirect(url_for(".show_offer"), 303)
