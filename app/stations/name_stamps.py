"""A stamp that is new after every change of a name or a position.

What processes remember of names is kept by the stamp. It is random and not a number: a database
that was replaced or emptied never shows a stamp that was seen before.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import instance_state

from app.db import Model, db
from app.stations.models import Place, Station

ONLY = 1
COMPARED = frozenset({"slug", "name", "full_name", "aliases", "category", "district"})
POSITION = frozenset({"lat", "lon", "precision_m"})


class NameStamp(Model):
    """One row; none before the first name is written."""

    __tablename__ = "name_stamps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))


_stamps = NameStamp.__table__.c
_STAMP = select(_stamps.stamp).where(_stamps.id == ONLY)


def find_stamp() -> str | None:
    return db.session.connection().execute(_STAMP).scalar()


def renew_stamp(session: Session) -> None:
    """Make what is remembered of names old. For writes that go past the models; others do it themselves."""
    connection, stamp = session.connection(), secrets.token_hex(16)
    if not connection.execute(update(NameStamp).where(NameStamp.id == ONLY).values(stamp=stamp)).rowcount:
        connection.execute(insert(NameStamp).values(id=ONLY, stamp=stamp))


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    if any(_is_named(session.new)) or any(_is_named(session.deleted)) or any(_is_renamed(session.dirty)):
        renew_stamp(session)


def _is_named(rows: Iterable[object]) -> Iterable[bool]:
    return (isinstance(row, Place | Station) for row in rows)


def _is_renamed(rows: Iterable[object]) -> Iterable[bool]:
    for row in rows:
        if isinstance(row, Place | Station):
            attributes = instance_state(row).attrs
            yield any(a.history.has_changes() for a in attributes if a.key in COMPARED | POSITION)
