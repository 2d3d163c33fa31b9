"""Letters that bring a lost link again, written from what is true when they are sent."""

from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from app.appointments.models import Appointment
from app.appointments.waitlist.models import WaitingEntry
from app.cases.models import Case
from app.db import db
from app.groups.models import Group
from app.i18n import in_language
from app.i18n import text as words
from app.lost_links.letter_kinds import LOST_LINK
from app.lost_links.models import Opens
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings

Row = Case | Appointment | Group | WaitingEntry

_MODELS: dict[Opens, type[Row]] = {
    Opens.CASE: Case,
    Opens.VISIT: Appointment,
    Opens.GROUP: Group,
    Opens.WAITING: WaitingEntry,
}
_PATHS = {Opens.CASE: "c", Opens.VISIT: "v", Opens.GROUP: "g", Opens.WAITING: "w"}


def compose(message: ClaimedMessage, _now: datetime) -> Letter | Skip:
    """Return the letter with the link that a row has now, to the contact that it has now."""
    opens = Opens(message.topic)
    row: Row | None = db.session.get(_MODELS[opens], message.subject_id)  # type: ignore[assignment]
    if row is None:
        return Skip("it is not kept any more")
    to = row.phone if message.channel == "sms" else row.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    with in_language(row.language):
        return write(message.channel, to, LetterPart(LOST_LINK, lambda: _values(opens, row)))


def _values(opens: Opens, row: Row) -> Values:
    settings: Settings = current_app.extensions["settings"]
    token = row.link if isinstance(row, Case) else row.token
    return {
        "about": _about(row),
        "link": f"{settings.public_url.rstrip('/')}/{_PATHS[opens]}/{token}",
        "phone": settings.help_phone,
    }


def _about(row: Row) -> str:
    match row:
        case Case():
            about = _("Your permits and your visit:")
        case Group():
            about = _("The visits that you booked for others:")
        case WaitingEntry():
            about = _("Your place on the waiting list: %(service)s", service=words(row.service.name))
        case _:
            about = _("Your visit: %(service)s", service=words(row.service.name))
    return str(about)
