"""The letter to who joins the waiting list without a visit: it has the link to stop."""

from datetime import datetime

from flask import current_app

from app.appointments.models import WaitingEntry
from app.appointments.waiting_kinds import JOINED
from app.cases.models import Case
from app.db import db
from app.i18n import in_language
from app.i18n import text as words
from app.notifications.blanks import Values
from app.notifications.letter import Letter, Skip
from app.notifications.outbox import ClaimedMessage
from app.notifications.writing import Part, write
from app.settings import Settings


def compose(message: ClaimedMessage, _now: datetime) -> Letter | Skip:
    """Return the letter, or why it must not be sent any more."""
    entry = db.session.get(WaitingEntry, message.subject_id)
    if entry is None or entry.ended_at:
        return Skip("does not wait any more")
    to = _contact(entry, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    with in_language(entry.language):
        return write(message.channel, to, Part(JOINED, lambda: _values(entry)))


def _contact(entry: WaitingEntry, channel: str) -> str:
    field = "phone" if channel == "sms" else "email"
    case = db.session.get(Case, entry.case_id) if entry.case_id else None
    found: str = getattr(entry, field) or (getattr(case, field) if case else "") or ""
    return found


def _values(entry: WaitingEntry) -> Values:
    settings: Settings = current_app.extensions["settings"]
    return {
        "service": words(entry.service.name),
        "place": ", ".join(words(place.station.name) for place in entry.places),
        "stop_link": f"{settings.public_url.rstrip('/')}/w/{entry.token}",
        "phone": settings.help_phone,
    }
