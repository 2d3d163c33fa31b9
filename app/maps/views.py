"""The map of the network: a page of its own, a frame for other pages of ours, and what both fetch."""

import json
import re
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from app.i18n import current_language
from app.maps.geojson import point_features
from app.maps.points import MapPoint, map_points
from app.maps.schematic import draw
from app.settings import Settings
from app.stations.geojson import MEDIA_TYPE
from app.stations.queries import list_stations

bp = Blueprint("maps", __name__, template_folder="templates")

LANGUAGE = "/<any(en, zh, ru):lang>"
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
    body = json.dumps(point_features(_points()), ensure_ascii=False, separators=(",", ":"))
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

    points = _points()
    return {
        "base": base_map(),
        "points": points,
        "drawing": draw(points),
        "points_url": url_for("maps.points"),
        "focus": request.args.get("focus", ""),
        "here": _asked_position(),
    }


def _points() -> list[MapPoint]:
    language = current_language()
    return map_points(
        list_stations(), language=language, link=lambda slug: url_for("locator.place", slug=slug)
    )


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
