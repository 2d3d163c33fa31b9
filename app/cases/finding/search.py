"""Find cases by what somebody typed into one box, and list them with the most urgent first.

What is encrypted is found by its blind indexes; nothing that was typed is compared in clear with a
name, a number or an address.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.cases.finding.keys import (
    CODE_INDEX,
    EMAIL_INDEX,
    NAME_INDEX,
    PASSPORT_INDEX,
    PHONE_INDEX,
    email_key,
    phone_key,
)
from app.cases.finding.name_words import folded, words_to_find
from app.cases.models import Case, CaseToken, Employer, PermitLeg
from app.cases.states import DECIDED, Permit
from app.cases.working_days import NEAR_DAYS, add_working_days
from app.codes import UnreadableCode, read_code
from app.crypto import keyring, normalised
from app.db import db
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.hours.plans import read_calendar

PAGE = 50
MOST_PAGES = 10_000
LONGEST_SEARCH = 200
FEWEST_DIGITS = 6
MOST_WORDS = 8


class Shelf(StrEnum):
    """The lists that cases stand in."""

    TO_DECIDE = "to_decide"  # the reader's own bureau has not decided
    OPEN = "open"
    URGENT = "urgent"  # near their promise, or past it
    READY = "ready"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """What is looked for: typed text, or one of the lists; `permit` is the reader's own, if any."""

    text: str = ""
    shelf: Shelf = Shelf.OPEN
    permit: Permit | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class FoundCase:
    cases: Sequence[Case]
    more: bool


def find_cases(search: CaseSearch, *, today: date) -> FoundCase:
    """Return one page of cases: those whose promise ends first, first."""
    wanted = select(Case).options(
        selectinload(Case.legs),
        joinedload(Case.employer),
        joinedload(Case.papers_station),
        joinedload(Case.visit_type),
    )
    text = search.text.replace("\0", "").strip()[:LONGEST_SEARCH]
    wanted = wanted.where(_matches(text) if text else _on_shelf(search, today))
    page = min(max(search.page, 1), MOST_PAGES)
    rows = db.session.scalars(_urgent_first(wanted).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return FoundCase(rows[:PAGE], len(rows) > PAGE)


def _urgent_first(wanted: Select[Case]) -> Select[Case]:
    closed = Case.collected_at.is_not(None) | Case.merged_into_id.is_not(None)
    return wanted.order_by(closed, Case.due_on.is_(None), Case.due_on, Case.id.desc())


def _on_shelf(search: CaseSearch, today: date) -> ColumnElement[bool]:
    still_open = and_(Case.collected_at.is_(None), Case.merged_into_id.is_(None))
    match search.shelf:
        case Shelf.TO_DECIDE:
            legs = select(PermitLeg.case_id).where(PermitLeg.state.not_in(DECIDED))
            own = legs.where(PermitLeg.permit == search.permit) if search.permit else legs
            return still_open & Case.id.in_(own)
        case Shelf.URGENT:
            return still_open & (Case.due_on <= last_near_day(today))
        case Shelf.READY:
            return still_open & Case.ready_at.is_not(None)
        case Shelf.CLOSED:
            return ~still_open
        case _:
            return still_open


def last_near_day(today: date, calendar: WorkCalendar | None = None) -> date:
    """Return the last day of promise that counts as near: two working days ahead, as far as is known."""
    found = add_working_days(today, NEAR_DAYS, calendar or read_calendar())
    return found or today + timedelta(days=NEAR_DAYS)


def _matches(text: str) -> ColumnElement[bool]:
    """Return the condition for every way in which a case may be meant."""
    bare = normalised(text)
    ways = _by_numbers(text, bare)
    ways += [Case.number.in_({bare, text.upper()}), Case.external_number == text.upper()]
    words = words_to_find(text)[:MOST_WORDS]
    if words:
        ways.append(and_(*(_has_token(NAME_INDEX, *forms) for forms in words)))
    company = folded(text)
    if company:
        known = select(Employer.id).where(
            or_(Employer.name_folded.contains(company, autoescape=True), Employer.code == bare)
        )
        ways.append(Case.employer_id.in_(known))
    return or_(*ways)


def _by_numbers(text: str, bare: str) -> list[ColumnElement[bool]]:
    keys = keyring()
    ways: list[ColumnElement[bool]] = []
    with suppress(UnreadableCode):
        ways.append(Case.code_index.in_(keys.blind_indexes(read_code(text), purpose=CODE_INDEX)))
    if any(sign.isdigit() for sign in bare):
        ways.append(Case.passport_index.in_(keys.blind_indexes(bare, purpose=PASSPORT_INDEX)))
    if sum(sign.isdigit() for sign in bare) >= FEWEST_DIGITS:
        ways.append(_has_token(PHONE_INDEX, phone_key(text)))
    if "@" in text:
        ways.append(_has_token(EMAIL_INDEX, email_key(text)))
    return ways


def _has_token(purpose: str, *values: str) -> ColumnElement[bool]:
    keys = keyring()
    tokens = [token for value in values for token in keys.blind_indexes(value, purpose=purpose)]
    return Case.id.in_(select(CaseToken.case_id).where(CaseToken.token.in_(tokens)))
