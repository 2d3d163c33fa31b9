"""One case, told by an approval system. Runs inside `transact()`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from app.cases.decisions import CaseClosed
from app.cases.models import Case
from app.db import db, locking
from app.errors import DomainError
from app.intake.facts import CaseFacts
from app.intake.keys import RequestNotSigned
from app.intake.models import IntakeKey, RowResult
from app.intake.operations import take_in
from app.intake.runs import LONGEST_ACTOR


class VersionOld(DomainError):
    """A newer version of the case is known."""

    code: ClassVar[str] = "version_old"


class VersionConflict(DomainError):
    """The same version was told with other contents."""

    code: ClassVar[str] = "version_conflict"


REFUSED = {
    RowResult.OLDER: VersionOld,
    RowResult.CONFLICT: VersionConflict,
    RowResult.CLOSED: CaseClosed,
}


def tell(facts: CaseFacts, key_id: int, *, now: datetime) -> tuple[RowResult, str]:
    """Take the case in and return what became of it, and our number of it.

    Raises VersionOld, VersionConflict or CaseClosed, and SignatureWrong when the key was revoked meanwhile.
    """
    key = db.session.scalars(locking(select(IntakeKey).where(IntakeKey.id == key_id))).one()
    if key.revoked_at:
        raise RequestNotSigned
    key.last_used_at = now
    actor = f"{key.key_id}: {key.name}"[:LONGEST_ACTOR]
    (result,) = take_in([facts], actor=actor, now=now, bureau=key.bureau)
    if result in REFUSED:
        raise REFUSED[result]
    return result, db.session.scalars(select(Case.number).where(Case.external_number == facts.number)).one()
