"""Look-ups of stations and services."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session, selectinload

from app.db import Base, db, locking, run
from app.errors import DomainError, NotFound
from app.settings import Settings
from app.stations.models import Service, Station


class StationRetired(DomainError):
    """The station was closed for good. Its page is asked for by printed codes and old messages."""

    code = "station_retired"
    status = 410


def get_station(slug: str) -> Station:
    """Return the station with this slug. Raises NotFound, StationRetired."""
    # PostgreSQL takes no zero bytes, and an address can have them.
    station = db.session.scalar(select(Station).where(Station.slug == slug)) if slug.isprintable() else None
    if station is None:
        raise NotFound
    if station.retired_at:
        raise StationRetired
    return station


def lock_station(slug: str, *, shared: bool = False) -> Station | None:
    """Return the station, retired or not, locked and as it is now.

    `shared` keeps its plan as it is and lets others do the same; alone it is locked to change the plan.
    """
    return db.session.scalar(locking(select(Station).where(Station.slug == slug), shared=shared))


def get_service(code: str) -> Service:
    """Return the service with this code. Raises NotFound."""
    service = db.session.scalar(select(Service).where(Service.code == code))
    if service is None:
        raise NotFound
    return service


@dataclass(frozen=True, slots=True)
class OfferedService:
    """A service at a station: just what free times are made of. `id` is the station's."""

    id: int
    service_id: int
    plan_version: int
    timezone: str
    minutes: int
    lead_minutes: int
    horizon_days: int
    max_party: int
    party_served: str
    needs_case: bool


_stations, _services, _offers = (
    Base.metadata.tables[name].c for name in ("stations", "services", "station_services")
)
# Of columns and not of models: the mapper would cost as much as the rest.
_OFFER = select(
    _stations.id,
    _services.id,
    _stations.plan_version,
    _stations.timezone,
    _services.minutes,
    _services.lead_minutes,
    _services.horizon_days,
    _services.max_party,
    _services.party_served,
    _services.needs_case,
).where(
    _stations.slug == bindparam("slug"),
    _stations.retired_at.is_(None),
    _services.code == bindparam("code"),
    _offers.station_id == _stations.id,
    _offers.service_id == _services.id,
)


# Shared: bookings go side by side, a change of the plan waits for them and they for it.
_OFFER_LOCKED = locking(_OFFER, shared=True, of=Base.metadata.tables["stations"])


def find_offer(slug: str, code: str, *, lock: bool = False) -> OfferedService | None:
    """Return the offer, read in one statement: it is looked up for every answer about free times.

    `lock` keeps the station's plan as it is until the transaction ends.
    """
    if not (slug.isprintable() and code.isprintable()):
        return None
    row = run(_OFFER_LOCKED if lock else _OFFER, {"slug": slug, "code": code}).first()
    return OfferedService(*row) if row else None


# Built once: putting them together costs as much as running them.
_ALL_STATIONS = (
    select(Station)
    .where(Station.retired_at.is_(None))
    .options(selectinload(Station.offers), selectinload(Station.phones))
    .order_by(Station.number, Station.id)
)
_SOME_STATIONS = _ALL_STATIONS.where(Station.id.in_(bindparam("ids", expanding=True)))
_ALL_SERVICES = select(Service).order_by(Service.position, Service.code)


def list_stations() -> Sequence[Station]:
    """Return all stations that receive people, in published order, with their offers and telephones."""
    return db.session.scalars(_ALL_STATIONS).all()


def list_stations_ever() -> Sequence[Station]:
    """Return all stations, those too that receive nobody any more: people came there."""
    return db.session.scalars(select(Station).order_by(Station.number, Station.id)).all()


_NEXT_STATIONS = _ALL_STATIONS.where(
    tuple_(Station.number, Station.id) > tuple_(bindparam("number"), bindparam("id"))
).limit(bindparam("count"))


def list_after(number: int, station_id: int, *, count: int) -> Sequence[Station]:
    """Return so many of the stations that follow this one in published order."""
    where = {"number": number, "id": station_id, "count": count}
    return db.session.scalars(_NEXT_STATIONS, where).all()


def some_stations(session: Session, ids: Sequence[int]) -> Sequence[Station]:
    """Return these stations, in any order, with what they offer and their telephones."""
    return session.scalars(_SOME_STATIONS, {"ids": ids}).all()


def list_services() -> Sequence[Service]:
    return db.session.scalars(_ALL_SERVICES).all()


def offers(station: Station, service: Service) -> bool:
    return any(offer.service_id == service.id for offer in station.offers)


def number_to_call(station: Station) -> str:
    """Return the number that is answered at this point; the help line's where nobody knows one."""
    if station.phones:
        return station.phones[0].number
    settings: Settings = current_app.extensions["settings"]
    return settings.help_phone
