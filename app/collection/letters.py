"""Letters that ask a person to collect the permits, written from what is true when they are sent."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from app.appointments import queries as visits
from app.cases.models import Case, CaseNotice, VisitItemKind
from app.cases.notices import READY, TOPIC
from app.cases.readiness import Readiness, readiness
from app.codes import spaced
from app.collection.letter_kinds import AGAIN, FIRST
from app.db import db
from app.i18n import day_before, in_language, long_day
from app.i18n import text as words
from app.night import morning_after
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import NIGHT, Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings
from app.stations.models import Station
from app.stations.queries import number_to_call
from app.typography import comma

__all__ = ["TOPIC", "compose"]


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What a letter speaks about."""

    kind: str
    case: Case
    station: Station


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter that a message stands for, or why it must not be sent any more, or not yet."""
    case = db.session.get(Case, message.subject_id)
    if case is None:
        return Skip("no such case")
    reason = reason_to_skip(case, message.revision)
    if reason:
        return Skip(reason)
    to = case.phone if message.channel == "sms" else case.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    station = db.session.get_one(Station, case.papers_station_id)
    if morning := morning_after(now, station.timezone):
        return Later(morning, NIGHT)
    news = CaseNews(message.kind, case, station)
    with in_language(case.language):
        kind = FIRST if news.kind == READY else AGAIN
        return write(message.channel, to, LetterPart(kind, lambda: _values(news)))


def reason_to_skip(case: Case, round_: int) -> str:
    """Return why this person is not to be written to about this round; empty when they are."""
    state = readiness(case)
    if state is Readiness.COLLECTED:
        return "already collected"
    if state is not Readiness.READY:
        return "not ready any more"
    notice = db.session.get(CaseNotice, case.id)
    if notice is None or notice.round != round_:
        return "told again since"
    if notice.paused_at:
        return "wants no messages"
    return "visit booked" if visits.find_live_for_case(case.id) else ""


def _title(case: Case) -> str:
    """Return the news; after a visit that handed over a part, what is left."""
    given = visits.items_given(case.id)
    handed = (item for item in case.visit_type.items if item.kind == VisitItemKind.HANDOVER)
    left = [words(item.name) for item in handed if item.code not in given] if given else []
    return _("Still to collect:") + " " + comma().join(left) if left else words(case.visit_type.title)


def _values(news: CaseNews) -> Values:
    settings: Settings = current_app.extensions["settings"]
    case, visit_type = news.case, news.case.visit_type
    papers = (item for item in visit_type.items if item.kind == VisitItemKind.PAPER)
    return {
        "title": _title(case),
        "lead": f"{words(visit_type.lead)} {words(visit_type.note)}",
        "place": words(news.station.name),
        "address": words(news.station.address),
        "deadline": long_day(day_before(case.collect_before)) if case.collect_before else "",
        "papers": tuple(words(item.name) for item in papers),
        "link": f"{settings.public_url.rstrip('/')}/c/{case.link}",
        "code": spaced(case.code),
        "phone": number_to_call(news.station),
    }
