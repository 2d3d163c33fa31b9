"""A visit as a calendar file (RFC 5545) that a later file of the same visit replaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText
from icalendar.parser import Contentline

from app.appointments.models import Appointment
from app.appointments.states import Status
from app.cases.models import Case, VisitItemKind
from app.codes import spaced
from app.db import db
from app.i18n import current_language, in_language, local
from app.i18n import text as words
from app.localtext import LocalText
from app.notifications.channels.mail import sender_of
from app.settings import Settings
from app.stations.queries import number_to_call

MOST_DOUBT_M = 500  # a position known less well than this would send a driver to a wrong door
ALARMS = (timedelta(days=-1), timedelta(hours=-2))


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that a file says but its number, its moment and whom it is for."""

    method: str
    language: str
    cancelled: bool
    sequence: int
    starts: datetime
    ends: datetime
    zone: str
    service: LocalText
    place: LocalText
    address: LocalText
    position: tuple[float, float] | None
    slug: str
    base: str
    sender: str
    phone: str
    papers: tuple[str, ...]
    reference: str
    invited: bool


# As long as what it stands for, so that long lines are folded where they would be.
_REFERENCE = "~REFERENCE~~~~~~"
_SHOWN = "~SHOWN~~~~~~~~~~"
_STAMP = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = "nobody@example.org"


def calendar_for(
    appointment: Appointment, *, method: str, language: str, now: datetime, attendee: str = ""
) -> bytes:
    """Return the file of one visit. `method` is PUBLISH to download, REQUEST or CANCEL in a message."""
    settings: Settings = current_app.extensions["settings"]
    station = appointment.station
    facts = _Facts(
        method=method,
        language=language,
        cancelled=method == "CANCEL" or appointment.status == Status.CANCELLED,
        sequence=appointment.revision,
        starts=appointment.starts_at,
        ends=appointment.ends_at,
        zone=station.timezone,
        service=appointment.service.name,
        place=station.name,
        address=station.address,
        position=(station.lat, station.lon) if station.precision_m <= MOST_DOUBT_M else None,
        slug=station.slug,
        base=settings.public_url.rstrip("/"),
        sender=settings.mail_from,
        phone=number_to_call(station),
        papers=_papers(appointment, language),
        reference=_REFERENCE[: len(appointment.reference)],
        invited=bool(attendee) and method != "PUBLISH",
    )
    content = _draw(facts).replace(facts.reference.encode(), appointment.reference.encode())
    shown = spaced(appointment.reference)
    content = content.replace(_shown(facts).encode(), shown.encode())
    content = content.replace(_stamp(_STAMP), _stamp(now), 1)
    if facts.invited:
        content = content.replace(_invitation_of_nobody(), _invitation(attendee), 1)
    return content


def calendar_of(appointments: Sequence[Appointment], *, language: str, now: datetime) -> bytes:
    """Return one file to download with all of these visits, at least one."""
    files = [
        Calendar.from_ical(calendar_for(visit, method="PUBLISH", language=language, now=now))
        for visit in appointments
    ]
    whole = files[0]
    for file in files[1:]:
        for event in file.walk("VEVENT"):
            whole.add_component(event)
    content: bytes = whole.to_ical()
    return content


@lru_cache(maxsize=500)
def _draw(facts: _Facts) -> bytes:
    """Write a file once for all visits of a time: thousands of letters differ in nothing else."""
    with in_language(facts.language):
        event = _event(facts)
        if not facts.cancelled:
            _add_alarms(event)
    calendar = Calendar()
    calendar.add("prodid", "-//Haikou service network//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", facts.method)
    calendar.add_component(_time_zone(facts.zone))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _stamp(moment: datetime) -> bytes:
    return f"DTSTAMP:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode()


@lru_cache(maxsize=1)
def _invitation_of_nobody() -> bytes:
    return _invitation(_NOBODY)


def _invitation(address: str) -> bytes:
    """Return the line of the person invited, folded like every line."""
    who = _attendee(address)
    line: bytes = Contentline.from_parts("ATTENDEE", who.params, who).to_ical()
    return line + b"\r\n"


@lru_cache(maxsize=8)
def _time_zone(name: str) -> Timezone:
    """Return the zone's rules; working them out takes longer than all the rest of a letter."""
    return Timezone.from_tzid(name)


def _event(facts: _Facts) -> Event:
    event = Event()
    event.add("uid", f"{facts.reference}@{urlsplit(facts.base).hostname}")
    event.add("sequence", facts.sequence)
    event.add("dtstamp", _STAMP)
    event.add("status", "CANCELLED" if facts.cancelled else "CONFIRMED")
    event.add("dtstart", local(facts.starts, facts.zone))
    event.add("dtend", local(facts.ends, facts.zone))
    event.add("summary", f"{words(facts.service)} – {words(facts.place)}")
    event.add("description", _description(facts))
    event.add("location", _location(facts.place, facts.address))
    if facts.position:
        event.add("geo", facts.position)
    event.add("url", f"{facts.base}/{current_language()}/places/{facts.slug}")
    event.add("organizer", vCalAddress(f"mailto:{sender_of(facts.sender).addr_spec}"))
    event.add("transp", "OPAQUE")
    if facts.invited:
        event.add("attendee", _attendee(_NOBODY))
    return event


def _description(facts: _Facts) -> str:
    # The link asks who opens it: calendars are shared with colleagues and employers.
    change = f"{facts.base}/{current_language()}/visit"
    bring = (
        [_("Bring:"), *(f"- {paper}" for paper in facts.papers)]
        if facts.papers
        else [_("Bring your passport.")]
    )
    lines = [
        _("Booking number: %(reference)s", reference=_shown(facts)),
        *bring,
        _("Change or cancel: %(link)s", link=change),
        _("Help: %(phone)s", phone=facts.phone),
    ]
    return "\n".join(lines)


def _shown(facts: _Facts) -> str:
    """Return what stands for the booking number as people read it."""
    return _SHOWN[: len(facts.reference) + 1]


def _papers(appointment: Appointment, language: str) -> tuple[str, ...]:
    case = db.session.get(Case, appointment.case_id) if appointment.case_id else None
    items = case.visit_type.items if case else []
    return tuple(item.name.in_language(language) for item in items if item.kind == VisitItemKind.PAPER)


def _location(name: LocalText, address: LocalText) -> str:
    """Return the place in the page's language and, for drivers and guards, in Chinese."""
    here = ", ".join(filter(None, (words(name), words(address))))
    chinese = ", ".join(filter(None, (name.in_language("zh"), address.in_language("zh"))))
    return here if here == chinese else f"{here} / {chinese}"


def _add_alarms(event: Event) -> None:
    for before in ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event["summary"])
        alarm.add("trigger", before)
        event.add_component(alarm)


def _attendee(address: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{address}")
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee
