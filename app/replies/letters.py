"""Answers to texts of people."""

from datetime import datetime

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.appointments.states import Status
from app.codes import spaced
from app.db import db
from app.i18n import in_language
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Letter, Skip
from app.replies.models import IncomingText, TextAnswer
from app.replies.operations import TOPIC
from app.settings import Settings

__all__ = ["TOPIC", "compose"]

TEXTS = {
    TextAnswer.CANCELLED: _l("Your visit %(reference)s is cancelled. Help: %(phone)s"),
    TextAnswer.TOO_LATE: _l("This visit cannot be cancelled any more. Call us: %(phone)s"),
    TextAnswer.NOT_YOURS: _l("We found no visit with this number for your phone. Call us: %(phone)s"),
    TextAnswer.STAFF: _l(
        "A colleague reads this. To cancel, send CANCEL and the booking number. Help: %(phone)s"
    ),
}


def compose(message: ClaimedMessage, _now: datetime) -> Letter | Skip:
    """Return the answer to the text that a message stands for."""
    row = db.session.get(IncomingText, message.subject_id)
    if row is None:
        return Skip("no such text")
    if message.channel != "sms":
        return Skip(f"no contact for {message.channel}")
    visit = row.appointment
    if row.answer == TextAnswer.CANCELLED and (visit is None or visit.status != Status.CANCELLED):
        return Skip("booked again")
    settings: Settings = current_app.extensions["settings"]
    blanks = {"reference": spaced(visit.reference) if visit else "", "phone": settings.help_phone}
    with in_language(row.language):
        text = str(TEXTS[TextAnswer(row.answer)]) % blanks
    return Letter(
        to=row.phone, subject="", text=text, language=row.language, template=message.kind, blanks=blanks
    )
