"""The sentences of the points: doors, distances, what could not be found."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext

from app.i18n import clock_time, current_language, local, short_day, text
from app.locator.asked import NETWORK_ZONE, Opened, PointSearch
from app.locator.finding import ON_A_PAGE, SearchAnswer
from app.locator.hours import DayHours
from app.locator.points import ListedPoint
from app.stations.geography.distance import RoundedDistance
from app.stations.geography.places import NamedPlace, PlaceKind
from app.stations.hours.open_state import Door, OpenState
from app.stations.hours.opening_hours import DayKind
from app.stations.models import Confidence
from app.typography import comma

CONFIDENCE = {
    Confidence.CONFIRMED: lazy_gettext("confirmed by the people who work there"),
    Confidence.VERIFIED: lazy_gettext("named in a public source"),
    Confidence.DERIVED: lazy_gettext("follows from public sources"),
    Confidence.APPROXIMATE: lazy_gettext("approximate"),
    Confidence.ASSUMED: lazy_gettext("not confirmed"),
    Confidence.NOT_FOUND: lazy_gettext("not known yet"),
}

CLOSES_SOON = timedelta(minutes=60)
HELP_LANGUAGES = {
    "en": lazy_gettext("English"),
    "zh": lazy_gettext("Chinese"),
    "ru": lazy_gettext("Russian"),
}
# One text each, for in some languages the day's name changes after "on".
ON_WEEKDAYS = (
    lazy_gettext("on Monday, %(time)s"),
    lazy_gettext("on Tuesday, %(time)s"),
    lazy_gettext("on Wednesday, %(time)s"),
    lazy_gettext("on Thursday, %(time)s"),
    lazy_gettext("on Friday, %(time)s"),
    lazy_gettext("on Saturday, %(time)s"),
    lazy_gettext("on Sunday, %(time)s"),
)

REFUSALS = {
    "place_missing": lazy_gettext("Write where you are: a street, a building or a district."),
    "bad_coordinates": lazy_gettext("These numbers are not a position. Write them like 20.0440, 110.1990."),
    "coordinates_swapped": lazy_gettext("Write the latitude first, like 20.0440, 110.1990."),
    "link_hides_place": lazy_gettext(
        "This link does not say where it leads. Open it, then copy the name or the coordinates of the place."
    ),
    "datum_unknown": lazy_gettext("We do not know this kind of coordinates. Write wgs84, gcj02 or bd09."),
    "moment_unreadable": lazy_gettext("This is not a day and a time. Write them like 2026-11-24 15:00."),
    "service_unknown": lazy_gettext("We do not have this service. Choose a service from the list."),
}


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def refusal_words(answer: SearchAnswer, typed: str) -> str:
    """Say why a search has no answer, naming what was typed."""
    if answer.refusal == "place_unknown":
        return _(
            "We could not find “%(typed)s” in Haikou. Choose a place near you, or a district:", typed=typed
        )
    return str(REFUSALS.get(answer.refusal, ""))


def beside_name(place: NamedPlace) -> str:
    """Return what tells a place from its like: its Chinese name, which taxis read, and its district."""
    chinese = place.name.zh if current_language() != "zh" else ""
    district = text(place.district) if place.kind is not PlaceKind.DISTRICT else ""
    return " ".join(filter(None, (chinese, district)))


def question_words(answer: SearchAnswer, typed: str) -> str:
    """Say why we must ask which place is meant."""
    large = answer.too_large
    if large and large.length_m:
        length = length_words(round(large.length_m, -3))
        return _("%(street)s is %(length)s long: near which part?", street=text(large.name), length=length)
    if large:
        return _("%(city)s is large: near which part?", city=typed)
    return _("“%(typed)s” can be any of these places.", typed=typed)


def door_words(point: ListedPoint) -> str:
    """Say whether the door is open, and never more than is known."""
    state, zone, today = point.state, point.station.timezone, point.today
    if state.door is Door.NOT_CONFIRMED:
        return _("Opening hours are not confirmed.")
    if state.door is Door.OPEN and state.closes_at:
        closing = _closing_words(state.closes_at, zone, point.moment)
        return f"{closing} {_last_number_words(state, zone, point.moment)}".strip()
    closed = _closed_words(state)
    return f"{closed} {_opening_words(state, zone, today)}".strip()


def _closing_words(closes_at: datetime, zone: str, now: datetime) -> str:
    closes = clock_time(local(closes_at, zone))
    left = closes_at - now
    if left > CLOSES_SOON:
        return _("Open now. Closes at %(time)s.", time=closes)
    minutes = max(1, int(left.total_seconds()) // 60)
    return str(
        ngettext(
            "Closes in %(num)d min, at %(time)s.", "Closes in %(num)d min, at %(time)s.", minutes, time=closes
        )
    )


def _last_number_words(state: OpenState, zone: str, now: datetime) -> str:
    if state.last_number_at is None:
        return ""
    at = clock_time(local(state.last_number_at, zone))
    if state.last_number_at < now:
        return _("The last call number was given out at %(time)s.", time=at)
    return _("Last call number at %(time)s.", time=at)


def _closed_words(state: OpenState) -> str:
    if reason := text(state.reason_text):
        return _("Closed: %(reason)s.", reason=reason.rstrip(".。"))
    if state.door is Door.BREAK:
        return _("Closed for a break.")
    return _("Closed now.")


def _opening_words(state: OpenState, zone: str, today: date) -> str:
    if not state.hours_confirmed or state.opens_at is None:
        return ""
    return opening_words(state.opens_at, zone, today)


def opening_words(opens_at: datetime, zone: str, today: date) -> str:
    """Return "Opens today, 14:30.", "Opens on Monday, 09:00." or, a week ahead, the date."""
    return _("Opens %(when)s.", when=when_words(opens_at, zone, today))


def when_words(instant: datetime, zone: str, today: date) -> str:
    """Return "today, 15:20", "tomorrow, 09:00", "on Friday, 09:00" or "Tue 13 Oct, 09:00"."""
    there = local(instant, zone)
    clock = clock_time(there)
    ahead = (there.date() - today).days
    if ahead == 0:
        return _("today, %(time)s", time=clock)
    if ahead == 1:
        return _("tomorrow, %(time)s", time=clock)
    if 1 < ahead < 7:
        return str(ON_WEEKDAYS[there.weekday()]) % {"time": clock}
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


def order_words(answer: SearchAnswer, page: int = 1) -> str:
    """Say how many points there are and in which order, and that several may be the nearest."""
    count = len(answer.points)
    if answer.more or page > 1:
        return _page_words(answer, page)
    if not answer.origin:
        return str(ngettext("%(num)d service point", "%(num)d service points", count))
    words = str(ngettext("%(num)d service point.", "%(num)d service points, nearest first.", count))
    return f"{words} {_nearest_words(answer)}".strip()


def _page_words(answer: SearchAnswer, page: int) -> str:
    first = (page - 1) * ON_A_PAGE + 1
    numbers = {"first": first, "last": first + len(answer.points) - 1}
    if not answer.origin:
        return _("Service points %(first)d to %(last)d.", **numbers)
    words = _("Service points %(first)d to %(last)d, nearest first.", **numbers)
    return f"{words} {_nearest_words(answer) if page == 1 else ''}".strip()


def _nearest_words(answer: SearchAnswer) -> str:
    if answer.nearest_count < 2:
        return ""
    nearest = ngettext(
        "This %(num)d point can be the nearest.",
        "These %(num)d points can be the nearest.",
        answer.nearest_count,
    )
    return str(nearest)


def filter_words(search: PointSearch, answer: SearchAnswer) -> str:
    """Name what was asked for: "Permit advice · open now · help in Russian"."""
    words = [text(answer.service.name)] if answer.service else []
    if search.opened is Opened.NOW:
        words.append(_("open now"))
    elif moment := search.opened and search.moment_or_none():
        there = moment.astimezone(NETWORK_ZONE)
        words.append(_("open on %(day)s, %(time)s", day=short_day(there.date()), time=clock_time(there)))
    if search.lang_help:
        words.append(_("help in %(language)s", language=HELP_LANGUAGES[search.lang_help]))
    if search.step_free:
        words.append(_("step-free access"))
    return " · ".join(words)


def language_names(codes: Iterable[str]) -> str:
    """Return "English, Russian" in the page's language; a code that nobody knows stays a code."""
    return comma().join(_language_name(code) for code in codes)


def _language_name(code: str) -> str:
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(current_language()) or code
    except (ValueError, UnknownLocaleError):
        return code


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
