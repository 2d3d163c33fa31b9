"""Places from a file, and what reading it would change: seen before anything is saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.db import db
from app.seeding.files import rows_of
from app.stations.geography.names import keys_of
from app.stations.geography.stretches import flat_metres
from app.stations.models import Place
from app.stations.seeding.seed import PLACE_COLUMNS, CodedSeed, read_place

# A place of the same name as near as this is the same place under another slug.
DOUBLE_WITHIN_M = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of one row: `added`, `changed` in these columns, or `unchanged`; `doubles` are slugs."""

    slug: str
    name: str
    what: str
    columns: tuple[str, ...] = ()
    doubles: tuple[str, ...] = ()


def read_text(text: str, file: str) -> list[CodedSeed]:
    """Read places from the text of a file. Raises SeedError with the place of the first mistake."""
    return [read_place(row) for row in rows_of(text, file, PLACE_COLUMNS, key=("slug",))]


def preview(rows: Sequence[CodedSeed]) -> list[Preview]:
    """Say what loading these places would do."""
    known = {place.slug: place for place in db.session.scalars(select(Place))}
    return [_preview(row, known) for row in rows]


def _preview(row: CodedSeed, known: dict[str, Place]) -> Preview:
    before, name = known.get(row.code), row.columns["name"].in_language("en")
    if before is None:
        return Preview(row.code, name, "added", (), _doubles(row, known))
    columns = tuple(column for column, value in row.columns.items() if getattr(before, column) != value)
    return Preview(row.code, name, "changed" if columns else "unchanged", columns)


def _doubles(row: CodedSeed, known: dict[str, Place]) -> tuple[str, ...]:
    here, own = (row.columns["lat"], row.columns["lon"]), _keys(row.columns["name"].as_dict().values())
    return tuple(
        place.slug
        for place in known.values()
        if flat_metres(here, (place.lat, place.lon)) <= DOUBLE_WITHIN_M
        and own & _keys((*place.name.as_dict().values(), *place.aliases))
    )


def _keys(texts: Iterable[str]) -> frozenset[str]:
    return keys_of(text for text in texts if text).names
