"""What a person reads when their service point had to move or cancel a visit."""

from flask_babel import gettext as _

from app.appointments.displacement.operations import Displacement, TimeAtStation
from app.i18n import clock_time, local, short_day
from app.i18n import text as words


def why(displaced: Displacement) -> str:
    """Return the sentence that says what cannot be, and why."""
    if displaced.reason:
        reason = words(displaced.reason).rstrip(".。 ")
        facts = {**_facts(displaced.was), "reason": reason}
        return str(_("%(place)s cannot receive you on %(day)s, %(time)s: %(reason)s.", **facts))
    return str(_("The hours of %(place)s change on %(day)s, %(time)s.", **_facts(displaced.was)))


def now_at(spot: TimeAtStation) -> str:
    """Return the sentence that says which time the person has now."""
    return str(_("Your visit is now %(day)s, %(time)s, %(place)s.", **_facts(spot)))


def _facts(spot: TimeAtStation) -> dict[str, str]:
    there = local(spot.starts_at, spot.timezone)
    return {"place": words(spot.place), "day": short_day(there), "time": clock_time(there)}
