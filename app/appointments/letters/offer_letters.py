"""Letters about a time that is kept for somebody, written from what is true at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from app.appointments.displacement import operations as displacement
from app.appointments.displacement import wording as displacement_words
from app.appointments.letters.offer_kinds import FREE_AT_LAST, OFFERS
from app.appointments.models import Appointment
from app.appointments.waitlist import offers
from app.appointments.waitlist.models import OfferReason, TimeOffer
from app.appointments.waitlist.offers import OfferState
from app.appointments.wording import until_words, with_party
from app.cases.models import Case
from app.db import db
from app.i18n import clock_time, in_language, local, long_day, short_day
from app.i18n import text as words
from app.night import morning_after
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import NIGHT, Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.kinds import MessageKind
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings
from app.stations.models import Station
from app.stations.queries import number_to_call
from app.typography import comma


@dataclass(frozen=True, slots=True)
class OfferNews:
    """What a letter speaks about: the offer, and the visit that would move there."""

    offer: TimeOffer
    visit: Appointment | None
    now: datetime

    @property
    def station(self) -> Station:
        return self.offer.hold.station


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter about an offer, or why it must not be sent any more, or not yet."""
    made = db.session.get(TimeOffer, message.subject_id)
    if made is None:
        return Skip("no such offer")
    state = offers.state_of(made, now=now)
    if state is not OfferState.OPEN:
        return Skip(f"the offer is {state}")
    to = _contact(made, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    if morning := morning_after(now, made.hold.station.timezone, before=made.until):
        return Later(morning, NIGHT)
    kept = OfferNews(made, made.appointment, now)
    with in_language(made.language):
        return write(message.channel, to, LetterPart(_kind(kept), lambda: _values(kept)))


def _kind(kept: OfferNews) -> MessageKind:
    return OFFERS[OfferReason(kept.offer.reason)] if kept.visit else FREE_AT_LAST


def _contact(made: TimeOffer, channel: str) -> str:
    field = "phone" if channel == "sms" else "email"
    visit = made.appointment
    case_id = visit.case_id if visit else made.hold.case_id
    case = db.session.get(Case, case_id) if case_id else None
    known = (made.hold, visit, case)
    return next((getattr(one, field) for one in known if one and getattr(one, field)), "")


def _values(kept: OfferNews) -> Values:
    settings: Settings = current_app.extensions["settings"]
    hold, visit, station = kept.offer.hold, kept.visit, kept.station
    starts = local(hold.starts_at, station.timezone)
    base = settings.public_url.rstrip("/")
    return {
        "moment": _("%(day)s, %(time)s", day=short_day(starts.date()), time=clock_time(starts)),
        "when": _when(starts),
        "place": words(station.name),
        "address": words(station.address),
        "had": _had(visit, station) if visit else "",
        "service": "" if visit else with_party(words(hold.service.name), hold),
        "why": _why(visit),
        "until": until_words(kept.offer.until, station.timezone, kept.now),
        "link": f"{base}/o/{kept.offer.token}",
        "stop_link": f"{base}/w/{kept.offer.waiting.token}" if kept.offer.waiting else "",
        "phone": number_to_call(station),
    }


def _why(visit: Appointment | None) -> str:
    """Return why the person has to choose, when it was us who took their time."""
    before = displacement.find_displacement(visit) if visit and visit.asked else None
    return displacement_words.why(before) if before else ""


def _had(visit: Appointment, station: Station) -> str:
    """Return the time that the person has, with its place when that is another one."""
    had = _when(local(visit.starts_at, visit.station.timezone))
    return had if visit.station_id == station.id else f"{had}{comma()}{words(visit.station.name)}"


def _when(moment: datetime) -> str:
    return str(_("%(day)s, %(time)s", day=long_day(moment), time=clock_time(moment)))
