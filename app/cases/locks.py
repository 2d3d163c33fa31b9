"""Lock cases: each is read anew with its permits, since what the session holds may be older than the lock."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from app.cases.models import Case
from app.db import db, locking
from app.errors import NotFound


def lock_case(case_id: int | None) -> Case:
    """Return the case with this id, locked and as it is now. Raises NotFound."""
    return _lock(Case.id == case_id)


def lock_case_numbered(number: str) -> Case:
    """Return the case with this number, locked and as it is now. Raises NotFound."""
    return _lock(Case.number == number)


def _lock(which: ColumnElement[bool]) -> Case:
    found = db.session.scalar(locking(select(Case).where(which)).options(selectinload(Case.legs)))
    if found is None:
        raise NotFound
    return found
