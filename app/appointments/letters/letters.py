"""Letters about a visit, written from what is true at the moment of sending."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from babel.dates import format_time
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.appointments.booking.provisional import RAN_OUT
from app.appointments.displacement import operations as displacement
from app.appointments.displacement import wording as displacement_words
from app.appointments.displacement.operations import Displacement, TimeAtStation
from app.appointments.letters import merging
from app.appointments.letters.calendar_file import calendar_for
from app.appointments.letters.kinds import KINDS
from app.appointments.models import Appointment
from app.appointments.reminders.announcing import REMINDER, TOPIC
from app.appointments.reminders.plan import is_quiet, opens_next
from app.appointments.states import Status
from app.appointments.wording import with_party
from app.cases.models import Case, VisitItemKind, VisitType
from app.codes import spaced
from app.db import db
from app.i18n import clock_time, current_language, day_before, in_language, local, long_day, short_day
from app.i18n import text as words
from app.localtext import LocalText
from app.night import morning_after
from app.notifications import contacts
from app.notifications.delivery.outbox import TOLD, ClaimedMessage
from app.notifications.letter import NIGHT, CalendarFile, Later, Letter, Skip
from app.notifications.models import OutboxMessage
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings
from app.stations.hours.opening_hours import open_at
from app.stations.hours.plans import plan_of
from app.stations.queries import number_to_call
from app.stations.reminder_rules import ReminderRule, rules_of

__all__ = ["TOPIC", "VisitNews", "compose", "contact_of", "part_of", "values_of", "visit_of"]

BY_US = (displacement.MOVED, displacement.CANCELLED)
CANCELLING = ("cancelled", displacement.CANCELLED, RAN_OUT)
FIRST = ("confirmation", "changed")  # what a provisional visit writes asks to open the link
ASKED = "asked to choose another time"
CLOSED_THEN = "the service point is closed then"
LOOK_AGAIN = timedelta(minutes=30)
ON_ITS_WAY = timedelta(minutes=30)  # a provider may be slow, or refuse a try or two
CALENDAR_METHODS = {
    "confirmation": "REQUEST",
    "changed": "REQUEST",
    displacement.MOVED: "REQUEST",
    "cancelled": "CANCEL",
    displacement.CANCELLED: "CANCEL",
    RAN_OUT: "CANCEL",
}


@dataclass(frozen=True, slots=True)
class VisitNews:
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
        if self.kind in FIRST and self.appointment.provisional:
            return "provisional"
        if self.kind in CALENDAR_METHODS:
            return self.kind
        today = local(self.now, self.appointment.station.timezone).date()
        return {0: "today", 1: "tomorrow"}.get((self.starts.date() - today).days, "soon")


def compose(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter that a message stands for, or why it must not be sent any more."""
    appointment = db.session.get(Appointment, message.subject_id)
    if appointment is None:
        return Skip("no such visit")
    visit = visit_of(appointment, message.kind, now)
    reason = _reason_to_skip(visit, message.revision)
    if reason:
        return Skip(reason)
    to = contact_of(visit, message.channel)
    if not to:
        return Skip(f"no contact for {message.channel}")
    if message.kind in BY_US and (morning := _morning(visit)):
        return Later(morning, NIGHT)
    if not message.kind.startswith(REMINDER):
        with in_language(appointment.language):
            return write(message.channel, to, part_of(visit), calendar=_calendar(visit, to))
    return _end_of_night(visit) or _door_opens(visit) or _reminder(visit, message, to)


def _door_opens(visit: VisitNews) -> Later | None:
    """Return when to look again, if by the plan as it is now the door is closed at the time of the visit.

    Staff call the person meanwhile; when the plan is as before in time, the reminder goes out after all.
    """
    appointment = visit.appointment
    if open_at(plan_of(appointment.station), appointment.starts_at):
        return None
    return Later(min(visit.now + LOOK_AGAIN, appointment.starts_at), CLOSED_THEN)


def _morning(visit: VisitNews) -> datetime | None:
    """Return when to tell of a change of ours instead, while neither time is near."""
    before = displacement.find_displacement(visit.appointment)
    first = min(visit.appointment.starts_at, before.was.starts_at if before else visit.appointment.starts_at)
    return morning_after(visit.now, visit.appointment.station.timezone, before=first)


def _end_of_night(visit: VisitNews) -> Later | None:
    """Return when to send instead, if it is night at the station and the visit is not in it."""
    appointment = visit.appointment
    rules = rules_of(appointment.service.reminder_plan)
    rule = next((rule for rule in rules if rule.name == visit.kind), ReminderRule())
    zone = appointment.station.timezone
    # What was due at the latest hour is written a moment after it.
    if not all(is_quiet(moment, rule, zone) for moment in (visit.now, visit.now - ON_ITS_WAY)):
        return None
    morning = opens_next(visit.now, rule.earliest, zone)
    return Later(morning, NIGHT) if morning < appointment.starts_at else None


def _reminder(visit: VisitNews, message: ClaimedMessage, to: str) -> Letter | Skip | Later:
    """Return one letter for all that the person is to be reminded of on this day."""
    if merging.was_told(message.id):
        return Skip(TOLD)
    others = merging.list_others(message, visit.appointment.station.timezone)
    if merging.must_wait(message.id, others, now=visit.now):
        return Later(visit.now + merging.WAIT, "another message to this person is being sent")
    also = [(other, found) for other in others if (found := _also_told(other, message, to, visit.now))]
    with in_language(visit.appointment.language):
        letter = write(message.channel, to, part_of(visit), *(part_of(found) for _, found in also))
    return replace(letter, tells=tuple(other.id for other, _ in also))


def _also_told(other: OutboxMessage, message: ClaimedMessage, to: str, now: datetime) -> VisitNews | None:
    """Return the visit of another reminder, if it is true still and goes to the same person."""
    appointment = db.session.get(Appointment, other.subject_id)
    if appointment is None:
        return None
    found = visit_of(appointment, other.kind, now)
    if _reason_to_skip(found, other.revision) or _door_opens(found):
        return None
    theirs = contact_of(found, message.channel)
    return found if contacts.index_of(theirs) == contacts.index_of(to) else None


def visit_of(appointment: Appointment, kind: str, now: datetime) -> VisitNews:
    """Return what a letter of this kind speaks about."""
    case = db.session.get(Case, appointment.case_id) if appointment.case_id else None
    return VisitNews(kind, appointment, case, now)


@contextmanager
def reading(messages: Sequence[ClaimedMessage]) -> Iterator[None]:
    """Read at once all that the letters of many visits speak of."""
    ids = [message.subject_id for message in messages]
    # Each station and service once, not beside every visit: thousands of visits share a few.
    together = (selectinload(Appointment.station), selectinload(Appointment.service))
    # Named, so that they live as long as the letters are written: a session forgets what nobody holds.
    visits = db.session.scalars(select(Appointment).where(Appointment.id.in_(ids)).options(*together)).all()
    wanted = [visit.case_id for visit in visits if visit.case_id]
    items = selectinload(Case.visit_type).selectinload(VisitType.items)
    cases = select(Case).where(Case.id.in_(wanted)).options(items)
    _cases = db.session.scalars(cases).all() if wanted else ()
    with merging.reading(messages):
        yield


def part_of(visit: VisitNews) -> LetterPart:
    """Return what a letter says about one visit."""
    return LetterPart(KINDS[visit.occasion], lambda: values_of(visit))


def draft(
    appointment: Appointment, before: Displacement, new: TimeAtStation | None, *, now: datetime
) -> Letter:
    """Return the text message, in the current language, that a person would get for a change of ours.

    Without a new time the visit is cancelled.
    """
    kind = displacement.MOVED if new else displacement.CANCELLED
    case = db.session.get(Case, appointment.case_id) if appointment.case_id else None
    values = {**values_of(VisitNews(kind, appointment, case, now)), "why": displacement_words.why(before)}
    # Who reads the draft is not the person: their links open the visit for whoever has them.
    values |= {name: _covered(str(values[name])) for name in ("link", "come_link", "cancel_link")}
    if new:
        there = local(new.starts_at, new.timezone)
        values |= {"day": short_day(there), "time": clock_time(there), "place": words(new.place)}
    return write("sms", "", LetterPart(KINDS[kind], lambda: values))


def _covered(link: str) -> str:
    """Return a link without what nobody else may know."""
    base, _slash, _secret = link.rpartition("/")
    return f"{base}/…" if base else ""


def _reason_to_skip(visit: VisitNews, revision: int) -> str:
    appointment = visit.appointment
    cancelled = appointment.status == Status.CANCELLED
    if visit.kind in CANCELLING:
        return "" if cancelled else "booked again"
    reasons = (
        (cancelled, "visit cancelled"),
        (appointment.revision != revision, "visit changed since"),
        (appointment.status != Status.BOOKED, "already came"),
        (appointment.asked, ASKED),
        (appointment.starts_at <= visit.now, "too late"),
        (visit.case is not None and visit.case.collected_at is not None, "already collected"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def contact_of(visit: VisitNews, channel: str) -> str:
    """Return the address or number by which the person is reached; empty when there is none."""
    field = "phone" if channel == "sms" else "email"
    own: str | None = getattr(visit.appointment, field)
    return own or (getattr(visit.case, field) if visit.case else "") or ""


def values_of(visit: VisitNews) -> Values:
    """Return what the blanks of messages about a visit say, in the current language."""
    settings: Settings = current_app.extensions["settings"]
    appointment, station = visit.appointment, visit.appointment.station
    base, language = settings.public_url.rstrip("/"), current_language()
    link = _link(visit, base)
    service = "" if visit.case else appointment.service.name.in_language(language)
    return {
        **_when_and_where(visit.starts, station.name, station.address, language),
        "place_link": f"{base}/{language}/places/{station.slug}",
        "service": with_party(service, appointment),
        "why": _why(visit),
        "items": _items(visit, VisitItemKind.HANDOVER),
        "papers": _items(visit, VisitItemKind.PAPER) or _passport(language),
        "length": _length(visit),
        "cost": words(appointment.service.cost),
        "last_day": _last_day(visit),
        "reference": spaced(appointment.reference),
        "link": link,
        "come_link": f"{link}/come" if appointment.live else "",
        "cancel_link": f"{link}/cancel" if appointment.live else "",
        "phone": number_to_call(station),
        "until": _until(appointment),
    }


def _until(appointment: Appointment) -> str:
    """Return when a provisional visit is given back, or was."""
    until = appointment.provisional_until
    return clock_time(local(until, appointment.station.timezone)) if until else ""


@lru_cache(maxsize=2000)
def _when_and_where(starts: datetime, name: LocalText, address: LocalText, language: str) -> Values:
    """Return what thousands of letters of a day share. `language` is the current one."""
    twelve_hours = f" ({format_time(starts, 'h:mm a', locale='en').lower()})" if language == "en" else ""
    return {
        "day": short_day(starts),
        "time": clock_time(starts),
        "when": _("%(day)s, %(time)s", day=long_day(starts), time=clock_time(starts)) + twelve_hours,
        "place": name.in_language(language),
        "address": address.in_language(language),
        "chinese": _chinese(name, address) if language != "zh" else "",
    }


def _chinese(name: LocalText, address: LocalText) -> str:
    """Return what a driver or a guard can read."""
    return "，".join(part for part in (name.zh, address.zh) if part)


def _length(visit: VisitNews) -> str:
    if visit.appointment.party_size > 1:
        return ""  # It is said beside how many they are.
    minutes = visit.appointment.interval.length // timedelta(minutes=1)
    return str(ngettext("About %(num)d minute", "About %(num)d minutes", minutes))


def _last_day(visit: VisitNews) -> str:
    before = visit.case.collect_before if visit.case else None
    return long_day(day_before(before)) if before else ""


@lru_cache(maxsize=8)
def _passport(language: str) -> tuple[str, ...]:
    return (_("your passport"),)


def _why(visit: VisitNews) -> str:
    """Return what we say first when it was us who changed the visit."""
    before = displacement.find_displacement(visit.appointment) if visit.kind in BY_US else None
    return displacement_words.why(before) if before else ""


def _items(visit: VisitNews, kind: VisitItemKind) -> tuple[str, ...]:
    if visit.case is None:
        return ()
    return tuple(words(item.name) for item in visit.case.visit_type.items if item.kind == kind)


def _link(visit: VisitNews, base: str) -> str:
    """Return the address at which the visit can be changed, or a new time chosen after a cancellation."""
    if visit.case:
        return f"{base}/c/{visit.case.link}"
    if visit.kind in CANCELLING and visit.kind != RAN_OUT:
        return f"{base}/{current_language()}/"
    return f"{base}/v/{visit.appointment.token}"


def _calendar(visit: VisitNews, to: str) -> CalendarFile | None:
    method = CALENDAR_METHODS.get(visit.kind)
    if method is None:
        return None
    content = calendar_for(
        visit.appointment, method=method, language=current_language(), now=visit.now, attendee=to
    )
    return CalendarFile(content, method)
