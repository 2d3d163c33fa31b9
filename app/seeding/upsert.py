"""Write a row by its natural key: add it, change what differs, or leave it; and keep the tally."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select

from app.db import Model, db

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Tally:
    """What became of the rows of one table."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def touched(self) -> int:
        return self.added + self.changed + self.removed


@dataclass(slots=True)
class Tallies:
    """The tallies of one load, by table, in the order of loading."""

    by_table: dict[str, Tally] = field(default_factory=dict)

    def of(self, model: type[Model]) -> Tally:
        return self.by_table.setdefault(model.__tablename__, Tally())

    @property
    def touched(self) -> int:
        return sum(tally.touched for tally in self.by_table.values())


def upsert(model: type[M], key: Mapping[str, Any], values: Mapping[str, Any], tally: Tally) -> M:
    """Return the row with this key and these values, written only where it differs."""
    row = db.session.scalar(select(model).filter_by(**key))
    if row is None:
        row = model(**key, **values)
        db.session.add(row)
        db.session.flush()  # later rows refer to it by its id
        tally.added += 1
    elif assign(row, values):
        tally.changed += 1
    else:
        tally.unchanged += 1
    return row


def assign(row: Model, values: Mapping[str, Any]) -> bool:
    """Set the attributes that differ; say whether any did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
