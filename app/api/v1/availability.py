"""The free times of a service point: the most asked question, so its answer is written by hand."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Response

from app import clock
from app.api.v1 import schemas
from app.api.v1.answers import iso
from app.api.v1.spec import PROBLEM, Blueprint, open_data
from app.appointments.policy import ServiceNotOffered
from app.appointments.queries import DaySlots, availability
from app.i18n import local
from app.stations import queries

blueprint = Blueprint("availability", __name__, description="Free times.")
blueprint.after_request(open_data)


@blueprint.get("/stations/<slug>/availability")
@blueprint.arguments(schemas.AvailabilityQuery, location="query")
@blueprint.response(200, schemas.Availability)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM)
def show_availability(asked: dict[str, Any], slug: str) -> Response:
    """List the free times of each day from `from` on; without it, from today."""
    now = clock.now()
    station, service = queries.get_station(slug), queries.get_service(asked["service"])
    if not queries.offers(station, service):
        raise ServiceNotOffered
    first = asked["from"] or local(now, station.timezone).date()
    found = availability(
        station, service, first_day=first, days=asked["days"], party_size=asked["party_size"], now=now
    )
    response = Response(_written(found, station.timezone), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _written(days: Iterable[DaySlots], zone: str) -> str:
    return f'{{"days":[{",".join(_day(day, zone) for day in days)}]}}'


def _day(day: DaySlots, zone: str) -> str:
    slots = [
        f"{_opening(slot.interval.start, slot.interval.end, zone)}{slot.remaining}}}" for slot in day.slots
    ]
    return f'{{"date":"{day.day}","slots":[{",".join(slots)}]}}'


@lru_cache(maxsize=65_536)
def _opening(start: datetime, end: datetime, zone: str) -> str:
    """Return a slot as JSON up to its last figure: turning times into text costs more than all the rest."""
    return f'{{"starts_at":"{iso(start, zone)}","ends_at":"{iso(end, zone)}","remaining":'
