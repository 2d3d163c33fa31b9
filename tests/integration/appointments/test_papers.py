"""A visit is only where the papers can be, not before they are there, and not past a deadline unsaid."""

from datetime import date, timedelta

import pytest

from app.appointments.availability.policy import PapersElsewhere, PapersNotThere, PastDeadline
from app.appointments.availability.reach import reach_of
from app.appointments.contacts import Contact
from app.appointments.waitlist import matching, offers
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.offers import OfferRequest, Recipient
from app.appointments.waitlist.operations import JoinRequest
from app.appointments.waitlist.rules import WaitingWish
from app.cases import decisions
from app.cases.models import Case
from app.cases.readiness import CaseNotReady
from app.cases.states import LegState
from app.db import db, transact
from tests.factories import TUESDAY, add_closure, at, build_case, build_transfer, offer
from tests.integration.appointments.pages import book, follow, h1, press_confirm, press_time, slots_of
from tests.integration.locator.pages import words_of
from tests.waiting import join_list


@pytest.fixture
def both(network):
    """Both stations hand permits over; the papers of the case lie at the central window."""
    offer(network.jiangdong, network.collect)
    return network


def change(case, **columns):
    for name, value in columns.items():
        setattr(case, name, value)
    db.session.commit()


def hold_at(desk, case, station, clock="10:00", day="2026-11-24"):
    return desk.hold(clock, day=day, station=station, service="collect-permits", case_id=case.id)


# --- where -------------------------------------------------------------------------------------


def test_another_station_is_refused_where_papers_are_not_brought(both, desk, case):
    with pytest.raises(PapersElsewhere):
        hold_at(desk, case, "jiangdong")


def test_a_visit_cannot_be_moved_to_where_the_papers_are_not(both, desk, case):
    visit = desk.visit(case=case)

    with pytest.raises(PapersElsewhere):
        desk.move(visit, "14:30", station="jiangdong")
    assert desk.move(visit, "14:30", station="central-window").station.slug == "central-window"


@pytest.mark.parametrize(
    ("days", "first"),
    [(0, "2026-11-24"), (1, "2026-11-25"), (3, "2026-11-27"), (4, "2026-11-30")],
)
def test_papers_are_brought_in_working_days_of_the_station_they_go_to(both, case, days, first):
    build_transfer(both.central, both.jiangdong, working_days=days)

    reach = reach_of(case, now=TUESDAY)

    assert set(reach) == {both.central.id, both.jiangdong.id}
    assert reach[both.jiangdong.id].earliest == (at(first, "00:00") if days else TUESDAY)


def test_before_the_papers_are_there_nothing_can_be_held(both, desk, case):
    build_transfer(both.central, both.jiangdong, working_days=2)

    with pytest.raises(PapersNotThere):
        hold_at(desk, case, "jiangdong", day="2026-11-25")
    assert hold_at(desk, case, "jiangdong", day="2026-11-26")


def test_the_pages_offer_the_other_place_from_the_day_its_papers_are_there(both, client, case):
    build_transfer(both.central, both.jiangdong, working_days=2)
    follow(client, case)

    page = client.get("/en/collect/time?place=jiangdong").text

    assert slots_of(page)[0].startswith("jiangdong@2026-11-26T09:00")
    assert "because we must bring your permits there" in page


def test_papers_that_are_moved_while_a_time_is_kept_are_noticed_at_booking(both, desk, case):
    kept = desk.hold(case=case)
    transact(decisions.place_papers, case.number, both.jiangdong, "", actor="mei", now=TUESDAY)

    with pytest.raises(PapersElsewhere):
        desk.book(kept)


def test_a_case_that_is_not_ready_any_more_is_noticed_at_booking(network, desk, case):
    kept = desk.hold(case=case)
    transact(decisions.place_papers, case.number, None, "", actor="mei", now=TUESDAY)

    with pytest.raises(CaseNotReady):
        desk.book(kept)


def test_the_page_then_leads_back_to_what_is_true(both, client, case):
    check = press_time(client, follow(client, case).text, slots_of(follow(client, case).text)[1])
    transact(decisions.place_papers, case.number, both.jiangdong, "", actor="mei", now=TUESDAY)

    page = press_confirm(client, check.text)

    assert page.request.path == "/en/collect"
    assert slots_of(page.text)[0].startswith("jiangdong@")


def test_the_interface_names_the_refusal(both, client, case):
    answer = client.post(
        "/api/v1/holds",
        json={
            "station": "jiangdong", "service": "collect-permits", "starts_at": "2026-11-24T10:00:00+08:00",
            "party_size": 1, "collection_code": case.code, "passport_last4": case.passport_last4,
        },
    )  # fmt: skip

    assert (answer.status_code, answer.json["code"]) == (422, "papers_elsewhere")


# --- until when --------------------------------------------------------------------------------


def test_times_past_the_deadline_are_not_offered(client, case):
    change(case, collect_before=date(2026, 11, 26))
    page = follow(client, case).text
    assert "Last day to collect: Wednesday 25 November" in words_of(page)

    page = client.get("/en/collect/time").text

    assert {slot[15:25] for slot in slots_of(page)} == {"2026-11-24", "2026-11-25"}
    assert "Later times are not shown." in page


def test_with_no_time_before_the_deadline_later_ones_are_offered_with_a_word(network, client, case):
    change(case, collect_before=date(2026, 11, 26))
    add_closure(network.central, at("2026-11-24", "00:00"), at("2026-11-27", "00:00"))

    start = follow(client, case).text

    assert "No time is free before that day." in start
    assert slots_of(start)[0].startswith("central-window@2026-11-27")
    assert "Call us before you book a later one." in client.get("/en/collect/time").text
    assert "This time is too late" in press_time(client, start).text


# --- what we offer of our own accord -----------------------------------------------------------


@pytest.fixture
def earlier(both, desk, case):
    """Offer the holder of a visit on Friday an earlier time at this station."""
    visit = desk.book(desk.hold("10:00", day="2026-11-27", case=case))

    def offered(slug: str, day: str):
        until = desk.now + timedelta(hours=2)
        request = OfferRequest(slug, at(day, "10:00"), until, Recipient.of_visit(visit))
        return transact(offers.make, request, now=desk.now)

    return offered


@pytest.mark.parametrize(
    ("days", "day", "refusal"),
    [(None, "2026-11-25", PapersElsewhere), (2, "2026-11-25", PapersNotThere), (1, "2026-11-25", None)],
)
def test_no_earlier_time_is_offered_where_the_papers_cannot_be(both, earlier, days, day, refusal):
    if days:
        build_transfer(both.central, both.jiangdong, working_days=days)
    if refusal is None:
        assert earlier("jiangdong", day).hold.station_id == both.jiangdong.id
        return
    with pytest.raises(refusal):
        earlier("jiangdong", day)
    assert db.session.query(TimeOffer).count() == 0


@pytest.mark.parametrize(("day", "late"), [("2026-11-24", False), ("2026-11-25", True)])
def test_no_time_past_the_deadline_is_offered(case, earlier, day, late):
    change(case, collect_before=date(2026, 11, 25))
    if not late:
        assert earlier("central-window", day)
        return
    with pytest.raises(PastDeadline):
        earlier("central-window", day)


@pytest.mark.parametrize(("days", "deadline", "count"), [(None, None, 0), (1, None, 1), (1, "2026-11-25", 0)])
def test_who_waits_is_offered_only_where_the_papers_are_in_time(both, desk, case, days, deadline, count):
    """Jiangdong is free tomorrow; the visit is at the central window on Friday."""
    visit = desk.book(desk.hold("10:00", day="2026-11-27", case=case))
    if days:
        build_transfer(both.central, both.jiangdong, working_days=days)
    change(case, collect_before=deadline and date.fromisoformat(deadline))
    wish = WaitingWish(from_day=date(2026, 11, 25), until_day=date(2026, 11, 25))
    request = JoinRequest(both.collect, [both.jiangdong], wish, "en", Contact(), visit)
    join_list(request, now=desk.now)

    assert transact(matching.offer_free_times, both.jiangdong.id, now=desk.now) == count


@pytest.mark.parametrize(("deadline", "near"), [("2026-11-30", True), ("2026-12-01", False)])
def test_a_deadline_is_near_from_three_working_days_on(client, case, deadline, near):
    change(case, collect_before=date.fromisoformat(deadline))

    assert ("You can also come without a visit and wait." in follow(client, case).text) is near


@pytest.mark.parametrize(("ends", "told"), [("2027-02-22", True), ("2027-02-23", False), (None, False)])
def test_a_passport_that_ends_soon_is_told(client, case, ends, told):
    change(case, passport_expires_on=date.fromisoformat(ends) if ends else None)

    assert ("If you have a new one, bring both." in follow(client, case).text) is told


# --- what the first page says ------------------------------------------------------------------


@pytest.mark.parametrize(
    "legs", [(LegState.REFUSED, LegState.APPROVED), (LegState.IN_REVIEW, LegState.REFUSED)]
)
@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_refusal_is_never_on_the_screen(client, network, legs, language):
    case = build_case(network.visit_type, legs=legs, language=language)

    page = follow(client, case).text

    for word in ("refused", "rejected", "拒绝", "驳回", "不予", "отказ"):
        assert word not in page.lower()
    if language == "en":
        assert "Call us about your permits" in page


def test_more_papers_are_asked_for_in_words(client, network):
    case = build_case(network.visit_type, legs=(LegState.PAPERS_ASKED, LegState.IN_REVIEW))

    assert h1(follow(client, case)) == "More papers are needed for your permits"


# --- one live visit ----------------------------------------------------------------------------


def test_a_booked_case_can_be_followed_by_another_only_when_the_first_ended(client, case):
    book(client, case)

    assert h1(follow(client, case)) == "Your visit"
    assert db.session.get_one(Case, case.id).collected_at is None
