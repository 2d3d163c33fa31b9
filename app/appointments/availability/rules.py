"""What counts for a service at a station: its window, its desks, how a party is served."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from app.appointments.availability.policy import (
    ServiceNotOffered,
    ServiceRules,
    booking_window,
    is_past_cutoff,
)
from app.appointments.models import Appointment
from app.interval import Interval
from app.stations.hours.plans import PlanOwner, plan_of
from app.stations.limits import NO_LIMITS, limits_at
from app.stations.party import PartyServed
from app.stations.queries import OfferedService, find_offer, get_service, get_station


def is_too_late(visit: Appointment, *, now: datetime) -> bool:
    """Say whether the visit begins too soon for its person to change it; never when we ask them to."""
    rules = rules_at(visit.station, visit.service)
    return not visit.asked and is_past_cutoff(visit.starts_at, rules, now=now)


class Serving(NamedTuple):
    """By which desks, how many minutes for one person, and how many people at a desk one after another."""

    desk_group: int
    minutes: int
    in_a_row: int = 1

    @property
    def length(self) -> timedelta:
        """Return how long a visit of the party takes."""
        return self.in_a_row * timedelta(minutes=self.minutes)


class Bookable(Protocol):
    """What a service says about booking: a Service, or the few columns of one."""

    @property
    def service_id(self) -> int: ...
    @property
    def minutes(self) -> int: ...
    @property
    def lead_minutes(self) -> int: ...
    @property
    def horizon_days(self) -> int: ...
    @property
    def max_party(self) -> int: ...
    @property
    def party_served(self) -> str: ...
    @property
    def needs_case(self) -> bool: ...


def get_offer(slug: str, code: str, *, lock: bool = False) -> OfferedService:
    """Return the service at the station. Raises NotFound for either, or ServiceNotOffered."""
    offer = find_offer(slug, code, lock=lock)
    if offer is None:
        get_station(slug)
        get_service(code)
        raise ServiceNotOffered
    return offer


def rules_of(service: Bookable) -> ServiceRules:
    return ServiceRules(
        timedelta(minutes=service.lead_minutes),
        timedelta(days=service.horizon_days),
        service.max_party,
        in_a_row=service.party_served == PartyServed.IN_A_ROW,
    )


def rules_at(station: PlanOwner, service: Bookable) -> ServiceRules:
    """Return what counts for this service at this station: its rules, unless somebody said otherwise."""
    limits, rules = limits_at(station, service.service_id), rules_of(service)
    if limits is NO_LIMITS:
        return rules
    lead, horizon, served = limits.lead_minutes, limits.horizon_days, limits.party_served
    return replace(
        rules,
        lead=rules.lead if lead is None else timedelta(minutes=lead),
        horizon=rules.horizon if horizon is None else timedelta(days=horizon),
        in_a_row=served is PartyServed.IN_A_ROW if served else rules.in_a_row,
        cutoff=timedelta(minutes=limits.cutoff_minutes or 0),
    )


def days_ahead(station: PlanOwner, service: Bookable) -> int:
    """Return how many days after today the last bookable day is."""
    return rules_at(station, service).horizon.days


def window_of(service: Bookable, station: PlanOwner, *, now: datetime) -> Interval:
    """Return the stretch of time in which visits for this service may start."""
    return booking_window(rules_at(station, service), ZoneInfo(station.timezone), now=now)


def people_in_a_row(station: PlanOwner, service: Bookable, party_size: int) -> int:
    """Return how many people of a party one desk of the station serves, one after another."""
    return party_size if party_size > 1 and rules_at(station, service).in_a_row else 1


def serving_at(station: PlanOwner, service: Bookable, party_size: int = 1) -> Serving:
    """Return which desks of the station serve this service, and how long a party takes there."""
    desks = plan_of(station).desks_for(service.service_id)
    people = people_in_a_row(station, service, party_size)
    return Serving(desks.number, desks.planned(service.minutes), people)
