"""Letters that ask a person to collect the permits, written from what is true when they are sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from app.appointments import queries as visits
from app.appointments.letters import Section
from app.cases.models import Case, CaseNotice, VisitItem, VisitItemKind
from app.cases.notices import READY, TOPIC
from app.cases.readiness import Readiness, readiness
from app.db import db
from app.i18n import current_language, in_language
from app.i18n import text as words
from app.notifications.letter import Letter, Skip
from app.notifications.outbox import ClaimedMessage
from app.settings import Settings
from app.stations.models import Station

__all__ = ["TOPIC", "compose"]


@dataclass(frozen=True, slots=True)
class News:
    """What a letter speaks about."""

    kind: str
    case: Case
    station: Station


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip:
    """Return the letter that a message stands for, or why it must not be sent any more."""
    case = db.session.get(Case, message.subject_id)
    if case is None:
        return Skip("no such case")
    reason = reason_to_skip(case, message.revision)
    if reason:
        return Skip(reason)
    to = case.phone if message.channel == "sms" else case.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    news = News(message.kind, case, db.session.get_one(Station, case.papers_station_id))
    with in_language(case.language):
        return _sms(news, to) if message.channel == "sms" else _email(news, to)


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


def _email(news: News, to: str) -> Letter:
    subject, language = _title(news), current_language()
    sections = [_section(news)]
    if language != "zh":
        # Chinese below, so that a colleague, a guard or a driver can help.
        with in_language("zh"):
            sections.append(_section(news))
    return Letter(
        to=to,
        subject=subject,
        text=render_template("appointments/letters/letter.txt", sections=sections).strip() + "\n",
        html=render_template("appointments/letters/letter.html", sections=sections, subject=subject),
        language=language,
    )


def _sms(news: News, to: str) -> Letter:
    text = render_template("collection/letters/sms.txt", **_facts(news))
    return Letter(to=to, subject=_title(news), text=text.strip(), language=current_language())


def _section(news: News) -> Section:
    facts = _facts(news)
    return Section(
        text=render_template("collection/letters/section.txt", **facts).strip(),
        html=Markup(render_template("collection/letters/section.html", **facts)),  # noqa: S704 - autoescaped
    )


def _title(news: News) -> str:
    return words(news.case.visit_type.title)


def _facts(news: News) -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    case = news.case
    return {
        "heading": _title(news),
        "first": news.kind == READY,
        "visit_type": case.visit_type,
        "station": news.station,
        "papers": _papers(case),
        "deadline": case.collect_before,
        "link": f"{settings.public_url.rstrip('/')}/c/{case.link}",
        "phone": settings.help_phone,
    }


def _papers(case: Case) -> list[VisitItem]:
    return [item for item in case.visit_type.items if item.kind == VisitItemKind.PAPER]
