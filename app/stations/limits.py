"""How early, how late and until when one may book and change: the narrowest rule that says so decides."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Engine, select

from app.db import db
from app.stations.hours import plans
from app.stations.hours.plans import PlanOwner
from app.stations.models import BookingLimits
from app.stations.party import PartyServed

MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes of notice before a visit, days ahead, minutes before a visit until which it can be changed.

    `contact_visits` are the visits ahead that one address or number may hold, in the whole network;
    `party_served` is how people who come together are served. Of a day's desks `case_share` percent are
    kept for services with a case, and once visits that nobody proved hold `unproved_share` percent, a
    further one is provisional. None says nothing: a wider rule decides.
    """

    lead_minutes: int | None = None
    horizon_days: int | None = None
    cutoff_minutes: int | None = None
    contact_visits: int | None = None
    party_served: PartyServed | None = None
    case_share: int | None = None
    unproved_share: int | None = None


NO_LIMITS = Limits()


def resolve(rules: Iterable[Limits]) -> Limits:
    """Return what counts, of rules from the widest to the narrowest: the last that says something. PURE."""
    found = NO_LIMITS
    for rule in rules:
        said = {f.name: value for f in fields(rule) if (value := getattr(rule, f.name)) is not None}
        found = replace(found, **said)
    return found


_remembered: dict[tuple[Engine, int, int, int], Limits] = {}


def limits_at(station: PlanOwner, service_id: int) -> Limits:
    """Return the limits of one service at one station, remembered by the version of its plan."""
    key = db.engine, station.id, station.plan_version, service_id
    if key not in _remembered:
        remember([station], [service_id])
    return _remembered[key]


def remember(stations: Iterable[PlanOwner], service_ids: Collection[int]) -> None:
    """Look up the limits of many services and stations in one go; those known stay as they are."""
    engine = db.engine
    keys = [(engine, one.id, one.plan_version, service) for one in stations for service in service_ids]
    missing = [key for key in keys if key not in _remembered]
    if not missing:
        return
    if len(_remembered) + len(missing) > MOST_REMEMBERED:
        _remembered.clear()
        missing = keys
    rules = read_rules()
    for key in missing:
        _remembered[key] = resolve(applying(rules, key[1], key[3])) if rules else NO_LIMITS


def forget_limits() -> None:
    """Drop all remembered limits: for when the database was replaced under a running process."""
    _remembered.clear()


Scope = tuple[int | None, int | None]  # station and service; None is all of them
Rule = tuple[Scope, Limits]


def read_rules() -> list[Rule]:
    """Return every rule, the widest first: network, station, service, one service at one station."""
    rows = sorted(
        db.session.scalars(select(BookingLimits)),
        key=lambda row: (bool(row.service_id), bool(row.station_id)),
    )
    return [((row.station_id, row.service_id), _limits(row)) for row in rows]


def applying(rules: Iterable[Rule], station_id: int | None, service_id: int | None) -> list[Limits]:
    """Return the rules that touch a service at a station, in their order. PURE."""
    return [
        limits
        for (station, service), limits in rules
        if station in (None, station_id) and service in (None, service_id)
    ]


def _limits(row: BookingLimits) -> Limits:
    return Limits(
        row.lead_minutes,
        row.horizon_days,
        row.cutoff_minutes,
        row.contact_visits,
        PartyServed(row.party_served) if row.party_served else None,
        row.case_share,
        row.unproved_share,
    )


def read_own(station_id: int | None, service_id: int | None) -> Limits:
    """Return what is said for exactly this scope."""
    row = _row(station_id, service_id)
    return _limits(row) if row else NO_LIMITS


def is_set(station_id: int | None, service_id: int | None) -> bool:
    """Return whether anybody said anything for exactly this scope, be it that a wider rule decides."""
    return _row(station_id, service_id) is not None


def _row(station_id: int | None, service_id: int | None) -> BookingLimits | None:
    wanted = select(BookingLimits).filter_by(station_id=station_id, service_id=service_id)
    return db.session.scalar(wanted.order_by(BookingLimits.id).limit(1))


@dataclass(frozen=True, slots=True)
class LimitsChange:
    """New limits for the network, a station, a service, or one service at one station; and by whom."""

    station_id: int | None
    service_id: int | None
    limits: Limits
    username: str


def save(change: LimitsChange, *, now: datetime) -> None:
    """Write the limits of one scope. Call inside `transact()`."""
    row = _row(change.station_id, change.service_id)
    if row is None:
        row = BookingLimits(station_id=change.station_id, service_id=change.service_id)
        db.session.add(row)
    for field in fields(change.limits):
        setattr(row, field.name, getattr(change.limits, field.name))
    row.changed_by, row.changed_at = change.username, now
    plans.raise_all_versions()
