"""Letters about a time that is kept for somebody, written from what is true at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app, render_template
from flask_babel import lazy_gettext as _l

from app.appointments import offers
from app.appointments.letters import Section, in_two_languages, section
from app.appointments.models import Appointment, OfferReason, TimeOffer
from app.appointments.offers import OfferState
from app.appointments.wording import until_words
from app.cases.models import Case
from app.db import db
from app.i18n import clock_time, current_language, in_language, local, short_day
from app.i18n import text as words
from app.notifications.letter import Letter, Skip
from app.notifications.outbox import ClaimedMessage
from app.settings import Settings
from app.stations.models import Station

SUBJECTS = {
    OfferReason.EARLIER: _l("An earlier time is free: %(moment)s"),
    OfferReason.INSTEAD: _l("A new time for your visit: %(moment)s"),
}
FREE_AT_LAST = _l("A time is free: %(moment)s")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a letter speaks about: the offer, and the visit that would move there."""

    offer: TimeOffer
    visit: Appointment | None
    now: datetime

    @property
    def station(self) -> Station:
        return self.offer.hold.station


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip:
    """Return the letter about an offer, or why it must not be sent any more."""
    made = db.session.get(TimeOffer, message.subject_id)
    if made is None:
        return Skip("no such offer")
    state = offers.state_of(made, now=now)
    if state is not OfferState.OPEN:
        return Skip(f"the offer is {state}")
    to = _contact(made, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    kept = Kept(made, made.appointment, now)
    with in_language(made.language):
        if message.channel == "sms":
            return _sms(kept, to)
        return in_two_languages(to, _subject(kept), partial(_section, kept))


def _contact(made: TimeOffer, channel: str) -> str:
    field = "phone" if channel == "sms" else "email"
    visit = made.appointment
    case_id = visit.case_id if visit else made.hold.case_id
    case = db.session.get(Case, case_id) if case_id else None
    found: str = getattr(visit or made.hold, field) or (getattr(case, field) if case else "") or ""
    return found


def _subject(kept: Kept) -> str:
    starts = local(kept.offer.hold.starts_at, kept.station.timezone)
    moment = f"{short_day(starts.date())}, {clock_time(starts)}"
    pattern = SUBJECTS[OfferReason(kept.offer.reason)] if kept.visit else FREE_AT_LAST
    return str(pattern) % {"moment": moment}


def _sms(kept: Kept, to: str) -> Letter:
    text = render_template("appointments/letters/offer.sms.txt", **_facts(kept))
    return Letter(to=to, subject=_subject(kept), text=text.strip(), language=current_language())


def _section(kept: Kept) -> Section:
    return section("offer", _facts(kept))


def _facts(kept: Kept) -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    hold, visit, station = kept.offer.hold, kept.visit, kept.station
    base = settings.public_url.rstrip("/")
    return {
        "heading": _subject(kept),
        "reason": kept.offer.reason,
        "starts": local(hold.starts_at, station.timezone),
        "station": station,
        "visit": visit,
        "had": local(visit.starts_at, visit.station.timezone) if visit else None,
        "other_place": visit is not None and visit.station_id != station.id,
        "until": until_words(kept.offer.until, station.timezone, kept.now),
        "service": words(hold.service.name),
        "link": f"{base}/o/{kept.offer.token}",
        "phone": settings.help_phone,
    }
