"""The map of the network: a page of its own, a frame for other pages of ours, and what both fetch."""

import json
import re
from contextlib import suppress
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from app.errors import DomainError
from app.i18n import current_language
from app.maps.geojson import point_features
from app.maps.points import MapPoint, map_points
from app.maps.schematic import draw
from app.settings import Settings
from app.stations.distance import Point, Positioned
from app.stations.geojson import MEDIA_TYPE
from app.stations.listing import Question, list_page
from app.stations.queries import get_station

bp = Blueprint("maps", __name__, template_folder="templates")

LANGUAGE = "/<any(en, zh, ru):lang>"
MOST_ON_MAP = 30  # more numbers than that hide each other
POSITION = re.compile(r"-?\d{1,2}(\.\d{1,7})?,-?\d{1,3}(\.\d{1,7})?")


@bp.get(f"{LANGUAGE}/map")
def network() -> str:
    settings: Settings = current_app.extensions["settings"]
    if settings.map_tiles:
        g.csp = {"img-src": f"'self' data: {tile_hosts(settings.map_tiles)}"}
    return render_template(
        "maps/network.html", **_map(), tiles=settings.map_tiles, tiles_credit=settings.map_attribution
    )


@bp.get(f"{LANGUAGE}/map/frame")
def frame() -> str:
    g.csp = {"frame-ancestors": "'self'"}
    return render_template("maps/frame.html", **_map())


@bp.get(f"{LANGUAGE}/map/points.geojson")
def points() -> AnyResponse:
    body = json.dumps(point_features(_points()[0]), ensure_ascii=False, separators=(",", ":"))
    response = Response(body, mimetype=MEDIA_TYPE)
    response.cache_control.no_cache = True  # asked again each time, answered "not modified" by the ETag
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


def _map() -> dict[str, object]:
    # folium takes most of a second to import: only a process that shows a map pays, and once.
    from app.maps.render import base_map  # noqa: PLC0415

    points, more = _points()
    return {
        "base": base_map(),
        "points": points,
        "more": more,
        "drawing": draw(points),
        "points_url": url_for("maps.points", focus=_focus() or None, here=_asked_position() or None),
        "focus": _focus(),
        "here": _asked_position(),
    }


def _points() -> tuple[list[MapPoint], bool]:
    """Return the points to draw, and whether there are more: then those nearest to what is asked for."""
    listing = list_page(Question(origin=_middle()), count=MOST_ON_MAP)
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


def tile_hosts(address: str) -> str:
    """Return the origin of a tile address for the content security policy; {s} stands for any one host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{re.sub(r'[^.]*{s}[^.]*', '*', parts.netloc)}"


def radius(metres: int) -> str:
    """Return "300 m" or "2.5 km"."""
    if metres < 1000:
        return str(_("%(metres)s m", metres=metres))
    return str(_("%(km)s km", km=format_decimal(metres / 1000)))


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(radius)
