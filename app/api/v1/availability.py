"""The free times of a service point: the most asked question, so its answer is written by hand."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response

from app import clock
from app.api.v1 import schemas
from app.api.v1.spec import PROBLEM, Blueprint, open_data
from app.appointments.availability.free_times import free_by_day
from app.appointments.availability.rules import get_offer
from app.appointments.availability.slots import Candidate
from app.i18n import local

blueprint = Blueprint("availability", __name__, description="Free times.")
blueprint.after_request(open_data)


@blueprint.get("/stations/<slug>/availability")
@blueprint.arguments(schemas.AvailabilityQuery, location="query")
@blueprint.response(200, schemas.Availability)
@blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM)
def show_availability(asked: dict[str, Any], slug: str) -> Response:
    """List the free times of each day from from on; without it, from today."""
    now = clock.now()
    offer = get_offer(slug, asked["service"])
    first = asked["from"] or local(now, offer.timezone).date()
    found = free_by_day(
        offer, offer, first_day=first, days=asked["days"], party_size=asked["party_size"], now=now
    )
    response = Response(_written(found), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _written(days: Iterable[tuple[date, list[tuple[Candidate, int]]]]) -> str:
    return f'{{"days":[{",".join(_day(day, free) for day, free in days)}]}}'


def _day(day: date, free: list[tuple[Candidate, int]]) -> str:
    slots = [
        f'{{"starts_at":"{c.starts_at}","ends_at":"{c.ends_at}","remaining":{left}}}' for c, left in free
    ]
    return f'{{"date":"{day}","slots":[{",".join(slots)}]}}'
