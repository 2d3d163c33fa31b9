"""What a person wants of a service point, as conditions on rows. What is not known satisfies nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from app.db import Base, run
from app.stations.models import Confidence

_stations, _offers, _facts = (
    Base.metadata.tables[name].c for name in ("stations", "station_services", "station_facts")
)
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """`service` is an id, `language` a code like "ru"; the empty value of each asks for nothing."""

    service: int | None = None
    language: str = ""
    step_free: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """Return the values of the conditions' parameters."""
        return {"service": self.service, "speaks": f'%"{self.language}"%'}


def conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    """Return what a row of stations must be; the parameters are in `wanted.values`."""
    return _conditions(wanted.service is not None, bool(wanted.language), wanted.step_free)


@lru_cache
def _conditions(service: bool, language: bool, step_free: bool) -> tuple[ColumnElement[bool], ...]:
    asked: list[ColumnElement[bool]] = [_stations.retired_at.is_(None)]
    if service:
        asked.append(_offered())
    if language:
        asked += [_languages().like(bindparam("speaks")), _not_assumed("languages")]
    if step_free:
        asked += [_stations.step_free.is_(True), _not_assumed("step_free")]
    return tuple(asked)


def _offered() -> ColumnElement[bool]:
    offer = exists().where(_offers.station_id == _stations.id, _offers.service_id == bindparam("service"))
    return offer.correlate(Base.metadata.tables["stations"])


def _languages() -> ColumnElement[str]:
    return cast(_stations.languages, Text)  # a list of codes, in JSON on every database


def _not_assumed(field: str) -> ColumnElement[bool]:
    assumed = exists().where(
        _facts.station_id == _stations.id,
        _facts.field == field,
        _facts.confidence == Confidence.ASSUMED,
    )
    return not_(assumed.correlate(Base.metadata.tables["stations"]))


def count_unknown(wanted: Wanted, *, hours: bool) -> int:
    """Return at how many points nobody knows whether they have what is wanted; `hours` asks for those too.

    At most a thousand are counted.
    """
    statement = _unknown(wanted.service is not None, bool(wanted.language), wanted.step_free, hours)
    return int(run(statement, wanted.values).scalar_one())


@lru_cache
def _unknown(service: bool, language: bool, step_free: bool, hours: bool) -> Any:
    unknown: list[ColumnElement[bool]] = [false()]
    if language:
        unknown += [_languages() == "[]", not_(_not_assumed("languages"))]
    if step_free:
        unknown += [_stations.step_free.is_(None), not_(_not_assumed("step_free"))]
    if hours:
        unknown.append(_stations.hours_confirmed_on.is_(None))
    known = and_(_stations.retired_at.is_(None), *([_offered()] if service else []), or_(*unknown))
    rows = select(literal(1)).select_from(Base.metadata.tables["stations"]).where(known)
    return select(func.count()).select_from(rows.limit(MOST_COUNTED).subquery())
