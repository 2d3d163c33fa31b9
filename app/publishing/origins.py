"""Where the facts of a point come from, after its cells were changed.

Nothing is kept that was said of an older value: a changed value loses its source and its day of
checking, unless the same change gives new ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.publishing.cells import GROUPS, PHONES, day_of, fact_fields
from app.stations.models import Confidence, Station, StationFact

STAFF = "station staff"  # the source of what is typed without one


@dataclass(frozen=True, slots=True)
class ChangeOrigin:
    confidence: str
    source: str = ""
    checked_on: date | None = None


UNKNOWN = ChangeOrigin(Confidence.NOT_FOUND)


def set_origins(station: Station, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Bring the facts of a station into line with its changed cells; those it did not touch stay."""
    known = {fact.field: fact for fact in station.facts}
    for group in GROUPS:
        for field in fact_fields(group):
            fact = known.get(field)
            origin = _origin(group, field, fact, before, after)
            if field in PHONES and not after.get(field):
                origin = None
                if fact and before.get(field):
                    station.facts.remove(fact)
            if origin is not None:
                _set(station, field, fact, origin)


def _set(station: Station, field: str, fact: StationFact | None, origin: ChangeOrigin) -> None:
    if fact is None:
        fact = StationFact(field=field, note="")
        station.facts.append(fact)
    fact.confidence, fact.source, fact.checked_on = origin.confidence, origin.source, origin.checked_on
    fact.edited = True


def _origin(
    group: str,
    field: str,
    fact: StationFact | None,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> ChangeOrigin | None:
    """Return where the fact comes from now; None when nothing about it changed."""

    def said(origin: str) -> str | None:
        """Return what this change says of the group, if it says anything."""
        cell = f"{group}_{origin}"
        return after.get(cell, "") if after.get(cell, "") != before.get(cell, "") else None

    is_value = field != "opening_hours"
    is_new = is_value and _value(field, before) != _value(field, after)
    confidence, source, checked = said("confidence"), said("source"), said("checked_on")
    if not is_new and confidence is None and source is None and checked is None:
        return None
    if is_value and not _value(field, after):
        return UNKNOWN if fact else None
    kept = UNKNOWN if is_new or fact is None else ChangeOrigin(fact.confidence, fact.source, fact.checked_on)
    if is_new and source is None:
        source = STAFF
    return ChangeOrigin(
        confidence=confidence or _confidence(kept, checked, typed=is_new and field != "position"),
        source=kept.source if source is None else source,
        checked_on=kept.checked_on if checked is None else day_of(checked),
    )


def _confidence(kept: ChangeOrigin, checked: str | None, *, typed: bool) -> str:
    """Return how sure a fact is when nobody says: what its people typed or checked, they confirm.

    A pin can be a little off without anybody noticing, so it is confirmed by checking only.
    """
    unsure = kept.confidence in (Confidence.NOT_FOUND, Confidence.ASSUMED)
    if not unsure:
        return kept.confidence
    return Confidence.CONFIRMED if typed or checked else Confidence.ASSUMED


def _value(field: str, cells: Mapping[str, str]) -> str:
    if field == "position":
        return f"{cells.get('position', '')} {cells.get('precision_m', '')}"
    return cells.get(field, "")
