"""What stations and services are, remembered by each process for as long as nobody changes a fact.

Every change of a station, its telephones, its offers or a service renews the stamp of FACTS in the same
transaction, so what is remembered is never older than the stamp it was asked for with. Rows returned here
belong to no session: they are read by many threads at once, and never written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import db
from app.errors import NotFound
from app.stations.models import Service, Station
from app.stations.name_stamps import FACTS, find_stamp
from app.stations.queries import some_stations

MOST_REMEMBERED = 2000


@dataclass(slots=True)
class _Facts:
    """All that is remembered by one stamp of one database."""

    stamp: str
    stations: dict[int, Station] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)


_facts: dict[Engine, _Facts] = {}


def stations_with(versions: Mapping[int, int]) -> list[Station]:
    """Return these stations in this order, each with the version of its plan that was read just now."""
    if not versions:
        return []
    known = _current().stations
    found = {id_: station for id_, version in versions.items() if (station := _fresh(known, id_, version))}
    if missing := [id_ for id_ in versions if id_ not in found]:
        read = _read(missing)
        if len(known) + len(read) > MOST_REMEMBERED:
            known.clear()
        known |= read
        found |= read
    return [found[id_] for id_ in versions if id_ in found]


def _fresh(known: Mapping[int, Station], id_: int, version: int) -> Station | None:
    station = known.get(id_)
    return station if station is not None and station.plan_version == version else None


def service_with(code: str) -> Service:
    """Return the service with this code, to be read only. Raises NotFound."""
    known = _current().services
    if not known:
        with _apart() as session:
            found = session.scalars(select(Service)).all()
            session.expunge_all()
        known |= {service.code: service for service in found}
    if code not in known:
        raise NotFound
    return known[code]


def _current() -> _Facts:
    """Return what goes with the stamp of this transaction, asked for once in it.

    Without any stamp nothing is remembered.
    """
    session = db.session()
    facts: _Facts | None
    transaction, facts = session.info.get(FACTS, (None, None))
    if facts is None or transaction is not session.get_transaction():
        facts = _by_stamp(find_stamp(FACTS))
        session.info[FACTS] = session.get_transaction(), facts
    return facts


def _by_stamp(stamp: str | None) -> _Facts:
    if stamp is None:
        return _Facts("")
    facts = _facts.get(db.engine)
    if facts is None or facts.stamp != stamp:
        facts = _facts[db.engine] = _Facts(stamp)
    return facts


def _read(ids: Sequence[int]) -> dict[int, Station]:
    with _apart() as session:
        found = {station.id: station for station in some_stations(session, ids)}
        session.expunge_all()
    return found


def _apart() -> Session:
    """Return a session of its own in the transaction of the request, whose rows nobody else holds."""
    return Session(db.session.connection(), join_transaction_mode="rollback_only", autoflush=False)
