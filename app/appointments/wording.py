"""How the booking pages and letters say until when something is kept, and why people cancel."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.i18n import clock_time, local, short_day

CANCEL_REASONS = {
    "time": _l("The time does not suit me"),
    "place": _l("The place is too far"),
    "ill": _l("I am ill"),
    "away": _l("I am not in Haikou"),
    "other": _l("Another reason"),
}


def until_words(until: datetime, zone: str, now: datetime) -> str:
    """Return "18:00 today", "09:30 tomorrow" or "09:30, Tue 13 Oct", on the station's clock."""
    there = local(until, zone)
    ahead = (there.date() - local(now, zone).date()).days
    if ahead == 0:
        return str(_("%(time)s today", time=clock_time(there)))
    if ahead == 1:
        return str(_("%(time)s tomorrow", time=clock_time(there)))
    return str(_("%(time)s, %(day)s", time=clock_time(there), day=short_day(there.date())))
