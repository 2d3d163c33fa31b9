"""Where the pages of the points lead to."""

from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext

from app.locator.linked_data import Links
from app.locator.map_links import Destination, MapApp, map_link, search_link
from app.settings import Settings
from app.stations.models import Service, Station

DOOR_WITHIN_M = 100  # a position that may be wrong by more is not that of a door
CITY = "海口市"
MAP_NAMES = {
    MapApp.AMAP: lazy_gettext("Amap 高德"),
    MapApp.BAIDU: lazy_gettext("Baidu 百度"),
    MapApp.TENCENT: lazy_gettext("Tencent 腾讯"),
    MapApp.APPLE: lazy_gettext("Apple Maps"),
    MapApp.GOOGLE: lazy_gettext("Google Maps"),
    MapApp.YANDEX: lazy_gettext("Yandex Maps"),
    MapApp.OSM: lazy_gettext("OpenStreetMap"),
}


def booking_link(station: Station, service: Service, *, day: str = "") -> str:
    """Return where a visit for this service is booked; permits are collected with a code."""
    if service.needs_case:
        return url_for("appointments.enter_code")
    wish: dict[str, Any] = {"place": station.slug, "service": service.code, "from": day or None}
    return url_for("appointments.choose_time", kind="book", **wish)


def directions(station: Station) -> list[tuple[str, str]]:
    """Return map apps: at the door where we know it, else looking for the Chinese address or name."""
    if knows_door(station):
        destination = Destination(
            (station.lat, station.lon), station.name.in_language("zh"), station.address.zh
        )
        return [(str(MAP_NAMES[app]), map_link(app, destination)) for app in MapApp]
    text = station.address.zh or CITY + (station.full_name.zh or station.name.in_language("zh")).removeprefix(
        CITY
    )
    found = ((MAP_NAMES[app], search_link(app, text, city=CITY)) for app in MapApp)
    return [(str(name), address) for name, address in found if address]


def knows_door(station: Station) -> bool:
    return station.precision_m <= DOOR_WITHIN_M


def public_links(station: Station, service: Service | None) -> Links:
    """Return addresses that lead here from anywhere: from a printed code, from a search engine."""
    settings: Settings = current_app.extensions["settings"]
    base = settings.public_url.rstrip("/")
    return Links(
        page=base + url_for("locator.place", slug=station.slug),
        map=base + url_for("maps.network", focus=station.slug),
        booking=base + booking_link(station, service) if service else "",
        photo=base + url_for("locator.photo", digest=station.photo) if station.photo else "",
    )
