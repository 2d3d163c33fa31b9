"""Made-up cases in every state, with their employers: what the bureaus' pages show in a demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.cases import decisions, history
from app.cases.decisions import Decision
from app.cases.finding.name_words import folded
from app.cases.models import Employer
from app.cases.operations import NewCase, open_case
from app.cases.queries import get_visit_type
from app.cases.states import LegState, Permit
from app.db import db
from app.stations.queries import get_station

R, V, A, OK, NO = (
    LegState.RECEIVED,
    LegState.IN_REVIEW,
    LegState.PAPERS_ASKED,
    LegState.APPROVED,
    LegState.REFUSED,
)
BUREAUS = {Permit.WORK: ("foreign-experts", "lin"), Permit.RESIDENCE: ("exit-entry", "gao")}
REASONS = {A: "Demo: the diploma is not translated.", NO: "Demo: the contract has ended."}
EMPLOYERS = (
    ("DEMO000000000001X1", "Demo Lychee Software Ltd 示例荔枝软件", date(2023, 8, 21)),
    ("DEMO000000000002X2", "Demo Coral Bay Clinic 示例珊瑚湾诊所", date(2022, 9, 5)),
)


@dataclass(frozen=True)
class DemoCase:
    """An invented person; `age` is in days, `papers` says that they lie at the Central Window."""

    name: str
    passport: str
    language: str
    nationality: str
    work: LegState
    residence: LegState
    age: int
    papers: bool = False


CASES = (
    DemoCase("SAMUEL ADEYEMI", "X00081001", "en", "NG", R, R, 0),
    DemoCase("IRINA VOLKOVA", "X00081002", "ru", "RU", V, R, 2),
    DemoCase("LIAM O'BRIEN", "X00081003", "en", "IE", A, V, 4),
    DemoCase("Guðrún Jónsdóttir", "X00081004", "en", "IS", OK, V, 8),
    DemoCase("SUHARTO", "X00081005", "en", "ID", V, OK, 13),
    DemoCase("NGUYEN TAN DUNG", "X00081006", "en", "VN", OK, OK, 6),
    DemoCase("PARK JIWOO", "X00081007", "zh", "KR", NO, V, 9),
    DemoCase("OLGA MOROZOVA", "X00081008", "ru", "KZ", OK, OK, 7, papers=True),
)


def add_cases(*, now: datetime) -> None:
    """Add the cases with the bureaus' decisions behind them. Call inside `transact()`."""
    employers = [_employer(*facts) for facts in EMPLOYERS]
    for number, demo in enumerate(CASES, start=1):
        opened_at = now - timedelta(days=demo.age)
        new = NewCase(
            visit_type=get_visit_type("work-and-residence"),
            full_name=demo.name,
            passport=demo.passport,
            language=demo.language,
            email=f"demo-{demo.passport[-4:]}@example.org",
            legs=dict.fromkeys(Permit, R),
            demo=True,
            employer=employers[number % len(employers)],
            nationality=demo.nationality,
            external_number=f"DEMO-{number:04}",
            received_on=history.today(opened_at),
        )
        _decide(open_case(new, now=opened_at).number, demo, opened_at=opened_at, now=now)


def _decide(number: str, demo: DemoCase, *, opened_at: datetime, now: datetime) -> None:
    for permit, state in ((Permit.WORK, demo.work), (Permit.RESIDENCE, demo.residence)):
        bureau, actor = BUREAUS[permit]
        for step, at in zip(_way_to(state), _moments(opened_at, now), strict=False):
            decision = Decision(permit, step, REASONS.get(step, ""), on_day=history.today(at))
            decisions.decide(number, decision, bureau=bureau, actor=actor, now=at)
    if demo.papers:
        decisions.place_papers(number, get_station("central-window"), "B-12", actor="gao", now=now)


def _way_to(state: LegState) -> tuple[LegState, ...]:
    return {R: (), V: (V,)}.get(state, (V, state))


def _moments(start: datetime, end: datetime) -> Iterator[datetime]:
    """Return the moments of two decisions, a third of the way and at two thirds."""
    third = (end - start) / 3
    return iter((start + third, start + 2 * third))


def _employer(code: str, name: str, registered_on: date) -> Employer:
    found = db.session.scalar(select(Employer).where(Employer.code == code))
    if found is None:
        found = Employer(
            code=code, name=name, name_folded=folded(name), registered_on=registered_on, demo=True
        )
        db.session.add(found)
    return found
