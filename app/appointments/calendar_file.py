"""A visit as a calendar file (RFC 5545) that a later file of the same visit replaces."""

from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText

from app.appointments.models import Appointment
from app.appointments.states import Status
from app.i18n import current_language, in_language, local
from app.i18n import text as words
from app.localtext import LocalText
from app.notifications.mail import sender_of
from app.settings import Settings

ALARMS = (timedelta(days=-1), timedelta(hours=-2))


def calendar_for(
    appointment: Appointment, *, method: str, language: str, now: datetime, attendee: str = ""
) -> bytes:
    """Return the file of one visit. `method` is PUBLISH to download, REQUEST or CANCEL in a message."""
    settings: Settings = current_app.extensions["settings"]
    cancelled = method == "CANCEL" or appointment.status == Status.CANCELLED
    with in_language(language):
        event = _event(appointment, settings, now=now, cancelled=cancelled)
        if not cancelled:
            _add_alarms(event)
    if attendee and method != "PUBLISH":
        event.add("attendee", _attendee(attendee))
    calendar = Calendar()
    calendar.add("prodid", "-//Haikou service network//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_time_zone(appointment.station.timezone))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


@lru_cache(maxsize=8)
def _time_zone(name: str) -> Timezone:
    """Return the zone's rules; working them out takes longer than all the rest of a letter."""
    return Timezone.from_tzid(name)


def _event(appointment: Appointment, settings: Settings, *, now: datetime, cancelled: bool) -> Event:
    station = appointment.station
    base = settings.public_url.rstrip("/")
    event = Event()
    event.add("uid", f"{appointment.reference}@{urlsplit(base).hostname}")
    event.add("sequence", appointment.revision)
    event.add("dtstamp", now)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("dtstart", local(appointment.starts_at, station.timezone))
    event.add("dtend", local(appointment.ends_at, station.timezone))
    event.add("summary", f"{words(appointment.service.name)} – {words(station.name)}")
    event.add("description", _description(appointment, settings))
    event.add("location", _location(station.name, station.address))
    event.add("geo", (station.lat, station.lon))
    event.add("url", f"{base}/{current_language()}/places/{station.slug}")
    event.add("organizer", vCalAddress(f"mailto:{sender_of(settings.mail_from).addr_spec}"))
    event.add("transp", "OPAQUE")
    return event


def _description(appointment: Appointment, settings: Settings) -> str:
    # No link that opens the visit: calendars are shared with colleagues and employers.
    lines = [
        _("Booking reference: %(reference)s", reference=appointment.reference),
        _("Bring your passport."),
        _("Help: %(phone)s", phone=settings.help_phone),
    ]
    return "\n".join(lines)


def _location(name: LocalText, address: LocalText) -> str:
    """Return the place in the page's language and, for drivers and guards, in Chinese."""
    here = f"{words(name)}, {words(address)}"
    chinese = f"{name.in_language('zh')}, {address.in_language('zh')}"
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
