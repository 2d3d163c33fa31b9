"""Where the points are, what they offer, when they are open. Open data: any page may read it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Response, request, stream_with_context

from app import clock
from app.api.v1 import places, schemas, sheet
from app.api.v1.answers import answer
from app.api.v1.caching import cached
from app.api.v1.spec import PROBLEM, Blueprint, open_data
from app.geocoding.origins import get_found
from app.i18n import current_language
from app.stations import open_data as published
from app.stations import queries
from app.stations.finding.listing import Listing, Question, list_page
from app.stations.finding.remembered import service_with
from app.stations.finding.wanted import Wanted
from app.stations.geography.places import BadCoordinates, FoundPlace, at_position, find_position
from app.stations.geojson import MEDIA_TYPE, feature, written
from app.stations.models import Service, Station

SHEET_TYPE = "text/csv"
FORMAT = 1  # of the files; goes up when the same data are written otherwise

blueprint = Blueprint("stations", __name__, description="Service points, what they offer and when.")
blueprint.after_request(open_data)


@blueprint.get("/stations")
@blueprint.arguments(schemas.StationsQuery, location="query")
@blueprint.response(200, schemas.Stations)
@blueprint.alt_response(400, schema=schemas.PlaceQuestion, content_type=PROBLEM)
def list_stations(asked: dict[str, Any]) -> Response:
    """List the service points, nearest first when near or place says where you are.

    near wins over place. With service, language, step_free or open_at, only points known to fit.
    """
    service = service_with(asked["service"]) if asked["service"] is not None else None
    found = _origin(asked["near"], asked["place"], datum=asked["datum"])
    origin = found.place if found else None
    wanted = Wanted(service.id if service else None, asked["language"], asked["step_free"])
    question = Question(wanted, origin.point if origin else None, asked["open_at"])
    listing = list_page(question, start=asked["offset"], count=asked["limit"])
    body = {"stations": _listed(listing, service), "origin": places.origin(found), "next": _next(listing)}
    return cached(answer(body))


def _next(listing: Listing) -> str | None:
    """Return where the following points are; None after the last one."""
    if not listing.more:
        return None
    offset = int(request.args.get("offset", "0")) + len(listing.stations)
    if offset > schemas.MOST_OFFSET:
        return None
    again = {**request.args.to_dict(), "offset": str(offset)}
    return f"{request.path}?{urlencode(again)}"


def _origin(near: str | None, place: str | None, *, datum: str) -> FoundPlace | None:
    if near is not None:
        point = find_position(near, datum=datum)
        if point is None:
            raise BadCoordinates
        return FoundPlace(at_position(point))
    return get_found(place, datum=datum, now=clock.now()) if place is not None else None


def _listed(listing: Listing, service: Service | None) -> list[dict[str, Any]]:
    listed = places.stations(listing.stations, service, now=clock.now())
    for entry, station in zip(listed, listing.stations, strict=True):
        if seen := listing.ranked.get(station.id):
            entry["distance_m"] = round(seen.distance_m)
            entry["uncertainty_m"] = seen.uncertainty_m
            entry["could_be_nearest"] = seen.could_be_nearest
    return listed


@blueprint.get("/stations.geojson")
@blueprint.response(200, schemas.FeatureCollection, content_type=MEDIA_TYPE)
def stations_geojson() -> Response:
    """Return the service points as GeoJSON (RFC 7946), each fact with the day it was last checked."""
    return _whole(written(_features(published.in_parts())), MEDIA_TYPE)


def _features(parts: Iterable[published.Part]) -> Iterator[dict[str, Any]]:
    for stations, verified in parts:
        for station in stations:
            facts = places.facts_of_place(station)
            position = {name: facts.pop(name) for name in ("slug", "lat", "lon")}
            days = {field: day.isoformat() for field, day in verified.get(station.id, {}).items()}
            yield feature(**position, properties={"slug": station.slug, **facts, "last_verified": days})


@blueprint.get("/stations.csv")
@blueprint.arguments(schemas.SheetQuery, location="query")
@blueprint.response(200, {"type": "string"}, content_type=SHEET_TYPE)
def stations_csv(asked: dict[str, Any]) -> Response:
    """Return the service points as CSV in UTF-8, safe to open in a spreadsheet.

    variant=machine leaves every cell as it is, and has no byte order mark.
    """
    lines = sheet.write(_rows(published.in_parts()), for_machines=asked["variant"] == "machine")
    response = _whole(lines, f"{SHEET_TYPE}; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = 'attachment; filename="stations.csv"'
    return response


def _rows(parts: Iterable[published.Part]) -> Iterator[dict[str, Any]]:
    for stations, verified in parts:
        yield from (_sheet_row(station, verified.get(station.id, {})) for station in stations)


def _whole(text: Iterator[str], content_type: str) -> Response:
    """Send all stations as they are read; the version of the data, known first, stands for the bytes."""
    version = f"{FORMAT}-{published.version()}-{current_language()}-{request.args.get('variant', '')}"
    changed_at = published.changed_at()
    response = Response(stream_with_context(text), content_type=content_type)
    response.set_etag(sha256(version.encode()).hexdigest()[:32])
    return cached(response, changed_at=changed_at)


def _sheet_row(station: Station, verified: Mapping[str, date]) -> dict[str, Any]:
    facts = places.facts_of_place(station)
    return sheet.row_of({**facts, "position_confirmed_on": station.position_confirmed_on}, verified)


@blueprint.get("/stations/<slug>")
@blueprint.response(200, schemas.StationDetails)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM)
def show_station(slug: str) -> Response:
    """Say everything known about a service point, and how well it is known."""
    return cached(answer(places.details(queries.get_station(slug), now=clock.now())))


@blueprint.get("/services")
@blueprint.response(200, schemas.Services)
def list_services() -> Response:
    """List what a person can come for."""
    return cached(answer({"services": [places.service(s) for s in queries.list_services()]}))
