"""What networks have now, and how a day's desks are shared. Reads only; who decides by it locks first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.appointments.availability import shares
from app.appointments.models import Appointment, Hold, HoldStatus, is_live
from app.appointments.origins.networks import HasOrigin
from app.appointments.origins.rules import DayCounts, Network
from app.db import db, lock_name
from app.i18n import local
from app.settings import OriginRules, Settings
from app.stations.hours.plans import PlanOwner

Fingerprint = InstrumentedAttribute[str | None]


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day at the desks of one group of a station."""

    station: PlanOwner
    desk_group: int
    day: date


def place_of(owner: Hold | Appointment) -> CountedDay:
    """Return the day and the desks of a hold or a visit."""
    day = local(owner.starts_at, owner.station.timezone).date()
    return CountedDay(owner.station, owner.desk_group, day)


class _Width(NamedTuple):
    """One width of network: its fingerprint, where it stands, and its numbers."""

    name: str
    visits: Fingerprint
    holds: Fingerprint
    few: int
    most: int
    of_day_percent: int


def rules() -> OriginRules:
    """Return the numbers of this installation."""
    settings: Settings = current_app.extensions["settings"]
    return settings.origins


def lock(origin: HasOrigin) -> None:
    """Let others of the same networks wait: two at once would both find room."""
    for width in sorted(_widths(origin)):
        lock_name(f"asked-from:{width.name}")


def _widths(origin: HasOrigin) -> list[_Width]:
    n = rules()
    numbers = {
        "asked_from": (n.few, n.most, n.of_day_percent),
        "asked_from_56": (n.few_56, n.most_56, n.of_day_percent_56),
        "asked_from_48": (n.few_48, n.most_48, n.of_day_percent_48),
    }
    return [
        _Width(fingerprint, getattr(Appointment, name), getattr(Hold, name), *found)
        for name, found in numbers.items()
        if (fingerprint := getattr(origin, name))
    ]


def networks_with(
    origin: HasOrigin, place: CountedDay | None, *, now: datetime, beside: Hold | None = None
) -> list[Network]:
    """Return what each of these networks has, without the hold that is asked about.

    What they take of the day is only looked up where a place is named.
    """
    return [_network(width, place, now=now, beside=beside) for width in _widths(origin)]


def _network(width: _Width, place: CountedDay | None, *, now: datetime, beside: Hold | None) -> Network:
    mine: tuple[Any, ...] = (width.visits == width.name, is_live, Appointment.ends_at > now)
    unproved = and_(*mine, Appointment.proved_at.is_(None))
    provisional = and_(unproved, Appointment.provisional_until.is_not(None))
    asked: tuple[Any, ...] = (width.holds == width.name, Hold.expires_at > now)
    kept = and_(*asked, Hold.status == HoldStatus.OPEN)
    if beside is not None:
        kept = and_(kept, Hold.id != beside.id)
    counts = (_count(Appointment, unproved), _count(Appointment, provisional), _count(Hold, kept))
    all_unproved, still_provisional, all_kept = db.session.execute(select(*counts)).one()
    passing = still_provisional + all_kept
    of_day = _cells_of_day(place, provisional, kept) if place and passing else 0
    return Network(all_unproved, passing, of_day, width.few, width.most, width.of_day_percent)


def _count(model: type[Appointment | Hold], which: ColumnElement[bool]) -> Any:
    return select(func.count(model.id)).where(which).scalar_subquery()


def _cells_of_day(place: CountedDay, visits: ColumnElement[bool], holds: ColumnElement[bool]) -> int:
    taken = shares.taken_by_day(place.station, place.desk_group, place.day, 1, visits=visits, holds=holds)
    return taken[place.day]


def day_of(place: CountedDay, *, unproved: bool = False) -> DayCounts:
    """Return the desks of the day and, where that is asked, what visits that nobody proved take of them."""
    nobody = Appointment.proved_at.is_(None) & Appointment.case_id.is_(None)
    taken = _cells_of_day(place, nobody, shares.NONE) if unproved else 0
    return DayCounts(shares.desks_on(place.station, place.desk_group, place.day), taken)
