"""Letters about a group, written from what is true at the moment of sending."""

from datetime import datetime
from itertools import groupby

from flask import current_app
from flask_babel import gettext as _

from app.appointments import queries as visits
from app.appointments.models import Appointment
from app.cases.models import Case
from app.cases.readiness import Readiness, readiness
from app.db import db
from app.groups.letter_kinds import BOOKED, INVITED
from app.groups.models import Group
from app.groups.queries import booked_members, span_of
from app.i18n import clock_time, in_language, local, short_day
from app.i18n import text as words
from app.night import morning_after
from app.notifications.delivery.outbox import ClaimedMessage
from app.notifications.letter import NIGHT, Later, Letter, Skip
from app.notifications.texts.blanks import Values
from app.notifications.texts.writing import LetterPart, write
from app.settings import Settings
from app.stations.models import Station
from app.stations.queries import number_to_call


def compose_booked(message: ClaimedMessage, _now: datetime) -> Letter | Skip:
    """Return the letter to the employer with all times and the link to all visits."""
    group = db.session.get(Group, message.subject_id)
    if group is None:
        return Skip("no such group")
    live = [m.appointment for m in booked_members(group) if m.appointment and m.appointment.live]
    if not live:
        return Skip("no visit is left")
    to = group.phone if message.channel == "sms" else group.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    with in_language(group.language):
        return write(message.channel, to, LetterPart(BOOKED, lambda: _booked(group, live)))


def _booked(group: Group, live: list[Appointment]) -> Values:
    settings = _settings()
    return {
        "times": tuple(times_of(live)),
        "changes": _changes(live),
        "count": str(sum(visit.party_size for visit in live)),
        "place": words(live[0].station.name),
        "address": words(live[0].station.address),
        "link": f"{settings.public_url.rstrip('/')}/g/{group.token}",
        "phone": number_to_call(live[0].station),
    }


def _changes(live: list[Appointment]) -> str:
    """Say who can change what: without cases people who come at one time share a visit."""
    if all(visit.case_id for visit in live):
        return str(_("Each person gets their own message and can change their own visit."))
    if any(visit.party_size > 1 for visit in live):
        return str(_("Who comes at the same time shares one visit, which is changed for all of them."))
    return str(_("You change the visits on the page with all of them."))


def times_of(live: list[Appointment]) -> list[str]:
    """Return "Mon 12 Oct, 09:00–09:40: 8" for each day."""
    zone = live[0].station.timezone
    lines = []
    for day, group in groupby(live, key=lambda visit: local(visit.starts_at, zone).date()):
        theirs = list(group)
        span = span_of(theirs)
        start, end = (clock_time(local(moment, zone)) for moment in (span.start, span.end))
        lines.append(f"{short_day(day)}, {start}–{end}: {sum(visit.party_size for visit in theirs)}")
    return lines


def compose_invited(message: ClaimedMessage, now: datetime) -> Letter | Skip | Later:
    """Return the letter that asks one person to choose a time, unless there is no reason any more, or yet."""
    case = db.session.get(Case, message.subject_id)
    if case is None or readiness(case) is not Readiness.READY:
        return Skip("not ready any more")
    if visits.find_live_for_case(case.id):
        return Skip("has a visit already")
    to = case.phone if message.channel == "sms" else case.email
    if not to:
        return Skip(f"no contact for {message.channel}")
    station = db.session.get_one(Station, case.papers_station_id)
    if morning := morning_after(now, station.timezone):
        return Later(morning, NIGHT)
    with in_language(case.language):
        return write(message.channel, to, LetterPart(INVITED, lambda: _invited(case)))


def _invited(case: Case) -> Values:
    settings = _settings()
    return {"link": f"{settings.public_url.rstrip('/')}/c/{case.link}", "phone": settings.help_phone}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
