"""Desks that serve some services only: planned by a manager, booked by people, moved with care."""

import re
from datetime import time

import pytest

from app.appointments.availability import free_times as availability
from app.appointments.availability.policy import SlotUnavailable
from app.appointments.booking.operations import Target, cancel, reschedule, restore
from app.appointments.holds.operations import HoldRequest, hold
from app.db import db, transact
from app.reports import checks
from app.reports.models import Finding
from app.stations.hours.plans import read_plan
from app.stations.models import DeskGroup, OpeningException, OpeningPeriod
from tests import factories
from tests.factories import at
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.planning.displacing import again, hidden, make, station

HOURS = "/staff/stations/fuxingcheng/hours"
NINE, TEN = at("2026-11-25", "09:00"), at("2026-11-25", "10:00")
ADVICE = {"g1-name-en": "Advice desks", "g1-services": "permit-advice"}


@pytest.fixture
def advice(cast):
    """A second service, of half an hour, at the station that has one desk all week."""
    service = factories.build_service("permit-advice", minutes=30)
    factories.offer(cast.fuxingcheng, service)
    return service


@pytest.fixture
def browser(cast, advice):
    return cast.tom


def groups(browser, **fields):
    data = {"plan_version": station().plan_version, "step": "save", **fields}
    return browser.post(f"{HOURS}/groups", data=data)


def wednesdays(browser, *periods):
    """Save a week of Wednesdays: ("09:00", "12:00", "1", "0") is one common desk in the morning."""
    data = {"plan_version": station().plan_version, "step": "save"}
    for i, cells in enumerate(periods):
        names = ("opens", "closes", "desks", "group")
        data |= {f"d2-{i}-{name}": cell for name, cell in zip(names, cells, strict=True)}
    return browser.post(f"{HOURS}/week", data=data)


@pytest.fixture
def two_groups(browser):
    """One common desk and one advice desk on Wednesday mornings."""
    assert groups(browser, **ADVICE).status_code == 303
    assert wednesdays(browser, ("09:00", "12:00", "1", "0"), ("09:00", "12:00", "1", "1")).status_code == 303


def starts(service, now):
    here = station()
    db.session.refresh(service)
    [day] = availability.availability(here, service, first_day=TEN.date(), days=1, now=now)
    return [(slot.interval.start, slot.remaining) for slot in day.slots]


def test_each_service_is_booked_at_its_own_desks(cast, network, advice, two_groups, now):
    check = make(cast.fuxingcheng, network.document_check, NINE, now)
    talk = make(cast.fuxingcheng, advice, NINE, now)

    assert (check.desk_group, talk.desk_group) == (0, 1)
    for service in (network.document_check, advice):
        with pytest.raises(SlotUnavailable):
            transact(hold, HoldRequest("fuxingcheng", service.code, NINE), now=now)
        assert starts(service, now)[0][0] > NINE
    assert_ledger()


def test_moving_cancelling_and_coming_back_stay_at_those_desks(cast, advice, two_groups, now):
    talk = make(cast.fuxingcheng, advice, NINE, now)
    transact(reschedule, talk.reference, Target("fuxingcheng", TEN), now=now)
    assert_ledger()
    transact(cancel, talk.reference, now=now)
    assert_ledger()
    transact(restore, talk.reference, now=now)
    assert_ledger()
    assert again(talk).desk_group == 1
    assert (TEN, 1) not in starts(advice, now)


def test_who_waits_elsewhere_is_told_the_next_free_time_of_the_right_desks(
    cast, network, advice, two_groups, now
):
    make(cast.fuxingcheng, advice, NINE, now)
    here = station()

    found = availability.next_available([here], advice, now=now)
    other = availability.next_available([here], network.document_check, now=now)

    assert found == {here.id: at("2026-11-25", "09:30")}
    assert other == {here.id: NINE}
    assert availability.earliest_available([here], now=now) == {here.id: NINE}


def test_a_visit_keeps_its_desk_when_its_service_goes_to_other_desks(cast, advice, browser, now):
    talk = make(cast.fuxingcheng, advice, TEN, now)

    page = browser.post(f"{HOURS}/groups", data={"plan_version": station().plan_version, **ADVICE}).text
    assert "This change touches no booked visit" in page
    assert groups(browser, **ADVICE).status_code == 303

    assert (again(talk).desk_group, starts(advice, now)) == (0, [])
    assert_ledger()


def test_desks_that_go_move_their_people_to_desks_that_serve_them(
    cast, network, advice, two_groups, browser, now
):
    check = make(cast.fuxingcheng, network.document_check, NINE, now)
    talk = make(cast.fuxingcheng, advice, NINE, now)
    gone = {"plan_version": station().plan_version, **ADVICE, "g1-remove": "yes"}

    page = browser.post(f"{HOURS}/groups", data=gone).text
    assert "This change touches 1 booked visit" in page
    assert talk.reference in page
    answer = browser.post(f"{HOURS}/groups", data={**hidden(page), "for_all": "move", "step": "save"})

    assert answer.status_code == 303
    assert (again(talk).desk_group, again(talk).starts_at) == (0, at("2026-11-25", "09:30"))
    assert again(check).starts_at == NINE
    assert db.session.query(DeskGroup).all() == []
    assert_ledger()

    batch = re.search(r"/staff/changes/([^\"/]+)/undo", browser.get(HOURS).text)[1]
    assert browser.post(f"/staff/changes/{batch}/undo").status_code == 303
    assert (again(talk).desk_group, again(talk).starts_at) == (1, NINE)
    assert [g.services for g in db.session.query(DeskGroup)] == [[advice.id]]
    assert_ledger()


def test_fewer_common_desks_touch_nobody_at_the_others(cast, network, advice, two_groups, browser, now):
    check = make(cast.fuxingcheng, network.document_check, NINE, now)
    make(cast.fuxingcheng, advice, NINE, now)
    data = {"plan_version": station().plan_version, "d2-0-opens": "09:00", "d2-0-closes": "12:00",
            "d2-0-desks": "1", "d2-0-group": "1"}  # fmt: skip

    page = browser.post(f"{HOURS}/week", data=data).text

    assert "This change touches 1 booked visit" in page
    assert check.reference in page
    assert "Advice desks: 09:00–12:00, 1 desk" in page


def test_a_slot_may_be_longer_than_the_visit(cast, network, browser, now):
    assert groups(browser, **{"g0-slot": "45"}).status_code == 303

    found = [start for start, _left in starts(network.document_check, now)]
    assert found[:3] == [NINE, at("2026-11-25", "09:45"), at("2026-11-25", "10:30")]
    visit = make(cast.fuxingcheng, network.document_check, NINE, now)
    assert visit.ends_at == at("2026-11-25", "09:45")
    assert_ledger()


def test_what_the_week_offers_counts_the_slots_of_these_desks(browser):
    assert "visits of 20 min" in browser.get(HOURS).text
    groups(browser, **{"g0-slot": "45"})

    page = browser.get(HOURS).text

    assert "1 desk × 2 visits of 45 min = 2 places" in page
    assert "visits of 20 min" not in page


def test_a_visit_comes_back_into_the_longer_slot_that_counts_by_then(cast, network, browser, now):
    visit = make(cast.fuxingcheng, network.document_check, NINE, now)
    transact(cancel, visit.reference, now=now)
    groups(browser, **{"g0-slot": "45"})

    transact(restore, visit.reference, now=now)

    assert again(visit).ends_at == at("2026-11-25", "09:45")
    assert_ledger()


def test_a_day_may_have_hours_of_its_own_for_some_desks(cast, advice, two_groups, browser, now):
    data = {"plan_version": station().plan_version, "step": "save", "day": "2026-11-25", "choice": "open",
            "day-0-opens": "14:00", "day-0-closes": "15:00",
            "day-0-desks": "1", "day-0-group": "1"}  # fmt: skip
    assert browser.post(f"{HOURS}/days", data=data).status_code == 303

    assert [start for start, _left in starts(advice, now)] == [
        at("2026-11-25", c) for c in ("14:00", "14:30")
    ]

    groups(browser, **ADVICE, **{"g1-remove": "yes"})
    [day] = db.session.query(OpeningException)
    assert (day.opens, day.desk_group) == (None, 0)


def test_the_week_shows_the_groups_only_where_there_are_any(browser):
    before = browser.get(HOURS).text
    assert 'name="d2-0-group"' not in before
    assert 'name="g1-name-en" value=""' in before

    groups(browser, **ADVICE)

    after = browser.get(HOURS).text
    assert 'name="d2-0-group"' in after
    assert 'name="g1-name-en" value="Advice desks"' in after
    assert 'name="g2-name-en" value=""' in after


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"g1-services": "permit-advice"}, "Write the name of the desks in one language at least."),
        ({**ADVICE, "g1-slot": "7"}, "Enter the minutes of a slot in steps of 5"),
        ({**ADVICE, "g1-slot": "-5"}, "Enter the minutes of a slot in steps of 5"),
        ({**ADVICE, "g1-slot": "9999999"}, "Enter the minutes of a slot in steps of 5"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(browser, fields, words):
    answer = groups(browser, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{value}"' in answer.text for value in fields.values())
    assert db.session.query(DeskGroup).all() == []


def test_a_service_is_at_one_group_only(browser, two_groups):
    answer = groups(browser, **ADVICE, **{"g2-name-en": "More", "g2-services": "permit-advice"})

    assert answer.status_code == 422
    assert "A service can be at one group of desks only." in answer.text


def test_a_group_that_was_never_offered_is_no_group(browser):
    assert wednesdays(browser, ("09:00", "12:00", "1", "7")).status_code == 400


def test_periods_of_different_desks_may_overlap_and_those_of_the_same_may_not(browser, two_groups):
    answer = wednesdays(browser, ("09:00", "12:00", "1", "1"), ("11:00", "12:30", "1", "1"))

    assert answer.status_code == 422
    assert "this period overlaps another one of the same day" in answer.text


def test_one_desk_more_goes_to_the_desks_that_hand_over(cast, advice, two_groups, browser):
    browser.post("/staff/network/fuxingcheng/more-places", data={"step": "save"})

    rows = db.session.query(OpeningPeriod).filter_by(station_id=station().id).all()
    assert sorted((p.desk_group, p.opens, p.desks) for p in rows) == [
        (0, time(9), 1), (0, time(9), 1), (1, time(9), 1),
    ]  # fmt: skip


def test_the_nightly_check_counts_each_group_for_itself(cast, network, advice, two_groups, now):
    make(cast.fuxingcheng, network.document_check, NINE, now)
    talk = make(cast.fuxingcheng, advice, NINE, now)
    here = station()
    transact(checks.check_station, here.id, now=now)
    assert db.session.query(Finding).all() == []

    talk = again(talk)
    talk.desk_group = 0
    db.session.commit()
    transact(checks.check_station, here.id, now=now)

    assert {row.code for row in db.session.query(Finding)} == {checks.COUNTED_WRONG}


def test_a_week_is_copied_without_groups_that_are_not_there(cast, advice, two_groups):
    ada = cast.ada
    data = {"plan_version": station().plan_version, "step": "save", "also": "jiangdong",
            "version-jiangdong": station("jiangdong").plan_version}  # fmt: skip
    for i, group in enumerate(("0", "1")):
        data |= {
            f"d2-{i}-opens": "09:00",
            f"d2-{i}-closes": "12:00",
            f"d2-{i}-desks": "1",
            f"d2-{i}-group": group,
        }
    assert ada.post(f"{HOURS}/week", data=data).status_code == 303

    there = station("jiangdong")
    assert [p.desk_group for p in read_plan(there.id, there.timezone).weekly] == [0]
