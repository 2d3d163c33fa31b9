"""One line: what it says, and what keeps it out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.states import LegState, Permit
from app.intake.facts import CaseFacts, KnownTypes, LegFacts, read_facts
from app.intake.sheet import COLUMNS

KNOWN = KnownTypes({"work-and-residence": frozenset({"central-window"})}, date(2026, 11, 24))
LINE = {"number": "hk-2026/01", "version": "3", "name": " Anna  Petrova ", "passport": "e 1234-567"}


def read(**cells: str) -> tuple[CaseFacts | None, list[tuple[str, str, bool]]]:
    facts, problems = read_facts({**LINE, **cells}, KNOWN, 7)
    assert all(problem.line == 7 for problem in problems)
    return facts, [(p.code, p.column, p.warning) for p in problems]


def test_a_short_line_is_enough() -> None:
    facts, problems = read()

    assert problems == []
    assert facts == CaseFacts("HK-2026/01", 3, "Anna Petrova", "E1234567")


def test_a_full_line_says_all() -> None:
    facts, problems = read(
        nationality="RUS", language="RU", email="a@example.org", phone="+7 926 777 45 61",
        received_on="2026/11/02", consented_on="20261101", employer_code="91460100ma5t0001x1",
        employer="海口 科技", employer_registered_on="2023.02.20", work_state="已批准", work_on="2026-11-09",
        passport_expires_on="2027-03-01",
        residence_state="papers_asked", residence_reason="diploma", papers_station="central-window",
        shelf="B-12", collect_before="2027-01-31", visit_type="work-and-residence",
    )  # fmt: skip

    assert problems == []
    assert facts is not None
    assert (facts.nationality, facts.language, facts.phone) == ("RU", "ru", "+7 926 777 45 61")
    assert facts.received_on == date(2026, 11, 2)
    assert facts.consented_on == date(2026, 11, 1)
    assert facts.employer_registered_on == date(2023, 2, 20)
    assert facts.passport_expires_on == date(2027, 3, 1)
    assert facts.legs == {
        Permit.WORK: LegFacts(LegState.APPROVED, date(2026, 11, 9)),
        Permit.RESIDENCE: LegFacts(LegState.PAPERS_ASKED, None, "diploma"),
    }
    assert CaseFacts.from_text(facts.as_text()) == facts


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"number": ""}, ("cell_empty", "number")),
        ({"number": "../../x.csv"}, ("number_unfit", "number")),
        ({"number": "=1+1"}, ("number_unfit", "number")),
        ({"version": "0"}, ("version_unfit", "version")),
        ({"version": "1.0"}, ("version_unfit", "version")),
        ({"version": "٣"}, ("version_unfit", "version")),
        ({"version": "99999999999"}, ("version_unfit", "version")),
        ({"name": "\u202e\u200b"}, ("name_unfit", "name")),
        ({"name": "A" * 201}, ("name_unfit", "name")),
        ({"passport": "ABCDEFG"}, ("passport_unfit", "passport")),
        ({"passport": "E1"}, ("passport_unfit", "passport")),
        ({"passport": "护照1234567"}, ("passport_unfit", "passport")),
        ({"nationality": "Russia"}, ("country_unknown", "nationality")),
        ({"nationality": "SUN"}, ("country_unknown", "nationality")),
        ({"visit_type": "tea"}, ("visit_type_unknown", "visit_type")),
        ({"work_state": "maybe"}, ("state_unknown", "work_state")),
        ({"received_on": "2026-02-30"}, ("day_unfit", "received_on")),
        ({"received_on": "1026-02-03"}, ("day_unfit", "received_on")),
        ({"received_on": "2026-11-25"}, ("day_ahead", "received_on")),
        ({"work_state": "approved", "work_on": "2026-12-01"}, ("day_ahead", "work_on")),
        ({"received_on": "2026-11-20", "work_state": "approved", "work_on": "2026-11-19"},
         ("day_before_receipt", "work_on")),
        ({"papers_station": "jiangdong"}, ("station_unknown", "papers_station")),
    ],
)  # fmt: skip
def test_what_keeps_a_line_out(cells: dict[str, str], problem: tuple[str, str]) -> None:
    facts, problems = read(**cells)

    assert facts is None
    assert problems == [(*problem, False)]


@pytest.mark.parametrize(
    ("column", "text"), [("phone", "+86 138"), ("phone", "1" * 40), ("phone", "☎️"), ("email", "a@@b")]
)
def test_a_contact_that_cannot_be_used_is_left_out_with_a_warning(column: str, text: str) -> None:
    facts, problems = read(**{column: text})

    assert facts is not None
    assert getattr(facts, column) == ""
    assert problems == [(f"{column}_unfit", column, True)]


@pytest.mark.parametrize("name", ["O'Brien", "Null", "王小明", "Jose\u0301", "A"])
def test_names_are_taken_as_they_are(name: str) -> None:
    facts, problems = read(name=f"\u202e{name}\u200b")

    assert problems == []
    assert facts is not None
    assert facts.name == name


def test_another_encoding_that_looks_like_gb18030_is_noticed() -> None:
    garbled = "José Álvarez Peña".encode("cp1252").decode("gb18030", errors="replace")
    known = KnownTypes(KNOWN.visit_types, KNOWN.today, encoding="gb18030")

    facts, problems = read_facts({**LINE, "name": garbled}, known)

    assert facts is None
    assert [problem.code for problem in problems] == ["name_mixed"]


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)))
def test_any_line_is_read_or_named(cells: dict[str, str]) -> None:
    facts, problems = read_facts(cells, KNOWN)

    assert (facts is None) == any(not problem.warning for problem in problems)


def test_what_a_line_says_of_another_bureaus_permit_is_not_read() -> None:
    known = KnownTypes(KNOWN.visit_types, KNOWN.today, permits=frozenset({Permit.WORK}))
    cells = {**LINE, "work_state": "approved", "residence_state": "nonsense", "residence_on": "never"}

    facts, problems = read_facts(cells, known)

    assert problems == []
    assert facts is not None
    assert facts.legs == {Permit.WORK: LegFacts(LegState.APPROVED)}
    assert set(COLUMNS) - set(known.used_columns()) == {
        "residence_state", "residence_on", "residence_reason",
    }  # fmt: skip


def test_papers_do_not_lie_where_nobody_is_received_any_more() -> None:
    known = KnownTypes(KNOWN.visit_types, KNOWN.today, retired=frozenset({"old-window"}))

    facts, problems = read_facts({**LINE, "papers_station": "old-window"}, known, 4)

    assert facts is None
    assert [(p.code, p.line, p.column) for p in problems] == [("station_retired", 4, "papers_station")]
