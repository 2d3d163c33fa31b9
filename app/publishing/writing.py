"""Write changed cells into a station's rows, or into a copy that is only looked at."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect

from app.localtext import LocalText
from app.publishing import cells, origins
from app.publishing.cells import TEXTS
from app.stations.models import (
    Confidence,
    Service,
    Station,
    StationFact,
    StationPhone,
    StationService,
)

DEFAULT_TIMEZONE = "Asia/Shanghai"


def write(
    station: Station,
    before: Mapping[str, str],
    after: Mapping[str, str],
    services: Mapping[str, Service],
) -> None:
    """Make the station what its cells say; `before` are all its cells now, `after` all as they shall be."""
    changed = {d.field for d in cells.differences(before, after)}
    for name, value in _columns(after).items():
        if getattr(station, name, None) != value:
            setattr(station, name, value)
    if changed & set(cells.PHONES):
        station.phones = [
            StationPhone(number=number, label=label, position=position)
            for position, (number, label) in enumerate(cells.filled_phones(after))
        ]
    if "services" in changed:
        _set_offers(station, cells.list_of(after["services"]), services)
    origins.set_origins(station, before, after)


def _columns(after: Mapping[str, str]) -> dict[str, Any]:
    lat, lon = cells.position_of(after)
    texts: dict[str, Any] = {text: cells.text_of(after, text) for text in TEXTS}
    return texts | {
        "number": int(after["number"]),
        "kind": after["kind"],
        "notice": texts["notice"] or None,
        "lat": lat,
        "lon": lon,
        "precision_m": int(after["precision_m"]),
        "position_confirmed_on": cells.day_of(after["position_checked_on"]),
        "hours_confirmed_on": cells.day_of(after["opening_hours_checked_on"]),
        "step_free": {"": None, "yes": True, "no": False}[after["step_free"]],
        "last_number_minutes": int(after["last_number_minutes"]) if after["last_number_minutes"] else None,
        "languages": cells.list_of(after["languages"]),
        "photo": after["photo"] or None,
        "photo_alt": (cells.text_of(after, "photo_alt") or None) if after["photo"] else None,
    }


def _set_offers(station: Station, codes: list[str], services: Mapping[str, Service]) -> None:
    kept = [offer for offer in station.offers if offer.service.code in codes]
    known = {offer.service.code for offer in kept}
    added = [
        StationService(
            service_id=services[code].id,
            service=services[code],
            confidence=Confidence.CONFIRMED,
            source=origins.STAFF,
        )
        for code in codes
        if code not in known
    ]
    station.offers = [*kept, *added]


def blank(slug: str) -> Station:
    """Return a station without anything known about it; the session does not know it."""
    empty = {name: LocalText() for name in ("name", "full_name", "address", "district")}
    return Station(
        slug=slug, timezone=DEFAULT_TIMEZONE, plan_version=1, languages=[], step_free=None, notice=None,
        photo=None, photo_alt=None, hours_confirmed_on=None, position_confirmed_on=None, **empty,
    )  # fmt: skip


def copied(station: Station) -> Station:
    """Return a copy to look at that the session does not know: nothing of it is ever saved."""
    copy = Station(**_values(station))
    copy.phones = [StationPhone(**_values(phone)) for phone in station.phones]
    copy.facts = [StationFact(**_values(fact)) for fact in station.facts]
    copy.offers = [StationService(**_values(offer), service=offer.service) for offer in station.offers]
    return copy


def _values(row: Any) -> dict[str, Any]:
    names = (attribute.key for attribute in inspect(type(row)).column_attrs)
    return {name: getattr(row, name) for name in names if name != "changed_at"}
