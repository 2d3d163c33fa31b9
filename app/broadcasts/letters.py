"""Letters of one message to many, each with the visit of who gets it."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from app.appointments.letters.kinds import BLANKS
from app.appointments.letters.letters import VisitNews, contact_of, values_of, visit_of
from app.appointments.models import Appointment
from app.appointments.states import Status
from app.broadcasts.models import Broadcast
from app.broadcasts.operations import KIND
from app.db import db
from app.i18n import in_language
from app.i18n import text as words
from app.localtext import LocalText
from app.night import morning_after
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import NIGHT, Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.kinds import EMAIL, SMS, Blank, LazyText, MessageKind, register
from app.notifications.texts.writing import LetterPart, write

_BODY = _l("""{message}

Your visit: {when}
Where: {place}
{address}
How to get there: {place_link}

Booking number: {reference}

Change or cancel this visit:
{link}

Help: {phone}""")

TO_MANY = MessageKind(
    KIND,
    _l("Message to many"),
    (
        Blank(
            "title",
            _l("what it is about"),
            LocalText("The entrance has moved", "入口已变更", "Вход перенесён"),
        ),
        Blank(
            "message",
            _l("the message"),
            LocalText(
                "Use the door in Haixiu Road. The front door is being repaired.",
                "请走海秀路的门。正门正在维修。",
                "Входите с улицы Хайсю. Главный вход ремонтируют.",
            ),
        ),
        *(blank for blank in BLANKS if blank.name not in ("service", "items", "papers")),
    ),
    {EMAIL: frozenset({"message", "when", "place", "link"}), SMS: frozenset({"message", "link"})},
    {
        EMAIL: LazyText(_BODY, _l("{title}: your visit on {day}"), "{title}"),
        SMS: LazyText(_l("{title}. {message} Your visit: {day}, {time}. {link}")),
    },
)
register(TO_MANY)


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter to one person, or why it must not be sent, or not yet."""
    broadcast = db.session.get(Broadcast, message.revision)
    appointment = db.session.get(Appointment, message.subject_id)
    if broadcast is None or appointment is None:
        return Skip("no such visit")
    reason = _reason_to_skip(broadcast, appointment, now)
    if reason:
        return Skip(reason)
    visit = visit_of(appointment, message.kind, now)
    to = contact_of(visit, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    morning = morning_after(now, appointment.station.timezone, before=appointment.starts_at)
    if morning and not broadcast.urgent:
        return Later(morning, NIGHT)
    with in_language(appointment.language):
        return write(message.channel, to, LetterPart(TO_MANY, lambda: _values(broadcast, visit)))


def _reason_to_skip(broadcast: Broadcast, visit: Appointment, now: datetime) -> str:
    reasons = (
        (broadcast.stopped_at is not None, "stopped by staff"),
        (visit.status == Status.CANCELLED, "visit cancelled"),
        (visit.station_id != broadcast.station_id, "visit at another place"),
        (visit.status != Status.BOOKED, "already came"),
        (visit.starts_at <= now, "too late"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _values(broadcast: Broadcast, visit: VisitNews) -> Values:
    return {**values_of(visit), "title": words(broadcast.title), "message": words(broadcast.body)}
