"""The letter that tells the holder of a case that a proxy was named: with a stolen link, they learn of it."""

from datetime import datetime

from flask import current_app

from app.cases.models import Case
from app.collection.letter_kinds import PROXY_NAMED
from app.collection.models import Proxy
from app.collection.proxies import TOPIC
from app.db import db
from app.i18n import in_language
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings

__all__ = ["TOPIC", "compose"]


def compose(message: ClaimedMessage, _now: datetime) -> Letter | Skip | Later:
    """Return the letter, or why nobody needs it any more. It does not wait for the morning."""
    proxy = db.session.get(Proxy, message.subject_id)
    if proxy is None or proxy.revoked_at or proxy.used_at:
        return Skip("proxy is over")
    case = db.session.get_one(Case, proxy.case_id)
    to = case.phone if message.channel == "sms" else case.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    with in_language(case.language):
        return write(message.channel, to, LetterPart(PROXY_NAMED, lambda: _values(case)))


def _values(case: Case) -> Values:
    settings: Settings = current_app.extensions["settings"]
    return {"link": f"{settings.public_url.rstrip('/')}/c/{case.link}", "phone": settings.help_phone}
