"""Take in what the bureaus tell, in batches: new cases opened, known ones brought up to date.

A version is taken once. A decision that stands is never lowered by a file or a request: only a person
takes it back. Every function is called inside `transact()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from app.appointments import queries as visits
from app.cases import consents, decisions, finding_keys, history
from app.cases.decisions import Decision
from app.cases.history import Line
from app.cases.models import Bureau, Case, CaseEventKind, Employer, VisitType
from app.cases.name_words import folded
from app.cases.operations import NewCase, open_cases
from app.cases.states import LegState, Permit, next_states
from app.crypto import keyring
from app.db import db
from app.intake.facts import CaseFacts, LegFacts
from app.intake.models import RowResult
from app.stations.models import Station
from app.stations.opening_hours import WorkCalendar
from app.stations.plans import read_calendar

FACTS_INDEX = "intake-facts"


@dataclass
class Surroundings:
    """What a batch needs of the database, read once."""

    cases: dict[str, Case]
    employers: dict[str, Employer]
    stations: dict[str, Station]
    visit_types: dict[str, VisitType]
    calendar: WorkCalendar
    permits: frozenset[Permit]  # whose states are taken from this source
    actor: str
    now: datetime
    opened: list[tuple[CaseFacts, NewCase]] = field(default_factory=list)


def take_in(
    batch: Sequence[CaseFacts], *, actor: str, now: datetime, bureau: str | None = None
) -> list[RowResult]:
    """Take in a batch and return what became of each; a source of one bureau tells only its permit."""
    around = _surroundings(batch, actor, now, bureau)
    results = [_take(facts, around) for facts in batch]
    _open_new(around)
    return results


def _surroundings(batch: Sequence[CaseFacts], actor: str, now: datetime, bureau: str | None) -> Surroundings:
    numbers = sorted({facts.number for facts in batch})
    known = select(Case).where(Case.external_number.in_(numbers)).order_by(Case.id)
    own = select(Bureau.permit).where(Bureau.code == bureau) if bureau else select(Bureau.permit)
    codes = {employer_code(facts) for facts in batch}
    employers = db.session.scalars(select(Employer).where(Employer.code.in_(codes)))
    return Surroundings(
        cases={
            case.external_number or "": case
            for case in db.session.scalars(known.with_for_update().execution_options(populate_existing=True))
        },
        employers={employer.code: employer for employer in employers},
        stations={station.slug: station for station in db.session.scalars(select(Station))},
        visit_types={row.code: row for row in db.session.scalars(select(VisitType))},
        calendar=read_calendar(),
        permits=frozenset(map(Permit, db.session.scalars(own))),
        actor=actor,
        now=now,
    )


def _take(facts: CaseFacts, around: Surroundings) -> RowResult:
    if any(earlier.number == facts.number for earlier, _new in around.opened):
        _open_new(around)  # The same number again in one batch: its case must be there first.
    case = around.cases.get(facts.number)
    if case is None:
        around.opened.append((facts, _new_case(facts, around)))
        return RowResult.NEW
    result = compare(case, facts)
    if result is RowResult.UPDATED:
        _update(case, facts, around)
    return result


def compare(case: Case, facts: CaseFacts) -> RowResult:
    """Return what this version means for a known case."""
    if facts.version < case.external_version:
        return RowResult.OLDER
    if facts.version == case.external_version:
        known = case.external_hash in keyring().blind_indexes(facts.as_text(), purpose=FACTS_INDEX)
        return RowResult.SAME if known else RowResult.CONFLICT
    return RowResult.CLOSED if case.collected_at or case.merged_into_id else RowResult.UPDATED


def fingerprint(facts: CaseFacts) -> str:
    """Return the keyed fingerprint of a version's contents."""
    return keyring().blind_index(facts.as_text(), purpose=FACTS_INDEX)


# --- a new case --------------------------------------------------------------------------------


def _new_case(facts: CaseFacts, around: Surroundings) -> NewCase:
    told = {permit: facts.legs[permit] for permit in around.permits if permit in facts.legs}
    return NewCase(
        visit_type=around.visit_types[facts.visit_type],
        full_name=facts.name,
        passport=facts.passport,
        language=facts.language,
        email=facts.email,
        phone=facts.phone,
        papers_station=around.stations.get(facts.papers_station),
        shelf=facts.shelf,
        collect_before=facts.collect_before,
        legs={permit: told[permit].state if permit in told else LegState.RECEIVED for permit in Permit},
        leg_days={permit: leg.on_day for permit, leg in told.items() if leg.on_day},
        leg_reasons={permit: leg.reason for permit, leg in told.items() if leg.reason},
        received_on=facts.received_on,
        employer=_employer(facts, around),
        nationality=facts.nationality or None,
        external_number=facts.number,
        external_version=facts.version,
        external_hash=fingerprint(facts),
        actor=around.actor,
    )


def _open_new(around: Surroundings) -> None:
    opened, around.opened = around.opened, []
    cases = open_cases([new for _facts, new in opened], now=around.now, calendar=around.calendar)
    for (facts, _new), case in zip(opened, cases, strict=True):
        around.cases[facts.number] = case
        if facts.consented_on:
            consents.note(case, on_day=facts.consented_on, source=around.actor, now=around.now)


def _employer(facts: CaseFacts, around: Surroundings) -> Employer | None:
    if not facts.employer and not facts.employer_code:
        return None
    code = employer_code(facts)
    found = around.employers.get(code)
    if found is None:
        name = facts.employer or code
        found = Employer(code=code, name=name, name_folded=folded(name))
        around.employers[code] = found
        db.session.add(found)
    elif facts.employer and found.name != facts.employer:
        found.name, found.name_folded = facts.employer, folded(facts.employer)
    if facts.employer_registered_on:
        found.registered_on = facts.employer_registered_on
    return found


def employer_code(facts: CaseFacts) -> str:
    """Return the unit's code, or one made of its name where the bureaus tell none."""
    return facts.employer_code or f"NAME {folded(facts.employer)}"[:40]


# --- a known case ------------------------------------------------------------------------------


def _update(case: Case, facts: CaseFacts, around: Surroundings) -> None:
    before = case.external_version
    case.external_version, case.external_hash = facts.version, fingerprint(facts)
    _update_person(case, facts)
    case.employer = _employer(facts, around) or case.employer
    case.nationality = facts.nationality or case.nationality
    case.collect_before = facts.collect_before or case.collect_before
    details = {"from": before, "to": facts.version}
    history.record(case, Line(CaseEventKind.UPDATED, around.actor, details=details), now=around.now)
    for permit in sorted(around.permits & set(facts.legs)):
        _update_leg(case, permit, facts.legs[permit], around)
    _update_papers(case, facts, around)
    _note_consent(case, facts, around)
    decisions.settle(case, actor=around.actor, now=around.now, calendar=around.calendar)


def _update_person(case: Case, facts: CaseFacts) -> None:
    wanted = {"full_name": facts.name, "passport": facts.passport, "email": facts.email, "phone": facts.phone}
    changed = {name: value for name, value in wanted.items() if value and getattr(case, name) != value}
    for name, value in changed.items():
        setattr(case, name, value)
    if "passport" in changed:
        finding_keys.index_case(case)
    if changed:
        finding_keys.write_tokens(case)


def _update_leg(case: Case, permit: Permit, told: LegFacts, around: Surroundings) -> None:
    leg = decisions.leg_of(case, permit)
    if told.state not in next_states(leg.state):
        return  # the same, or less than what stands
    day = min(
        max(filter(None, (told.on_day, leg.changed_on, case.received_on)), default=_today(around)),
        _today(around),
    )
    decision = Decision(permit, told.state, told.reason, on_day=day)
    decisions.change_leg(case, leg, decision, actor=around.actor, now=around.now)


def _today(around: Surroundings) -> date:
    return history.today(around.now)


def _update_papers(case: Case, facts: CaseFacts, around: Surroundings) -> None:
    station = around.stations.get(facts.papers_station)
    if station is None:
        return
    if station.id != case.papers_station_id and visits.find_live_for_case(case.id):
        return  # Somebody is coming to where the papers lie now; staff sort that out.
    decisions.put_papers(case, station, facts.shelf, actor=around.actor, now=around.now)


def _note_consent(case: Case, facts: CaseFacts, around: Surroundings) -> None:
    if facts.consented_on:
        consents.give(case, on_day=facts.consented_on, source=around.actor, now=around.now)
