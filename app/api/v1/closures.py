"""When the stations are closed, as calendars to subscribe to."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Response, current_app
from flask_babel import gettext as _
from icalendar import Calendar, Event, Timezone

from app import clock
from app.api.v1 import schemas
from app.api.v1.caching import cached
from app.api.v1.spec import PROBLEM, Blueprint, open_data
from app.i18n import clock_time, current_language, local, long_day, text
from app.settings import Settings
from app.stations import open_data as published
from app.stations import queries
from app.stations.models import Station
from app.stations.open_data import Closing

MEDIA_TYPE = "text/calendar"
NETWORK_ZONE = "Asia/Shanghai"
FRESH_FOR = timedelta(days=1)

blueprint = Blueprint("closures", __name__, description="Days and hours on which points are closed.")
blueprint.after_request(open_data)


@blueprint.get("/closures.ics")
@blueprint.arguments(schemas.LanguageQuery, location="query")
@blueprint.response(200, {"type": "string"}, content_type=MEDIA_TYPE)
def all_closures(asked: dict[str, Any]) -> Response:
    """Return holidays, and all days and hours on which a point is not open as usual, from this month on."""
    since = _this_month(NETWORK_ZONE)
    closings = published.closings_of_all(since=since)
    changed_at = _changed_at(published.changed_at(), since, NETWORK_ZONE)
    return _answer(_("Service points: days closed"), closings, changed_at, named=True)


@blueprint.get("/stations/<slug>/closures.ics")
@blueprint.arguments(schemas.LanguageQuery, location="query")
@blueprint.response(200, {"type": "string"}, content_type=MEDIA_TYPE)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM)
def station_closures(asked: dict[str, Any], slug: str) -> Response:
    """Return the days and hours on which this point is not open as usual, from this month on."""
    station = queries.get_station(slug)
    since = _this_month(station.timezone)
    closings = published.closings_of(station, since=since)
    changed_at = _changed_at(published.changed_at(station), since, station.timezone)
    title = _("%(place)s: days closed", place=text(station.name))
    return _answer(title, closings, changed_at, named=False)


def _this_month(zone: str) -> date:
    # By the month, so that the file stays the same from day to day.
    return local(clock.now(), zone).date().replace(day=1)


def _changed_at(changed: datetime | None, since: date, zone: str) -> datetime:
    """Return when the file changed: with the data, or when the month began and old events left it."""
    month = datetime.combine(since, time(0), ZoneInfo(zone)).astimezone(UTC)
    return max(changed or month, month)


def _answer(title: str, closings: Iterable[Closing], changed_at: datetime, *, named: bool) -> Response:
    calendar = Calendar()
    calendar.add("prodid", "-//Haikou service network//closures//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", FRESH_FOR, parameters={"value": "DURATION"})
    for closing in closings:
        calendar.add_component(_event(closing, changed_at, named=named))
    calendar.add_missing_timezones()
    if not calendar.subcomponents:  # a calendar has at least one component (RFC 5545, 3.6)
        calendar.add_component(Timezone.from_tzid(NETWORK_ZONE))
    response = Response(calendar.to_ical(), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    return cached(response, changed_at=changed_at)


def _event(closing: Closing, changed_at: datetime, *, named: bool) -> Event:
    settings: Settings = current_app.extensions["settings"]
    base = settings.public_url.rstrip("/")
    station = closing.station
    event = Event()
    event.add("uid", f"{closing.name}@{urlsplit(base).hostname}")
    event.add("dtstamp", changed_at)
    event.add("dtstart", closing.starts)
    event.add("dtend", closing.ends)
    words = _words(closing)
    event.add("summary", f"{text(station.name)}: {words}" if named and station else words)
    event.add("transp", "TRANSPARENT")  # it takes no time of whoever subscribes
    if station:
        event.add("description", _description(closing, station))
        event.add("url", f"{base}/{current_language()}/places/{station.slug}")
    return event


def _words(closing: Closing) -> str:
    reason = text(closing.reason).rstrip(".。")
    station = closing.station
    if station is None:
        return str(_("Public holiday: %(name)s", name=reason))
    if closing.hours:
        hours = ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in closing.hours)
        if station.hours_confirmed_on:
            return str(_("Open %(hours)s only", hours=hours))
        return str(_("Visits %(hours)s only", hours=hours))
    return str(_("Closed: %(reason)s", reason=reason)) if reason else str(_("Closed"))


def _clock(moment: time) -> str:
    return clock_time(datetime.combine(date.min, moment))


def _description(closing: Closing, station: Station) -> str:
    checked = station.hours_confirmed_on
    known = (
        _("Opening hours were checked on %(day)s.", day=long_day(checked))
        if checked
        else _("Opening hours are not confirmed.")
    )
    return "\n".join(filter(None, (text(closing.reason) if closing.hours else "", str(known))))
