"""Open a case. Runs inside `transact()`."""

from dataclasses import dataclass, field
from datetime import date, datetime

from app.cases import decisions, finding_keys, history
from app.cases.history import Line
from app.cases.models import Case, CaseEventKind, Employer, PermitLeg, VisitType
from app.cases.states import DECIDED, LegState, Permit
from app.codes import LINK_LENGTH, new_code
from app.crypto import token_hash
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
    received_on: date | None = None
    employer: Employer | None = None
    nationality: str | None = None
    external_number: str | None = None
    external_version: int = 0
    actor: str = "system"


def open_case(new: NewCase, *, now: datetime) -> Case:
    """Create a case with its two keys: the link of our messages and the code to type."""
    case = build_case(new, now=now)
    db.session.add(case)
    db.session.flush()
    finding_keys.write_tokens(case)
    history.record(case, Line(CaseEventKind.OPENED, new.actor, on_day=case.received_on), now=now)
    station = new.papers_station
    if station and decisions.offers_handover(station.id, case.visit_type.service_id):
        decisions.put_papers(case, station, "", actor=new.actor, now=now)
    decisions.settle(case, actor=new.actor, now=now)
    return case


def build_case(new: NewCase, *, now: datetime) -> Case:
    """Return the row of a new case with its keys and legs; it is in no session yet."""
    code, link = new_code(), new_code(LINK_LENGTH)
    received_on = new.received_on or history.today(now)
    case = Case(
        number=f"C{new_code(10)}",
        visit_type=new.visit_type,
        collect_before=new.collect_before,
        language=new.language,
        created_at=now,
        demo=new.demo,
        received_on=received_on,
        employer=new.employer,
        nationality=new.nationality,
        external_number=new.external_number,
        external_version=new.external_version,
        link_hash=token_hash(link),
        legs=[_leg(permit, state, received_on, new.actor) for permit, state in new.legs.items()],
    )
    case.code, case.link, case.passport = code, link, new.passport
    case.full_name, case.email, case.phone = new.full_name, new.email, new.phone
    finding_keys.index_case(case)
    return case


def _leg(permit: Permit, state: LegState, day: date, actor: str) -> PermitLeg:
    decided_on = day if state in DECIDED else None
    return PermitLeg(permit=permit, state=state, decided_on=decided_on, changed_on=day, changed_by=actor)
