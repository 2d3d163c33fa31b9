"""Service points and services as the JSON of the contract. What is not known is null."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm.attributes import instance_state

from app.api.v1.answers import iso
from app.appointments.availability.free_times import earliest_available, next_available
from app.i18n import current_language, local, text
from app.stations.geography.places import FoundPlace, NamedPlace
from app.stations.hours.open_state import OpenState, open_state
from app.stations.hours.opening_hours import Plan, day_plan, open_intervals
from app.stations.hours.plans import plan_of, plans_of
from app.stations.models import Service, Station

WEEK = 7


def origin(found: FoundPlace | None) -> dict[str, Any] | None:
    if found is None:
        return None
    point = found.place.point
    return {
        "lat": point.lat,
        "lon": point.lon,
        "precision_m": point.precision_m,
        "label": text(found.place.name),
        "guessed": found.guessed,
        "candidates": [candidate(place) for place in found.candidates],
    }


def candidate(place: NamedPlace) -> dict[str, Any]:
    """Return a place that may be meant."""
    return {
        "slug": place.slug,
        "name": text(place.name),
        "district": text(place.district),
        "lat": place.point.lat,
        "lon": place.point.lon,
    }


def stations(found: Sequence[Station], asked: Service | None, *, now: datetime) -> list[dict[str, Any]]:
    """Return the points in the order given; `next_available` is for the asked service, else for any."""
    plans = plans_of(found)
    free = next_available(found, asked, now=now) if asked else earliest_available(found, now=now)
    return [_station(station, plans[station.id], free[station.id], now=now) for station in found]


def _station(station: Station, plan: Plan, free: datetime | None, *, now: datetime) -> dict[str, Any]:
    state = state_of(station, plan, now=now)
    opens_at = state.opens_at if state.open_now is False else None
    return {
        **_facts(station),
        "distance_m": None,
        "uncertainty_m": None,
        "could_be_nearest": None,
        "open_now": state.open_now,
        "closes_at": _moment(state.closes_at, station),
        "last_number_at": _moment(state.last_number_at, station),
        "opens_at": _moment(opens_at, station),
        "next_available": _moment(free, station),
    }


def _moment(moment: datetime | None, station: Station) -> str | None:
    return iso(moment, station.timezone) if moment else None


# Of stations that are remembered and so never change: what is said of them in each language.
_said: WeakKeyDictionary[Station, dict[str, dict[str, Any]]] = WeakKeyDictionary()


def _facts(station: Station) -> dict[str, Any]:
    if not instance_state(station).detached:
        return facts_of_place(station)
    said, language = _said.setdefault(station, {}), current_language()
    if language not in said:
        said[language] = facts_of_place(station)
    return said[language]


def facts_of_place(station: Station) -> dict[str, Any]:
    """Return what does not depend on the moment or on who asks."""
    return {
        "slug": station.slug,
        "number": station.number,
        "kind": station.kind,
        "name": text(station.name),
        "names": station.name.as_dict(),
        "address": text(station.address) or None,
        "addresses": station.address.as_dict(),
        "district": text(station.district) or None,
        "lat": station.lat,
        "lon": station.lon,
        "precision_m": station.precision_m,
        "phones": [{"number": phone.number, "label": text(phone.label)} for phone in station.phones],
        "services": [s.code for s in sorted((o.service for o in station.offers), key=_position)],
        "languages": station.languages,
        "step_free": station.step_free,
        "timezone": station.timezone,
        "hours_confirmed_on": _day(station.hours_confirmed_on),
    }


def _position(offered: Service) -> tuple[int, str]:
    return offered.position, offered.code


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def state_of(station: Station, plan: Plan, *, now: datetime) -> OpenState:
    confirmed, minutes = station.hours_confirmed_on is not None, station.last_number_minutes
    return open_state(plan, now, hours_confirmed=confirmed, last_number_minutes=minutes)


def details(station: Station, *, now: datetime) -> dict[str, Any]:
    """Return everything known: the point, its doors this week, and where each fact comes from."""
    plan = plan_of(station)
    state = state_of(station, plan, now=now)
    return {
        **stations([station], None, now=now)[0],
        "full_name": text(station.full_name) or None,
        "full_names": station.full_name.as_dict(),
        "notice": text(station.notice) or None,
        "position_confirmed_on": _day(station.position_confirmed_on),
        "door": state.door,
        "door_reason": state.reason,
        "hours": _week(plan, local(now, station.timezone).date()),
        "facts": [
            {
                "field": fact.field,
                "confidence": fact.confidence,
                "source": fact.source or None,
                "note": fact.note or None,
                "checked_on": _day(fact.checked_on),
            }
            for fact in sorted(station.facts, key=lambda fact: fact.field)
        ],
    }


def _week(plan: Plan, first: date) -> list[dict[str, Any]]:
    days = [first + timedelta(days=offset) for offset in range(WEEK)]
    return [
        {
            "date": day.isoformat(),
            "kind": day_plan(plan, day).kind,
            "reason": text(day_plan(plan, day).reason) or None,
            "open": [
                {
                    "opens_at": opened.interval.start.astimezone(plan.timezone).isoformat(),
                    "closes_at": opened.interval.end.astimezone(plan.timezone).isoformat(),
                }
                for opened in open_intervals(plan, day)
            ],
        }
        for day in days
    ]


def service(offered: Service) -> dict[str, Any]:
    return {
        "code": offered.code,
        "name": text(offered.name),
        "names": offered.name.as_dict(),
        "description": text(offered.description),
        "descriptions": offered.description.as_dict(),
        "needs_case": offered.needs_case,
        "minutes": offered.minutes,
        "max_party": offered.max_party,
        "party_served": offered.party_served,
        "lead_minutes": offered.lead_minutes,
        "horizon_days": offered.horizon_days,
    }
