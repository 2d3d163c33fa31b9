"""The sentences of the points: doors, distances, what could not be found."""

from datetime import date, datetime

from babel.dates import get_day_names
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext

from app.i18n import clock_time, current_language, local, short_day, text
from app.locator.finding import Answer
from app.locator.hours import DayHours
from app.locator.points import Point
from app.stations.distance import RoundedDistance
from app.stations.models import Confidence
from app.stations.open_state import Door, OpenState
from app.stations.opening_hours import DayKind

CONFIDENCE = {
    Confidence.VERIFIED: lazy_gettext("named in a public source"),
    Confidence.DERIVED: lazy_gettext("follows from public sources"),
    Confidence.APPROXIMATE: lazy_gettext("approximate"),
    Confidence.ASSUMED: lazy_gettext("not confirmed"),
    Confidence.NOT_FOUND: lazy_gettext("not known yet"),
}

REFUSALS = {
    "place_missing": lazy_gettext("Write where you are: a street, a building or a district."),
    "bad_coordinates": lazy_gettext("These numbers are not a position. Write them like 20.0440, 110.1990."),
    "coordinates_swapped": lazy_gettext("Write the latitude first, like 20.0440, 110.1990."),
    "datum_unknown": lazy_gettext("We do not know this kind of coordinates. Write wgs84, gcj02 or bd09."),
    "service_unknown": lazy_gettext("We do not have this service. Choose a service from the list."),
}


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def refusal_words(answer: Answer, typed: str) -> str:
    """Say why a search has no answer, naming what was typed."""
    if answer.refusal == "place_unknown":
        return _("We could not find “%(typed)s” in Haikou. Choose a district:", typed=typed)
    return str(REFUSALS.get(answer.refusal, ""))


def door_words(point: Point) -> str:
    """Say whether the door is open, and never more than is known."""
    state, zone, today = point.state, point.station.timezone, point.today
    if state.door is Door.NOT_CONFIRMED:
        return _("Opening hours are not confirmed.")
    if state.door is Door.OPEN and state.closes_at:
        closes = clock_time(local(state.closes_at, zone))
        return _("Open now. Closes at %(time)s.", time=closes)
    closed = _closed_words(state)
    return f"{closed} {_opening_words(state, zone, today)}".strip()


def _closed_words(state: OpenState) -> str:
    if reason := text(state.reason_text):
        return _("Closed: %(reason)s.", reason=reason.rstrip(".。"))
    if state.door is Door.BREAK:
        return _("Closed for a break.")
    return _("Closed now.")


def _opening_words(state: OpenState, zone: str, today: date) -> str:
    if not state.hours_confirmed or state.opens_at is None:
        return ""
    return _("Opens %(when)s.", when=when_words(state.opens_at, zone, today))


def when_words(instant: datetime, zone: str, today: date) -> str:
    """Return "today, 15:20", "tomorrow, 09:00" or "Tue 13 Oct, 09:00"."""
    there = local(instant, zone)
    clock = clock_time(there)
    ahead = (there.date() - today).days
    if ahead == 0:
        return _("today, %(time)s", time=clock)
    if ahead == 1:
        return _("tomorrow, %(time)s", time=clock)
    return _("%(day)s, %(time)s", day=short_day(there.date()), time=clock)


def length_words(metres: int) -> str:
    if metres < 1000:
        return _("%(number)s m", number=metres)
    return _("%(number)s km", number=format_decimal(metres / 1000))


def distance_words(distance: RoundedDistance) -> str:
    """Return "1.8 km", "about 3 km" or "less than 5 km"."""
    length = length_words(distance.metres)
    if distance.under:
        return _("less than %(length)s", length=length)
    return length if distance.certain else _("about %(length)s", length=length)


def order_words(answer: Answer) -> str:
    """Say how many points there are and in which order, and that several may be the nearest."""
    count = len(answer.points)
    if not answer.origin:
        return str(ngettext("%(num)d service point", "%(num)d service points", count))
    words = str(ngettext("%(num)d service point.", "%(num)d service points, nearest first.", count))
    if answer.nearest_count > 1:
        nearest = ngettext(
            "This %(num)d point can be the nearest.",
            "These %(num)d points can be the nearest.",
            answer.nearest_count,
        )
        words = f"{words} {nearest}"
    return words


def day_note(hours: DayHours) -> str:
    """Say why the hours of a day are not the usual ones; empty when they are."""
    if reason := text(hours.reason):
        return reason
    if hours.kind is DayKind.MAKEUP_WORKDAY and hours.works_as is not None:
        names = get_day_names("wide", locale=current_language())
        return _("works as %(weekday)s", weekday=names[hours.works_as])
    if hours.kind is DayKind.NOT_PUBLISHED:
        return _("holidays of this year are not published yet")
    return ""
