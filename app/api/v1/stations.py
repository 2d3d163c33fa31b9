"""Where the points are, what they offer, when they are open. Open data: any page may read it."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from app import clock
from app.api.v1 import places, schemas
from app.api.v1.answers import answer
from app.api.v1.spec import PROBLEM, Blueprint, open_data
from app.stations import queries
from app.stations.distance import rank
from app.stations.geojson import MEDIA_TYPE, feature, feature_collection
from app.stations.models import Service, Station
from app.stations.places import BadCoordinates, NamedPlace, at_position, find_position
from app.stations.search import get_origin

blueprint = Blueprint("stations", __name__, description="Service points, what they offer and when.")
blueprint.after_request(open_data)


@blueprint.get("/stations")
@blueprint.arguments(schemas.StationsQuery, location="query")
@blueprint.response(200, schemas.Stations)
def list_stations(asked: dict[str, Any]) -> Response:
    """List the service points, nearest first when near or place says where you are.

    near wins over place. With service, only points that offer it.
    """
    service = queries.get_service(asked["service"]) if asked["service"] is not None else None
    origin = _origin(asked["near"], asked["place"])
    found = [s for s in queries.list_stations() if service is None or queries.offers(s, service)]
    listed = _listed(found, service, origin, limit=asked["limit"])
    return _cached(answer({"stations": listed, "origin": places.origin(origin)}))


def _origin(near: str | None, place: str | None) -> NamedPlace | None:
    if near is not None:
        point = find_position(near)
        if point is None:
            raise BadCoordinates
        return at_position(point)
    return get_origin(place) if place is not None else None


def _listed(
    found: list[Station], service: Service | None, origin: NamedPlace | None, *, limit: int | None
) -> list[dict[str, Any]]:
    if origin is None:
        return places.stations(found[:limit], service, now=clock.now())
    ranked = rank(origin.point, found, limit=limit)
    listed = places.stations([r.station for r in ranked], service, now=clock.now())
    for entry, seen in zip(listed, ranked, strict=True):
        entry["distance_m"] = round(seen.distance_m)
        entry["uncertainty_m"] = seen.uncertainty_m
        entry["could_be_nearest"] = seen.could_be_nearest
    return listed


@blueprint.get("/stations.geojson")
@blueprint.response(200, schemas.FeatureCollection, content_type=MEDIA_TYPE)
def stations_geojson() -> Response:
    """Return the service points as GeoJSON (RFC 7946)."""
    collection = answer(feature_collection(_features(queries.list_stations())))
    collection.mimetype = MEDIA_TYPE
    return _cached(collection)


def _features(found: Iterable[Station]) -> Iterable[dict[str, Any]]:
    for station in found:
        facts = places.facts_of_place(station)
        position = {name: facts.pop(name) for name in ("slug", "lat", "lon")}
        yield feature(**position, properties={"slug": station.slug, **facts})


@blueprint.get("/stations/<slug>")
@blueprint.response(200, schemas.StationDetails)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM)
def show_station(slug: str) -> Response:
    """Say everything known about a service point, and how well it is known."""
    return _cached(answer(places.details(queries.get_station(slug), now=clock.now())))


@blueprint.get("/services")
@blueprint.response(200, schemas.Services)
def list_services() -> Response:
    """List what a person can come for."""
    return _cached(answer({"services": [places.service(s) for s in queries.list_services()]}))


def _cached(response: Response) -> Response:
    """Let a client ask whether it has changed, in place of sending it again."""
    response.add_etag()
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
