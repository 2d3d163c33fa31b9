"""The letters to who joins the waiting list without a visit, and to who is taken off it."""

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from app.appointments.waitlist.kinds import CONFIRM, JOINED, RETIRED, TAKEN_OFF
from app.appointments.waitlist.models import WaitingEntry
from app.cases.models import Case
from app.db import db
from app.i18n import in_language
from app.i18n import text as words
from app.night import morning_after
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import NIGHT, Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings
from app.stations.models import Station
from app.typography import comma

KINDS = {kind.name: kind for kind in (JOINED, CONFIRM, TAKEN_OFF, RETIRED)}
ANSWERS = (JOINED, CONFIRM)  # somebody asked just now and looks at the phone: not held back at night


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter, or why it must not be sent any more, or not yet."""
    entry = db.session.get(WaitingEntry, message.subject_id)
    kind = KINDS[message.kind]
    if entry is None or (entry.ended_at and kind in ANSWERS):
        return Skip("does not wait any more")
    if entry.ended_at is None and kind is RETIRED:
        return Skip("waits again")
    if entry.confirmed_at and kind is CONFIRM:
        return Skip("confirmed already")
    to = _contact(entry, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    if kind not in ANSWERS and (morning := morning_after(now, _zone_of(entry))):
        return Later(morning, NIGHT)
    with in_language(entry.language):
        return write(message.channel, to, LetterPart(kind, lambda: _values(entry)))


def _zone_of(entry: WaitingEntry) -> str:
    """Return the clock of a place where the person waited, or of the network when no place is left."""
    if entry.places:
        return entry.places[0].station.timezone
    first = select(Station.timezone).order_by(Station.number, Station.id)
    return db.session.scalars(first.limit(1)).one()


def _contact(entry: WaitingEntry, channel: str) -> str:
    field = "phone" if channel == "sms" else "email"
    case = db.session.get(Case, entry.case_id) if entry.case_id else None
    known = (getattr(one, field) for one in (entry, entry.appointment, case) if one)
    return next((contact for contact in known if contact), "")


def _values(entry: WaitingEntry) -> Values:
    settings: Settings = current_app.extensions["settings"]
    link = f"{settings.public_url.rstrip('/')}/w/{entry.token}"
    return {
        "service": words(entry.service.name),
        "place": comma().join(words(place.station.name) for place in entry.places),
        "stop_link": link,
        "waiting_link": link,
        "phone": settings.help_phone,
    }
