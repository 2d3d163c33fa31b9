"""Open a case. Runs inside `transact()`."""

from dataclasses import dataclass, field
from datetime import date, datetime

from app.cases.models import Case, LegState, Permit, PermitLeg, VisitType
from app.cases.queries import CODE_INDEX, PASSPORT_INDEX
from app.codes import LINK_LENGTH, new_code
from app.crypto import keyring, token_hash
from app.db import db
from app.stations.models import Station


@dataclass(frozen=True, slots=True)
class NewCase:
    """What the bureaus tell of a case. `legs` gives the state of each permit."""

    visit_type: VisitType
    full_name: str
    passport: str
    language: str
    email: str = ""
    phone: str = ""
    papers_station: Station | None = None
    collect_before: date | None = None
    legs: dict[Permit, LegState] = field(default_factory=lambda: dict.fromkeys(Permit, LegState.APPROVED))
    demo: bool = False


def open_case(new: NewCase, *, now: datetime) -> Case:
    """Create a case with its two keys: the link of our messages and the code to type."""
    code, link = new_code(), new_code(LINK_LENGTH)
    case = Case(
        number=f"C{new_code(10)}",
        visit_type=new.visit_type,
        papers_station_id=new.papers_station.id if new.papers_station else None,
        collect_before=new.collect_before,
        language=new.language,
        created_at=now,
        demo=new.demo,
        code_index=keyring().blind_index(code, purpose=CODE_INDEX),
        link_hash=token_hash(link),
        passport_index=keyring().blind_index(new.passport, purpose=PASSPORT_INDEX),
        legs=[PermitLeg(permit=permit, state=state) for permit, state in new.legs.items()],
    )
    case.code, case.link, case.passport = code, link, new.passport
    case.full_name, case.email, case.phone = new.full_name, new.email, new.phone
    db.session.add(case)
    return case
