"""Look-ups of stations and services."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import db
from app.errors import NotFound
from app.stations.models import Service, Station


def get_station(slug: str) -> Station:
    """Return the station with this slug. Raises NotFound."""
    # PostgreSQL takes no zero bytes, and an address can have them.
    station = db.session.scalar(select(Station).where(Station.slug == slug)) if slug.isprintable() else None
    if station is None:
        raise NotFound
    return station


def get_service(code: str) -> Service:
    """Return the service with this code. Raises NotFound."""
    service = db.session.scalar(select(Service).where(Service.code == code))
    if service is None:
        raise NotFound
    return service


def list_stations() -> Sequence[Station]:
    """Return all stations in their published order, with what they offer and their telephones."""
    return db.session.scalars(
        select(Station)
        .options(selectinload(Station.offers), selectinload(Station.phones))
        .order_by(Station.number)
    ).all()


def list_services() -> Sequence[Service]:
    return db.session.scalars(select(Service).order_by(Service.position, Service.code)).all()


def offers(station: Station, service: Service) -> bool:
    return any(offer.service_id == service.id for offer in station.offers)
