"""The map of the network: a page of its own, a frame for other pages of ours, and what both fetch."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import Response as AnyResponse

from app.errors import DomainError
from app.i18n import LANGUAGE_PREFIX, current_language, text
from app.maps import layers
from app.maps.geojson import point_features
from app.maps.picture import draw as draw_picture
from app.maps.points import MapPoint, map_points, shifted
from app.maps.schematic import draw
from app.maps.words import map_words
from app.settings import Settings
from app.stations.finding.listing import Question, list_page
from app.stations.finding.search import list_districts, list_named_places
from app.stations.geography.datum import Datum, from_wgs84
from app.stations.geography.distance import Point, Positioned
from app.stations.geojson import MEDIA_TYPE
from app.stations.queries import get_station

bp = Blueprint("maps", __name__, template_folder="templates")

MOST_ON_MAP = 1000  # points in sight of each other are drawn as one
PICTURE_SECONDS = 3600
MOST_AROUND = 30  # of a place asked for: more would make the map show a province
ROAD_NAMES = {
    "binhai": _l("Binhai Avenue"),
    "nanhai": _l("Nanhai Avenue"),
    "yehai": _l("Yehai Avenue"),
    "guoxing": _l("Guoxing Avenue"),
}
POSITION = re.compile(r"-?\d{1,2}(\.\d{1,7})?,-?\d{1,3}(\.\d{1,7})?")


@bp.get(f"{LANGUAGE_PREFIX}/map")
def network() -> str:
    settings: Settings = current_app.extensions["settings"]
    tiles = settings.tile_addresses
    if tiles:
        hosts = " ".join(tile_hosts(tiles, settings.map_tiles_subdomains))
        g.csp = {"img-src": f"'self' data: {hosts}"}
    datum = Datum(settings.map_tiles_datum) if tiles else Datum.WGS84
    return render_template(
        "maps/network.html",
        **_map(datum),
        tiles=" ".join(tiles),
        subdomains=settings.map_tiles_subdomains,
        tiles_credit=_tiles_credit(settings),
    )


def _tiles_credit(settings: Settings) -> str:
    if not settings.map_review_number:
        return settings.map_attribution
    number = _("Map review number %(number)s", number=settings.map_review_number)
    return f"{settings.map_attribution} · {number}"


@bp.get(f"{LANGUAGE_PREFIX}/map/frame")
def frame() -> str:
    g.csp = {"frame-ancestors": "'self'"}
    return render_template("maps/frame.html", **_map(Datum.WGS84))


@bp.get(f"{LANGUAGE_PREFIX}/map/picture.svg")
def picture() -> AnyResponse:
    """Return the picture of the first page; it has its own colours for the dark."""
    g.csp = {"style-src": "'unsafe-inline'"}
    points = list_page(Question(), count=MOST_ON_MAP).stations
    named = map_points(points, language=current_language(), link=lambda _slug: "")
    districts = [(text(place.name), place.point.lat, place.point.lon) for place in list_districts()]
    roads = {code: str(name) for code, name in ROAD_NAMES.items()}
    body = render_template("maps/picture.svg", picture=draw_picture(named, districts, roads))
    response = Response(body, mimetype="image/svg+xml")
    response.cache_control.public = True
    response.cache_control.max_age = PICTURE_SECONDS
    response.add_etag()
    return response.make_conditional(request)


@bp.get(f"{LANGUAGE_PREFIX}/map/points.geojson")
def points() -> AnyResponse:
    """Return the points, `?datum=gcj02` as a map of that datum calls them: the browser never converts."""
    datum = Datum.GCJ02 if request.args.get("datum") == Datum.GCJ02 else Datum.WGS84
    features = point_features(shifted(_points()[0], datum))
    body = json.dumps(features, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype=MEDIA_TYPE)
    response.cache_control.no_cache = True  # asked again each time, answered "not modified" by the ETag
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/map/roads.geojson")
def roads() -> AnyResponse:
    """Return the roads of the operator's own file; without one there are none."""
    response = Response(layers.body_of_roads(), mimetype=MEDIA_TYPE)
    response.cache_control.public = True
    response.cache_control.max_age = 24 * 3600  # pages ask with the version in the address
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/map/base.js")
def base_script() -> AnyResponse:
    from app.maps.render import base_map  # noqa: PLC0415  see _map

    response = Response(base_map().script, mimetype="text/javascript")
    response.cache_control.public = True
    response.cache_control.max_age = 24 * 3600  # pages ask with the version in the address
    response.set_etag(base_map().version)
    return response.make_conditional(request)


def _map(datum: Datum) -> dict[str, object]:
    # folium takes most of a second to import: only a process that shows a map pays, and once.
    from app.maps.render import base_map  # noqa: PLC0415

    points, more = _points()
    return {
        "base": base_map(),
        "points": points,
        "more": more,
        "drawing": draw(points),
        "words": map_words(list_named_places(), current_language()),
        "points_url": _points_address(datum),
        "roads": layers.find_roads() if datum is Datum.WGS84 else None,
        "focus": _focus(),
        "here": _drawn_position(datum),
    }


def _points_address(datum: Datum) -> str:
    around: dict[str, Any] = {"focus": _focus() or None, "here": _asked_position() or None}
    return url_for("maps.points", datum=None if datum is Datum.WGS84 else datum, **around)


def _points() -> tuple[list[MapPoint], bool]:
    """Return the points to draw, and whether there are more: then those nearest to what is asked for."""
    middle = _middle()
    listing = list_page(Question(origin=middle), count=MOST_AROUND if middle else MOST_ON_MAP)
    shown = map_points(
        sorted(listing.stations, key=lambda station: (station.number, station.id)),
        language=current_language(),
        link=lambda slug: url_for("locator.place", slug=slug),
    )
    return shown, listing.more


def _middle() -> Positioned | None:
    if here := _asked_position():
        with suppress(ValueError):
            lat, lon = map(float, here.split(","))
            return Point(lat, lon)
    with suppress(DomainError):  # whatever is wrong with it, the page is there
        return get_station(_focus()) if _focus() else None
    return None


def _focus() -> str:
    return request.args.get("focus", "")


def _asked_position() -> str:
    """Return ?here= when it is "LAT,LON", else nothing: a wrong position is no reason to refuse a map."""
    here = request.args.get("here", "")
    return here if POSITION.fullmatch(here) else ""


def _drawn_position(datum: Datum) -> str:
    """Return where a map of this datum draws what was asked for."""
    here = _asked_position()
    if not here or datum is Datum.WGS84:
        return here
    lat, lon = (float(part) for part in here.split(","))
    lat, lon = from_wgs84((lat, lon), datum)
    return f"{lat:.6f},{lon:.6f}"


def tile_hosts(addresses: Iterable[str], subdomains: str) -> list[str]:
    """Return the origins of tile addresses, one for each subdomain, for the content security policy."""
    hosts: dict[str, None] = {}
    for address in addresses:
        parts = urlsplit(address)
        for name in subdomains if "{s}" in parts.netloc else ("",):
            hosts[f"{parts.scheme}://{parts.netloc.replace('{s}', name)}"] = None
    return list(hosts)


def radius(metres: int) -> str:
    """Return "300 m" or "2.5 km"."""
    if metres < 1000:
        return str(_("%(metres)s m", metres=metres))
    return str(_("%(km)s km", km=format_decimal(metres / 1000)))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(radius)
