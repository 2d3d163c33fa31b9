"""Letters about a visit, written from what is true at the moment of sending."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from babel.dates import format_time
from flask import current_app, render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.appointments.calendar_file import calendar_for
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.cases.models import Case, VisitItem, VisitItemKind
from app.db import db
from app.i18n import clock_time, current_language, in_language, local, short_day
from app.i18n import text as words
from app.notifications.letter import CalendarFile, Letter, Skip
from app.notifications.outbox import ClaimedMessage
from app.settings import Settings

TOPIC = "appointment"
CALENDAR_METHODS = {"confirmation": "REQUEST", "changed": "REQUEST", "cancelled": "CANCEL"}

SUBJECTS = {
    "confirmation": _l("Your visit: %(day)s, %(time)s, %(place)s"),
    "changed": _l("Your visit is now: %(day)s, %(time)s, %(place)s"),
    "cancelled": _l("Your visit is cancelled: %(day)s, %(time)s, %(place)s"),
    "today": _l("Today: %(day)s, %(time)s, %(place)s"),
    "tomorrow": _l("Tomorrow: %(day)s, %(time)s, %(place)s"),
    "soon": _l("Your visit is soon: %(day)s, %(time)s, %(place)s"),
}
HEADINGS = {
    "confirmation": _l("Your visit is booked"),
    "changed": _l("Your visit is changed"),
    "cancelled": _l("Your visit is cancelled"),
    "today": _l("Your visit is today"),
    "tomorrow": _l("Your visit is tomorrow"),
    "soon": _l("Your visit is soon"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """The letter in one of its languages."""

    text: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Visit:
    """What a letter speaks about."""

    kind: str
    appointment: Appointment
    case: Case | None
    now: datetime

    @property
    def starts(self) -> datetime:
        return local(self.appointment.starts_at, self.appointment.station.timezone)

    @property
    def occasion(self) -> str:
        """Name what the letter says: the kind, or for a reminder how near the visit is when it is sent."""
        if self.kind in HEADINGS:
            return self.kind
        today = local(self.now, self.appointment.station.timezone).date()
        return {0: "today", 1: "tomorrow"}.get((self.starts.date() - today).days, "soon")


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip:
    """Return the letter that a message stands for, or why it must not be sent any more."""
    appointment = db.session.get(Appointment, message.subject_id)
    if appointment is None:
        return Skip("no such visit")
    case = db.session.get(Case, appointment.case_id) if appointment.case_id else None
    visit = Visit(message.kind, appointment, case, now)
    reason = _reason_to_skip(visit, message.revision)
    if reason:
        return Skip(reason)
    to = _contact(visit, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    with in_language(appointment.language):
        return _sms(visit, to) if message.channel == "sms" else _email(visit, to)


def _reason_to_skip(visit: Visit, revision: int) -> str:
    appointment = visit.appointment
    cancelled = appointment.status == Status.CANCELLED
    if visit.kind == "cancelled":
        return "" if cancelled else "booked again"
    reasons = (
        (cancelled, "visit cancelled"),
        (appointment.revision != revision, "visit changed since"),
        (appointment.status != Status.BOOKED, "already came"),
        (appointment.starts_at <= visit.now, "too late"),
        (visit.case is not None and visit.case.collected_at is not None, "already collected"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _contact(visit: Visit, channel: str) -> str:
    field = "phone" if channel == "sms" else "email"
    own: str | None = getattr(visit.appointment, field)
    return own or (getattr(visit.case, field) if visit.case else "") or ""


def _email(visit: Visit, to: str) -> Letter:
    return in_two_languages(to, _subject(visit), partial(_section, visit), _calendar(visit, to))


def in_two_languages(
    to: str, subject: str, write: Callable[[], Section], calendar: CalendarFile | None = None
) -> Letter:
    """Return an e-mail in the current language with Chinese below; `write` is asked once for each."""
    language = current_language()
    sections = [write()]
    if language != "zh":
        # So that a colleague, a guard or a driver can help.
        with in_language("zh"):
            sections.append(write())
    return Letter(
        to=to,
        subject=subject,
        text=render_template("appointments/letters/letter.txt", sections=sections).strip() + "\n",
        html=render_template("appointments/letters/letter.html", sections=sections, subject=subject),
        language=language,
        calendar=calendar,
    )


def _sms(visit: Visit, to: str) -> Letter:
    subject = _subject(visit)
    text = render_template("appointments/letters/sms.txt", subject=subject, **_facts(visit))
    return Letter(to=to, subject=subject, text=text.strip(), language=current_language())


def _section(visit: Visit) -> Section:
    return section("section", _facts(visit))


def section(template: str, facts: dict[str, Any]) -> Section:
    """Return what the two templates of this name say, in the current language."""
    name = f"appointments/letters/{template}"
    return Section(
        text=render_template(f"{name}.txt", **facts).strip(),
        html=Markup(render_template(f"{name}.html", **facts)),  # noqa: S704 - autoescaped
    )


def _facts(visit: Visit) -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    station = visit.appointment.station
    return {
        "kind": visit.kind,
        "heading": str(HEADINGS[visit.occasion]),
        "appointment": visit.appointment,
        "service": visit.appointment.service,
        "service_line": not visit.case,
        "station": station,
        "items": _items(visit, VisitItemKind.HANDOVER),
        "papers": _items(visit, VisitItemKind.PAPER),
        "starts": visit.starts,
        "twelve_hours": _twelve_hours(visit.starts),
        "link": _link(visit, settings.public_url),
        "place_link": f"{settings.public_url.rstrip('/')}/{current_language()}/places/{station.slug}",
        "phone": settings.help_phone,
    }


def _items(visit: Visit, kind: VisitItemKind) -> list[VisitItem]:
    if visit.case is None:
        return []
    return [item for item in visit.case.visit_type.items if item.kind == kind]


def _link(visit: Visit, public_url: str) -> str:
    """Return the address at which the visit can be changed, or a new time chosen after a cancellation."""
    base = public_url.rstrip("/")
    if visit.case:
        return f"{base}/c/{visit.case.link}"
    if visit.kind == "cancelled":
        return f"{base}/{current_language()}/"
    return f"{base}/v/{visit.appointment.token}"


def _twelve_hours(moment: datetime) -> str:
    """Return " (2:20 pm)" in English, where people are used to it, and nothing elsewhere."""
    if current_language() != "en":
        return ""
    return f" ({format_time(moment, 'h:mm a', locale='en').lower()})"


def _subject(visit: Visit) -> str:
    return str(SUBJECTS[visit.occasion]) % {
        "day": short_day(visit.starts),
        "time": clock_time(visit.starts),
        "place": words(visit.appointment.station.name),
    }


def _calendar(visit: Visit, to: str) -> CalendarFile | None:
    method = CALENDAR_METHODS.get(visit.kind)
    if method is None:
        return None
    content = calendar_for(
        visit.appointment, method=method, language=current_language(), now=visit.now, attendee=to
    )
    return CalendarFile(content, method)
