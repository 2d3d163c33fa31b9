"""How pages and letters say how long a party takes, until when something is kept, and why people cancel."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.appointments.models import Appointment, Hold
from app.i18n import clock_time, local, short_day
from app.typography import comma

CANCEL_REASONS = {
    "time": _l("The time does not suit me"),
    "place": _l("The place is too far"),
    "ill": _l("I am ill"),
    "away": _l("I am not in Haikou"),
    "other": _l("Another reason"),
}


def party_words(people: int, length: timedelta, *, in_a_row: bool) -> str:
    """Say how people who come together are served, and how long it takes; nothing of one person."""
    if people == 1:
        return ""
    who = ngettext("%(num)d person", "%(num)d people", people)
    minutes = length // timedelta(minutes=1)
    if in_a_row:
        return str(_("%(people)s, one after another: about %(minutes)s minutes", people=who, minutes=minutes))
    return str(_("%(people)s at the same time: about %(minutes)s minutes", people=who, minutes=minutes))


def party_of(owner: Hold | Appointment) -> str:
    """Say the same of a hold or a visit, by what it holds."""
    in_a_row = owner.desks < owner.party_size
    return party_words(owner.party_size, owner.interval.length, in_a_row=in_a_row)


def with_party(service: str, owner: Hold | Appointment) -> str:
    """Return the line of a letter that names the service, and who comes together; of these what there is."""
    return comma().join(filter(None, (service, party_of(owner))))


def until_words(until: datetime, zone: str, now: datetime) -> str:
    """Return "18:00 today", "09:30 tomorrow" or "09:30, Tue 13 Oct", on the station's clock."""
    there = local(until, zone)
    ahead = (there.date() - local(now, zone).date()).days
    if ahead == 0:
        return str(_("%(time)s today", time=clock_time(there)))
    if ahead == 1:
        return str(_("%(time)s tomorrow", time=clock_time(there)))
    return str(_("%(time)s, %(day)s", time=clock_time(there), day=short_day(there.date())))
