"""Take in what the bureaus tell, in batches: new cases opened, known ones brought up to date.

A version is taken once for each permit, so what one bureau told never hides what the other tells. A
decision that stands is never lowered by a file or a request: only a person takes it back. Every function
is called inside `transact()`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.appointments import queries as visits
from app.appointments.booking.contact import end_links_of_case, is_replaced
from app.cases import consents, decisions, history
from app.cases.decisions import Decision
from app.cases.employers import note_employer
from app.cases.finding import keys as finding_keys
from app.cases.finding.name_words import folded
from app.cases.history import HistoryLine
from app.cases.models import Bureau, Case, CaseEventKind, Employer, PermitLeg, VisitType
from app.cases.operations import NewCase, Version, open_cases
from app.cases.states import LegState, Permit, next_states
from app.crypto import keyring, token_hash
from app.db import db, locking
from app.intake.facts import CaseFacts
from app.intake.models import RowResult
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.hours.plans import read_calendar
from app.stations.models import Station

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
    known = known.options(selectinload(Case.legs))
    codes = {employer_code(facts) for facts in batch}
    employers = db.session.scalars(select(Employer).where(Employer.code.in_(codes)))
    return Surroundings(
        cases={case.external_number or "": case for case in db.session.scalars(locking(known))},
        employers={employer.code: employer for employer in employers},
        stations={
            station.slug: station
            for station in db.session.scalars(select(Station).where(Station.retired_at.is_(None)))
        },
        visit_types={row.code: row for row in db.session.scalars(select(VisitType))},
        calendar=read_calendar(),
        permits=permits_of(bureau),
        actor=actor,
        now=now,
    )


def permits_of(bureau: str | None) -> frozenset[Permit]:
    """Return the permits that a source of this bureau tells; of both bureaus when it is None."""
    own = select(Bureau.permit).where(Bureau.code == bureau) if bureau else select(Bureau.permit)
    return frozenset(map(Permit, db.session.scalars(own)))


def _take(facts: CaseFacts, around: Surroundings) -> RowResult:
    if any(earlier.number == facts.number for earlier, _new in around.opened):
        _open_new(around)  # The same number again in one batch: its case must be there first.
    case = around.cases.get(facts.number)
    if case is None:
        around.opened.append((facts, _new_case(facts, around)))
        return RowResult.NEW
    result = compare(case, facts, around.permits)
    if result is RowResult.UPDATED:
        _update(case, facts, around)
    return result


def compare(case: Case, facts: CaseFacts, permits: Collection[Permit]) -> RowResult:
    """Return what this version means for the permits of a known case that its source tells."""
    found = {_compare_leg(leg, facts) for leg in case.legs if leg.permit in spoken_of(facts, permits)}
    if RowResult.CONFLICT in found:
        return RowResult.CONFLICT
    if RowResult.UPDATED in found:
        return RowResult.CLOSED if case.collected_at or case.merged_into_id else RowResult.UPDATED
    return RowResult.SAME if RowResult.SAME in found else RowResult.OLDER


def _compare_leg(leg: PermitLeg, facts: CaseFacts) -> RowResult:
    if facts.version != leg.external_version:
        return RowResult.OLDER if facts.version < leg.external_version else RowResult.UPDATED
    told = facts.told_of(Permit(leg.permit)).as_text()
    # Hashed first since the index looks at letters and digits only; what was told earlier was not.
    known = (keyring().blind_indexes(text, purpose=FACTS_INDEX) for text in (token_hash(told), told))
    # Without a fingerprint the contents are forgotten: nothing can be held against the new ones.
    same = not leg.external_hash or any(leg.external_hash in indexes for indexes in known)
    return RowResult.SAME if same else RowResult.CONFLICT


def spoken_of(facts: CaseFacts, permits: Collection[Permit]) -> frozenset[Permit]:
    """Return the permits whose version this is: those it tells a state of, else all of its source's."""
    return frozenset(facts.legs.keys() & set(permits)) or frozenset(permits)


def version_of(facts: CaseFacts, permit: Permit) -> Version:
    """Return the version as it is kept with one permit."""
    text = facts.told_of(permit).as_text()
    return Version(facts.version, keyring().blind_index(token_hash(text), purpose=FACTS_INDEX))


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
        versions={permit: version_of(facts, permit) for permit in spoken_of(facts, around.permits)},
        passport_expires_on=facts.passport_expires_on,
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
    found = note_employer(
        around.employers.get(code), code, name=facts.employer, registered_on=facts.employer_registered_on
    )
    around.employers[code] = found
    return found


def employer_code(facts: CaseFacts) -> str:
    """Return the unit's code, or one made of its name where the bureaus tell none."""
    return facts.employer_code or f"NAME {folded(facts.employer)}"[:40]


# --- a known case ------------------------------------------------------------------------------


def _update(case: Case, facts: CaseFacts, around: Surroundings) -> None:
    newest = max(leg.external_version for leg in case.legs)
    legs = [leg for leg in case.legs if leg.permit in spoken_of(facts, around.permits)]
    newer = [leg for leg in legs if leg.external_version < facts.version]
    permits = sorted(leg.permit for leg in newer)
    details = {"from": max(leg.external_version for leg in newer), "to": facts.version, "permits": permits}
    history.record(case, HistoryLine(CaseEventKind.UPDATED, around.actor, details=details), now=around.now)
    for leg in newer:
        _update_leg(case, leg, facts, around)
    _update_shared(case, facts, around, fresh=facts.version >= newest)
    _note_consent(case, facts, around)
    decisions.settle(case, actor=around.actor, now=around.now, calendar=around.calendar)


def _update_shared(case: Case, facts: CaseFacts, around: Surroundings, *, fresh: bool) -> None:
    """Take what both bureaus tell of a case; an older version than the other's only fills what is missing."""
    _update_person(case, facts, around, fresh=fresh)
    if fresh or case.employer is None:
        case.employer = _employer(facts, around) or case.employer
    for name in ("nationality", "collect_before", "passport_expires_on"):
        if fresh or getattr(case, name) is None:
            setattr(case, name, getattr(facts, name) or getattr(case, name))
    if fresh or case.papers_station_id is None:
        _update_papers(case, facts, around)


def _update_person(case: Case, facts: CaseFacts, around: Surroundings, *, fresh: bool) -> None:
    wanted = {"full_name": facts.name, "passport": facts.passport, "email": facts.email, "phone": facts.phone}
    told = {name: value for name, value in wanted.items() if value and (fresh or not getattr(case, name))}
    changed = {name: value for name, value in told.items() if getattr(case, name) != value}
    ways = [(getattr(case, way), changed.get(way, "")) for way in ("email", "phone")]
    for name, value in changed.items():
        setattr(case, name, value)
    if any(is_replaced(known, given) for known, given in ways):
        end_links_of_case(case, now=around.now)
    if "passport" in changed:
        finding_keys.index_case(case)
    if changed:
        finding_keys.write_tokens(case)


def _update_leg(case: Case, leg: PermitLeg, facts: CaseFacts, around: Surroundings) -> None:
    permit = Permit(leg.permit)
    version = version_of(facts, permit)
    leg.external_version, leg.external_hash = version.number, version.fingerprint
    told = facts.legs.get(permit)
    if told is None or told.state not in next_states(leg.state):
        return  # nothing, the same, or less than what stands
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
