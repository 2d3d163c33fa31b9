"""The staff's pages of cases: found in one box, decided by the own bureau, opened and shown on the record."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.appointments.holds import operations as holds
from app.cases import history
from app.cases.finding.name_words import folded
from app.cases.history import HistoryLine
from app.cases.models import Case, CaseEvent, CaseEventKind, Employer
from app.cases.states import LegState
from app.db import db, transact
from tests import factories

PHONE = "+86 138 0013 8000"
IN_REVIEW = (LegState.IN_REVIEW, LegState.IN_REVIEW)


@pytest.fixture
def case(network) -> Case:
    employer = Employer(
        code="91460100MA5T0001X1", name="Coral Bay 珊瑚湾 Ltd", name_folded=folded("Coral Bay 珊瑚湾 Ltd")
    )
    factories.save(employer)
    return factories.build_case(
        network.visit_type, network.central, legs=IN_REVIEW, full_name="Guðrún Jónsdóttir", phone=PHONE,
        email="gj@example.org", passport="E1234567Q", external_number="WP-2026-0001", code="HK7R4M2P",
        employer_id=employer.id, nationality="IS",
    )  # fmt: skip


def events(case: Case) -> list[tuple[str, str]]:
    rows = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    return [(row.kind, row.actor) for row in rows]


@pytest.mark.parametrize(
    "typed",
    [
        "hk7r 4m2p", "e 1234-567q", "Ｅ１２３４５６７Ｑ", "gudrun", "JONSDOTTIR<<GUDRUN<<<",
        "13800138000", "138 0013 8000", "+8613800138000", "coral bay", "珊瑚湾", "shanhuwan",
        "91460100ma5t0001x1", "wp-2026-0001", "GJ@example.org",
    ],
)  # fmt: skip
def test_one_box_finds_the_case(case, browser, typed: str) -> None:
    page = browser("mei").post("/staff/cases/search", data={"q": typed})

    assert f"/staff/cases/{case.number}" in page.text
    assert "E1234567Q" not in page.text
    assert "Jónsdóttir" not in page.text.replace(typed, "")


@pytest.mark.parametrize("typed", ["Magnúsdóttir", "E1234567", "12345", "%", "é" * 500, "' OR 1=1 --", "<<<"])
def test_it_finds_nobody_else_and_survives_everything(case, browser, typed: str) -> None:
    page = browser("mei").post("/staff/cases/search", data={"q": typed})

    assert page.status_code == 200
    assert case.number not in page.text


def test_the_number_of_the_case_finds_it_too(case, browser) -> None:
    page = browser("gao").post("/staff/cases/search", data={"q": case.number.lower()})

    assert f"/staff/cases/{case.number}" in page.text


def test_the_most_urgent_case_stands_first(network, browser) -> None:
    late, fine = (
        factories.build_case(network.visit_type, legs=IN_REVIEW, due_on=day)
        for day in (date(2026, 11, 23), date(2026, 12, 4))
    )
    waits = factories.build_case(network.visit_type, legs=(LegState.PAPERS_ASKED, LegState.IN_REVIEW))

    page = browser("ada").get("/staff/cases").text

    assert page.index(late.number) < page.index(fine.number) < page.index(waits.number)
    assert "Past the promise" in page
    urgent = browser("ada").get("/staff/cases?show=urgent").text
    assert late.number in urgent
    assert fine.number not in urgent


def test_a_bureau_begins_with_what_it_has_to_decide(network, browser) -> None:
    own = factories.build_case(network.visit_type, legs=(LegState.IN_REVIEW, LegState.APPROVED))
    other = factories.build_case(network.visit_type, legs=(LegState.APPROVED, LegState.IN_REVIEW))

    page = browser("lin").get("/staff/cases").text

    assert own.number in page
    assert other.number not in page


def test_lists_are_paged(network, browser, monkeypatch) -> None:
    monkeypatch.setattr("app.cases.finding.search.PAGE", 2)
    numbers = [factories.build_case(network.visit_type).number for _ in range(5)]

    pages = [browser("ada").get(f"/staff/cases?page={n}").text for n in (1, 2, 3)]

    assert [sum(number in page for number in numbers) for page in pages] == [2, 2, 1]
    assert "Next page" in pages[1]
    assert "Next page" not in pages[2]
    assert browser("ada").get("/staff/cases?page=99999999999").status_code == 200


def test_opening_a_case_is_noted_once_in_a_quarter_of_an_hour(case, browser, clock) -> None:
    mei = browser("mei")
    for _ in range(2):
        assert mei.get(f"/staff/cases/{case.number}").status_code == 200
    clock.move(minutes=16)
    page = browser("lin").get(f"/staff/cases/{case.number}").text

    assert events(case) == [("viewed", "mei"), ("viewed", "lin")]
    assert "E1234567Q" not in page
    assert "Jónsdóttir" not in page
    assert PHONE not in page
    assert "G. J." in page


def test_showing_the_person_asks_why_and_keeps_it(case, browser, clock) -> None:
    mei, path = browser("mei"), f"/staff/cases/{case.number}"

    refused = mei.post(f"{path}/show", data={"reason": " "})
    assert (refused.status_code, "Jónsdóttir" in refused.text) == (422, False)
    shown = mei.post(f"{path}/show", data={"reason": "She is at the counter"}, follow_redirects=True).text

    assert all(
        text in shown for text in ("Guðrún Jónsdóttir", "E1234567Q", PHONE, "gj@example.org", "Iceland")
    )
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "shown")).one()
    assert (event.actor, event.text) == ("mei", "She is at the counter")
    assert "Jónsdóttir" not in browser("lin").get(path).text
    clock.move(minutes=16)
    assert "Jónsdóttir" not in mei.get(path).text


@pytest.mark.parametrize(("first", "second"), [("lin", "gao"), ("gao", "lin")])
def test_two_bureaus_in_either_order_make_it_ready(case, browser, first, second) -> None:
    permit = {"lin": "work", "gao": "residence"}
    path = f"/staff/cases/{case.number}"
    for who in (first, second):
        data = {"permit": permit[who], "state": "approved", "seen": "in_review"}
        assert browser(who).post(f"{path}/decide", data=data).status_code == 303

    page = browser("mei").get(path).text

    assert "Ready to collect" in page
    assert db.session.get(Case, case.id).ready_at is not None


@pytest.mark.parametrize(
    ("who", "permit"), [("lin", "residence"), ("gao", "work"), ("mei", "work"), ("ada", "work")]
)
def test_nobody_decides_a_permit_that_is_not_theirs(case, browser, who, permit) -> None:
    path = f"/staff/cases/{case.number}"

    answer = browser(who).post(f"{path}/decide", data={"permit": permit, "state": "approved"})

    assert answer.status_code == 403
    assert "decided by the other bureau" in answer.text
    assert {leg.state for leg in db.session.get(Case, case.id).legs} == {"in_review"}
    assert f'name="permit" value="{permit}"' not in browser(who).get(path).text


def test_what_was_typed_stays_when_it_is_refused(case, browser) -> None:
    path = f"/staff/cases/{case.number}/decide"

    answer = browser("lin").post(path, data={"permit": "work", "state": "approved", "seen": "received",
                                             "reason": "typed before", "on_day": "2026-11-20"})  # fmt: skip

    assert answer.status_code == 409
    assert "typed before" in answer.text
    assert 'value="2026-11-20"' in answer.text


@pytest.mark.parametrize("data", [{}, {"permit": "x", "state": "approved"}, {"permit": "work", "state": "?"}])
def test_nonsense_decides_nothing(case, browser, data) -> None:
    assert browser("lin").post(f"/staff/cases/{case.number}/decide", data=data).status_code == 409
    assert browser("lin").post(f"/staff/cases/{case.number}/take-back", data=data).status_code in (409, 422)
    assert events(case) == []


def ready(network) -> Case:
    return factories.build_case(network.visit_type, network.central)


def test_a_decision_is_not_taken_back_while_a_visit_is_booked(network, browser, now) -> None:
    case = ready(network)
    visit = factories.build_appointment(network.central, network.collect, case_id=case.id, starts_at=now)
    path, data = f"/staff/cases/{case.number}/take-back", {"permit": "work", "reason": "Wrong person"}

    assert browser("lin").post(path, data=data).status_code == 409
    db.session.delete(visit)
    db.session.commit()

    assert browser("lin").post(path, data=data).status_code == 303
    assert db.session.get(Case, case.id).ready_at is None


def test_nor_while_somebody_is_choosing_a_time(network, browser, now) -> None:
    case = ready(network)
    wish = holds.HoldRequest("central-window", "collect-permits", now + timedelta(hours=1), case_id=case.id)
    transact(holds.hold, wish, now=now)

    answer = browser("lin").post(
        f"/staff/cases/{case.number}/take-back", data={"permit": "work", "reason": "x"}
    )

    assert answer.status_code == 409
    assert "being booked" in answer.text


def test_papers_are_placed_and_only_where_they_are_handed_over(case, browser) -> None:
    path = f"/staff/cases/{case.number}/papers"

    assert browser("mei").post(path, data={"station": "jiangdong"}).status_code == 422
    assert browser("mei").post(path, data={"station": "central-window", "shelf": "B-12"}).status_code == 303

    assert db.session.get(Case, case.id).shelf == "B-12"
    assert "<bdi>Central Window B-12</bdi>" in browser("mei").get(f"/staff/cases/{case.number}").text
    assert browser("mei").post(path, data={"station": ""}).status_code == 303
    assert db.session.get(Case, case.id).papers_station_id is None


def test_what_nobody_of_staff_did_is_said_in_the_readers_language(network, browser) -> None:
    case = factories.build_case(network.visit_type, network.central)
    case.legs[0].changed_by = "system"
    db.session.commit()
    transact(history.record, case, HistoryLine(CaseEventKind.READY, "system"), now=factories.TUESDAY)
    mei = browser("mei")

    assert "(the system)" in mei.get(f"/staff/cases/{case.number}").text
    mei.post("/staff/language", data={"language": "zh"})
    assert mei.get(f"/staff/cases/{case.number}").text.count("(系统)") == 2


def test_a_duplicate_is_merged_and_its_link_opens_the_other(network, browser, client) -> None:
    kept = factories.build_case(network.visit_type, network.central, passport="P7654321Z")
    double = factories.build_case(
        network.visit_type, network.central, passport="P7654321Z", link="QZXWVKJHGF"
    )
    path = f"/staff/cases/{double.number}"
    assert "Perhaps the same application twice" in browser("lin").get(path).text

    for into, reason in ((double.number, "x"), ("C999", "x"), ("", "x"), (kept.number, "")):
        refused = browser("ada").post(f"{path}/merge", data={"into": into, "reason": reason})
        assert refused.status_code == 422
        assert (
            f'id="merge-reason" name="reason" maxlength="1000" autocomplete="off" value="{reason}"'
            in refused.text
        )
    merged = browser("ada").post(f"{path}/merge", data={"into": kept.number.lower(), "reason": "Sent twice"})

    assert merged.status_code == 303
    assert db.session.get(Case, double.id).ready_at is None
    client.get("/c/QZXWVKJHGF")
    start = client.get("/en/collect")
    assert start.status_code == 200
    assert "ready" in start.text
    assert browser("lin").post(f"{path}/papers", data={"station": "central-window"}).status_code == 409


def test_a_note_is_read_by_staff(case, browser) -> None:
    path = f"/staff/cases/{case.number}"

    browser("mei").post(f"{path}/note", data={"note": "Comes with <b>her</b> daughter"})

    assert "Comes with &lt;b&gt;her&lt;/b&gt; daughter" in browser("lin").get(path).text


def test_a_bureau_without_a_station_is_led_to_its_cases(browser) -> None:
    assert browser("lin").get("/staff/today").location.endswith("/staff/cases")


# --- whose papers, whose case ------------------------------------------------------------------


@pytest.fixture
def elsewhere(network):
    """Another service point that hands over permits, with its clerk Bai."""
    station = factories.build_station("other-window", services=(network.collect,), desks=1)
    factories.build_user("bai", stations=(station,))
    return station


def move(browser, case: Case, slug: str) -> int:
    return browser.post(f"/staff/cases/{case.number}/papers", data={"station": slug}).status_code


@pytest.mark.parametrize(("who", "status"), [("bai", 403), ("mei", 303), ("lin", 303), ("ada", 303)])
def test_papers_are_moved_by_who_keeps_them(network, browser, elsewhere, who, status) -> None:
    case = factories.build_case(network.visit_type, network.central, legs=IN_REVIEW)
    page = browser(who).get(f"/staff/cases/{case.number}").text

    assert move(browser(who), case, "other-window") == status
    assert ("Save the place" in page) == (status == 303)
    kept = network.central.id if status == 403 else elsewhere.id
    assert db.session.get(Case, case.id).papers_station_id == kept


def test_papers_that_lie_nowhere_are_placed_only_at_the_own_point(network, browser, elsewhere) -> None:
    case = factories.build_case(network.visit_type, legs=IN_REVIEW)

    answer = browser("bai").post(f"/staff/cases/{case.number}/papers", data={"station": "central-window"})

    assert (answer.status_code, "not yours to move" in answer.text) == (403, True)
    assert move(browser("bai"), case, "other-window") == 303


@pytest.mark.parametrize(
    ("who", "work", "residence", "status"),
    [
        ("bai", "in_review", "in_review", 403), ("mei", "approved", "approved", 303),
        ("lin", "approved", "in_review", 303), ("lin", "in_review", "approved", 403),
        ("gao", "in_review", "approved", 303), ("gao", "refused", "in_review", 403),
        ("ada", "approved", "approved", 303),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("elsewhere")
def test_a_duplicate_is_closed_by_nobody_who_would_undo_anothers_work(
    network, browser, who, work, residence, status
) -> None:
    legs = (LegState(work), LegState(residence))
    double = factories.build_case(network.visit_type, network.central, legs=legs)
    kept = factories.build_case(network.visit_type, network.central)
    page = browser(who).get(f"/staff/cases/{double.number}").text

    data = {"into": kept.number, "reason": "Sent twice"}
    assert browser(who).post(f"/staff/cases/{double.number}/merge", data=data).status_code == status
    assert ("This case is a duplicate" in page) == (status == 303)
    assert (db.session.get(Case, double.id).merged_into_id == kept.id) == (status == 303)
