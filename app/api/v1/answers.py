"""Rows as the JSON of the contract. Times are on the station's clock, with its offset."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Response

from app.appointments.availability.slots import Slot
from app.appointments.models import Appointment, Hold
from app.appointments.queries import manage_token_of
from app.i18n import local
from app.interval import Interval


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")


def iso(moment: datetime, zone: str) -> str:
    return local(moment, zone).isoformat()


def times(interval: Interval, zone: str) -> dict[str, str]:
    return {"starts_at": iso(interval.start, zone), "ends_at": iso(interval.end, zone)}


def slots(found: Iterable[Slot], zone: str) -> list[dict[str, Any]]:
    return [{**times(slot.interval, zone), "remaining": slot.remaining} for slot in found]


def appointment(visit: Appointment) -> dict[str, Any]:
    return {
        "reference": visit.reference,
        "status": visit.status,
        **times(visit.interval, visit.station.timezone),
        "station": visit.station.slug,
        "service": visit.service.code,
        "party_size": visit.party_size,
        "asked_to_choose": visit.asked,
    }


def booked(visit: Appointment, kept: Hold) -> dict[str, Any]:
    """Return the answer to the booking, the same for ever: as the hold was, whatever came after."""
    return {
        "reference": visit.reference,
        "manage_token": manage_token_of(visit),
        "provisional_until": iso(visit.provisional_until, visit.station.timezone)
        if visit.provisional_until
        else None,
        "status": "booked",
        **times(kept.interval, kept.station.timezone),
        "station": kept.station.slug,
        "service": kept.service.code,
        "party_size": kept.party_size,
    }
