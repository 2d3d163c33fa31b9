"""Stamps that are new after every change of a name or a position, and of any fact of a station or service.

What processes remember of names and of facts is kept by the stamp. It is random and not a number: a
database that was replaced or emptied never shows a stamp that was seen before.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import String, bindparam, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import instance_state

from app.db import Model, db
from app.stations.models import Place, Service, Station, StationPhone, StationService

NAMES, FACTS = 1, 2
COMPARED = frozenset({"slug", "name", "full_name", "aliases", "category", "district"})
POSITION = frozenset({"lat", "lon", "precision_m"})
# They say when a station is open and not what it is; whoever remembers facts asks for the version too.
NO_FACTS = frozenset(
    {"plan_version", "changed_at", "edited_at", "facts", "reminder_plan", "reminder_version"}
)


class NameStamp(Model):
    """One row for NAMES and one for FACTS; none before the first of them is written."""

    __tablename__ = "name_stamps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))


_stamps = NameStamp.__table__.c
_STAMP = select(_stamps.stamp).where(_stamps.id == bindparam("id"))


def find_stamp(of: int = NAMES) -> str | None:
    return db.session.connection().execute(_STAMP, {"id": of}).scalar()


def renew_stamp(session: Session, of: int = NAMES) -> None:
    """Make what is remembered old. For writes that go past the models; others do it themselves."""
    session.info.pop(FACTS, None)
    connection, stamp = session.connection(), secrets.token_hex(16)
    if not connection.execute(update(NameStamp).where(NameStamp.id == of).values(stamp=stamp)).rowcount:
        connection.execute(insert(NameStamp).values(id=of, stamp=stamp))


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    came_or_went = (*session.new, *session.deleted)
    if any(_is_named(came_or_went)) or any(_is_renamed(session.dirty)):
        renew_stamp(session, NAMES)
    if any(_is_fact(came_or_went)) or any(_says_otherwise(session.dirty)):
        renew_stamp(session, FACTS)


def _is_named(rows: Iterable[object]) -> Iterable[bool]:
    return (isinstance(row, Place | Station) for row in rows)


def _is_renamed(rows: Iterable[object]) -> Iterable[bool]:
    for row in rows:
        if isinstance(row, Place | Station):
            attributes = instance_state(row).attrs
            yield any(a.history.has_changes() for a in attributes if a.key in COMPARED | POSITION)


def _is_fact(rows: Iterable[object]) -> Iterable[bool]:
    return (isinstance(row, Station | StationPhone | StationService | Service) for row in rows)


def _says_otherwise(rows: Iterable[object]) -> Iterable[bool]:
    for row in rows:
        if isinstance(row, Station | StationPhone | StationService | Service):
            attributes = instance_state(row).attrs
            yield any(a.history.has_changes() for a in attributes if a.key not in NO_FACTS)
