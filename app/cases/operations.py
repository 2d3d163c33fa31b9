"""Open a case, and take its person out of it in the end. Runs inside `transact()`."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, update

from app.cases import decisions, history
from app.cases.decisions import NoHandover
from app.cases.finding import keys as finding_keys
from app.cases.history import HistoryLine
from app.cases.keys import end_old_link, give_keys
from app.cases.models import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseToken,
    Consent,
    Employer,
    PermitLeg,
    VisitType,
)
from app.cases.states import DECIDED, LegState, Permit
from app.codes import new_code, new_link
from app.crypto import keyring, link_hash
from app.db import db
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.hours.plans import read_calendar
from app.stations.models import Station

EMPTY = "—"  # what stands where a name stood


@dataclass(frozen=True, slots=True)
class Version:
    """The version of an application that a permit's bureau told, and its keyed fingerprint."""

    number: int = 0
    fingerprint: str = ""


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
    versions: dict[Permit, Version] = field(default_factory=dict)
    passport_expires_on: date | None = None
    shelf: str = ""
    leg_days: dict[Permit, date] = field(default_factory=dict)  # since when, if not since receipt
    leg_reasons: dict[Permit, str] = field(default_factory=dict)
    actor: str = "system"


def open_case(new: NewCase, *, now: datetime) -> Case:
    """Create a case with its two keys: the link of our messages and the code to type."""
    return open_cases([new], now=now, calendar=read_calendar())[0]


def open_cases(news: Sequence[NewCase], *, now: datetime, calendar: WorkCalendar) -> list[Case]:
    """Create several cases in one go."""
    cases = [build_case(new, now=now) for new in news]
    db.session.add_all(cases)
    db.session.flush()
    with db.session.no_autoflush:  # Their rows go out together, not at every look at another table.
        for new, case in zip(news, cases, strict=True):
            _begin(case, new, now=now, calendar=calendar)
    return cases


def _begin(case: Case, new: NewCase, *, now: datetime, calendar: WorkCalendar) -> None:
    finding_keys.add_tokens(case)
    history.record(case, HistoryLine(CaseEventKind.OPENED, new.actor, on_day=case.received_on), now=now)
    for leg in case.legs:
        if leg.state != LegState.RECEIVED:
            text = new.leg_reasons.get(Permit(leg.permit), "")
            details = {"from": LegState.RECEIVED, "to": leg.state}
            line = HistoryLine(CaseEventKind.LEG, new.actor, leg.permit, text, leg.changed_on, details)
            history.record(case, line, now=now)
    station = new.papers_station
    if station:
        with suppress(NoHandover):
            decisions.put_papers(case, station, new.shelf, actor=new.actor, now=now)
    decisions.settle_new(case, actor=new.actor, now=now, calendar=calendar)


def build_case(new: NewCase, *, now: datetime) -> Case:
    """Return the row of a new case with its keys and legs; it is in no session yet."""
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
        passport_expires_on=new.passport_expires_on,
        legs=[_leg(permit, new, received_on) for permit in new.legs],
    )
    case.passport = new.passport
    case.full_name, case.email, case.phone = new.full_name, new.email, new.phone
    give_keys(case)
    return case


def _leg(permit: Permit, new: NewCase, received_on: date) -> PermitLeg:
    state, day = new.legs[permit], new.leg_days.get(permit, received_on)
    told = new.versions.get(permit, Version())
    return PermitLeg(
        permit=permit,
        state=state,
        decided_on=day if state in DECIDED else None,
        changed_on=day,
        changed_by=new.actor,
        external_version=told.number,
        external_hash=told.fingerprint,
    )


def take_personal_out(case: Case, *, now: datetime) -> None:
    """Empty a case of its person; its permits, days and nationality stay for the figures."""
    case.full_name, case.passport, case.email, case.phone = EMPTY, EMPTY, "", ""
    case.code, case.link = new_code(), new_link()  # the old ones open nothing any more
    case.link_hash = link_hash(case.link)
    end_old_link(case)
    case.code_index = keyring().blind_index(case.code, purpose="emptied")
    case.passport_index = keyring().blind_index(case.number, purpose="emptied")
    for leg in case.legs:
        leg.external_hash = ""
    db.session.execute(delete(CaseToken).where(CaseToken.case_id == case.id))
    db.session.execute(update(CaseEvent).where(CaseEvent.case_id == case.id).values(text_encrypted=None))
    db.session.execute(delete(Consent).where(Consent.case_id == case.id))
    case.emptied_at = now
