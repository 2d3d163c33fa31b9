"""Where the pages of the points lead to."""

from typing import Any
from urllib.parse import urlencode

from flask import current_app, url_for
from flask_babel import gettext

from app.locator.linked_data import Links
from app.settings import Settings
from app.stations.models import Service, Station

# A position that may be wrong by more than this sends people to the wrong street.
DIRECTIONS_WITHIN_M = 500


def booking_link(station: Station, service: Service, *, day: str = "") -> str:
    """Return where a visit for this service is booked; permits are collected with a code."""
    if service.needs_case:
        return url_for("appointments.enter_code")
    wish: dict[str, Any] = {"place": station.slug, "service": service.code, "from": day or None}
    return url_for("appointments.choose_time", kind="book", **wish)


def directions(station: Station) -> list[tuple[str, str]]:
    """Return map apps with the point's position; none when the position is not sure enough.

    Both map services are told that the degrees are WGS-84 and shift them themselves.
    """
    if station.precision_m > DIRECTIONS_WITHIN_M:
        return []
    name = station.name.in_language("zh")
    amap = {"position": f"{station.lon:.6f},{station.lat:.6f}", "name": name, "coordinate": "wgs84"}
    baidu = {
        "location": f"{station.lat:.6f},{station.lon:.6f}",
        "title": name,
        "content": station.address.zh or name,
        "coord_type": "wgs84",
        "output": "html",
    }
    return [
        (gettext("Amap 高德地图"), f"https://uri.amap.com/marker?{urlencode(amap)}"),
        (gettext("Baidu 百度地图"), f"https://api.map.baidu.com/marker?{urlencode(baidu)}"),
    ]


def public_links(station: Station, service: Service | None) -> Links:
    """Return addresses that lead here from anywhere: from a printed code, from a search engine."""
    settings: Settings = current_app.extensions["settings"]
    base = settings.public_url.rstrip("/")
    return Links(
        page=base + url_for("locator.place", slug=station.slug),
        map=base + url_for("maps.network", focus=station.slug),
        booking=base + booking_link(station, service) if service else "",
    )
