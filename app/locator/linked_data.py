"""A service point in the words of schema.org, for search engines and assistive programs.

Nothing is asserted that is not known: hours only where they are confirmed, and a circle in place
of a point where the position is not sure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from app.locator.hours import coming_days
from app.stations.hours.opening_hours import DayKind, Plan, WeeklyPeriod, closure_of
from app.stations.models import Station

SPECIAL_DAYS = 60
SURE_WITHIN_M = 100
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNUSUAL = {DayKind.EXCEPTION, DayKind.HOLIDAY, DayKind.MAKEUP_WORKDAY}

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of the point's own page, of its place on our map, of booking there, and of its photo."""

    page: str
    map: str
    booking: str = ""
    photo: str = ""


def office(station: Station, plan: Plan, links: Links, *, language: str, today: date) -> Node:
    """Return the point as a GovernmentOffice; what is not known is left out."""
    node: Node = {
        "@context": "https://schema.org",
        "@type": "GovernmentOffice",
        "@id": f"{links.page}#office",
        "url": links.page,
        "name": (station.full_name or station.name).in_language(language),
        "alternateName": station.name.in_language("zh"),
        "address": _address(station, language),
        "geo": _geo(station),
        "hasMap": links.map,
        "image": links.photo,
        "telephone": [phone.number for phone in station.phones],
        "knowsLanguage": list(station.languages or ()),
        "amenityFeature": _amenities(station),
        "potentialAction": _booking(links.booking),
    }
    if station.hours_confirmed_on:
        node["openingHoursSpecification"] = _week(plan)
        node["specialOpeningHoursSpecification"] = _special_days(plan, today)
    return {name: value for name, value in node.items() if value}


def _address(station: Station, language: str) -> Node:
    node = {
        "@type": "PostalAddress",
        "streetAddress": station.address.in_language(language),
        "addressLocality": {"zh": "海口", "ru": "Хайкоу"}.get(language, "Haikou"),
        "addressRegion": {"zh": "海南", "ru": "Хайнань"}.get(language, "Hainan"),
        "addressCountry": "CN",
    }
    return {name: value for name, value in node.items() if value}


def _geo(station: Station) -> Node:
    point: Node = {"@type": "GeoCoordinates", "latitude": station.lat, "longitude": station.lon}
    if station.position_confirmed_on and station.precision_m <= SURE_WITHIN_M:
        return point
    return {"@type": "GeoCircle", "geoMidpoint": point, "geoRadius": station.precision_m}


def _amenities(station: Station) -> Node | None:
    if station.step_free is None:
        return None
    return {
        "@type": "LocationFeatureSpecification",
        "name": "Step-free access",
        "value": station.step_free,
    }


def _booking(address: str) -> Node | None:
    if not address:
        return None
    target = {
        "@type": "EntryPoint",
        "urlTemplate": address,
        "actionPlatform": [
            "https://schema.org/DesktopWebPlatform",
            "https://schema.org/MobileWebPlatform",
        ],
    }
    return {"@type": "ReserveAction", "target": target}


def _week(plan: Plan) -> list[Node]:
    """Return the weekly hours, weekdays with the same hours together, up to where holidays are known."""
    last = _last_known_day(plan)
    groups: dict[tuple[time, time, date | None, date | None], list[int]] = {}
    for weekday in range(7):
        for period in _merged([p for p in plan.weekly if p.weekday == weekday]):
            until = min((day for day in (period.valid_until, last) if day), default=None)
            key = (period.opens, period.closes, period.valid_from, until)
            groups.setdefault(key, []).append(weekday)
    return [
        _hours(opens, closes, valid_from, until) | {"dayOfWeek": [WEEKDAYS[day] for day in days]}
        for (opens, closes, valid_from, until), days in groups.items()
    ]


def _last_known_day(plan: Plan) -> date | None:
    return max((date(year, 12, 31) for year in plan.calendar.known_years), default=None)


def _merged(periods: Iterable[WeeklyPeriod]) -> list[WeeklyPeriod]:
    """Return one weekday's periods, joined where they touch and hold at the same time."""
    merged: list[WeeklyPeriod] = []
    ordered = sorted(periods, key=lambda p: (p.valid_from or date.min, p.valid_until or date.max, p.opens))
    for period in ordered:
        last = merged[-1] if merged else None
        if last and _validity(last) == _validity(period) and period.opens <= last.closes:
            closes = max(last.closes, period.closes)
            merged[-1] = WeeklyPeriod(last.weekday, last.opens, closes, 1, *_validity(last))
        else:
            merged.append(period)
    return merged


def _validity(period: WeeklyPeriod) -> tuple[date | None, date | None]:
    return period.valid_from, period.valid_until


def _special_days(plan: Plan, today: date) -> list[Node]:
    """Return the hours of days that are not as their week says; closed days in a row as one."""
    nodes: list[Node] = []
    for day in coming_days(plan, today, days=SPECIAL_DAYS):
        if day.kind not in UNUSUAL and not closure_of(plan, day.day):
            continue
        if day.stretches:
            nodes += [_hours(o.time(), c.time(), day.day, day.day) for o, c in day.stretches]
        elif nodes and _closed_until(nodes[-1]) == day.day - timedelta(days=1):
            nodes[-1]["validThrough"] = day.day.isoformat()
        else:
            nodes.append(_hours(time(0), time(0), day.day, day.day))  # how schema.org says closed
    return nodes


def _closed_until(node: Node) -> date | None:
    closed = node["opens"] == node["closes"]
    return date.fromisoformat(node["validThrough"]) if closed else None


def _hours(opens: time, closes: time, valid_from: date | None, through: date | None) -> Node:
    node = {
        "@type": "OpeningHoursSpecification",
        "opens": f"{opens:%H:%M}",
        "closes": f"{closes:%H:%M}",
        "validFrom": valid_from.isoformat() if valid_from else "",
        "validThrough": through.isoformat() if through else "",
    }
    return {name: value for name, value in node.items() if value}
