"""Weeks of a plan: versions from a day on, copies to other days and stations, held desks."""

import re
from datetime import date, time

import pytest

from app.appointments.availability import free_times as availability
from app.db import db
from app.stations.models import OpeningPeriod, Station
from tests.factories import at
from tests.integration.planning.displacing import again, close_morning, hidden, make, station

HOURS = "/staff/stations/fuxingcheng/hours"


@pytest.fixture
def browser(cast):
    return cast.tom


def rows(slug="fuxingcheng"):
    found = db.session.scalars(
        db.select(OpeningPeriod)
        .where(OpeningPeriod.station_id == station(slug).id)
        .order_by(OpeningPeriod.weekday, OpeningPeriod.valid_from, OpeningPeriod.opens)
    )
    return [(p.weekday, p.opens, p.closes, p.desks, p.reserve, p.valid_from, p.valid_until) for p in found]


def week(*periods, **more):
    """week((1, "09:00", "12:00", "2", "1")) opens on Tuesdays with two desks, one of them held."""
    data = {"plan_version": station().plan_version, "step": "save", **more}
    for i, (weekday, *cells) in enumerate(periods):
        data |= {
            f"d{weekday}-{i}-{n}": c for n, c in zip(("opens", "closes", "desks", "held"), cells, strict=True)
        }
    return data


def test_a_week_counts_from_a_day_on_and_is_changed_as_a_version_of_its_own(browser):
    answer = browser.post(f"{HOURS}/week", data=week((1, "09:00", "12:00", "2", ""), starts="2026-12-01"))
    assert answer.status_code == 303
    [new] = [row for row in rows() if row[5]]
    assert new == (1, time(9), time(12), 2, 0, date(2026, 12, 1), None)
    assert {row[6] for row in rows() if not row[5]} == {date(2026, 11, 30)}

    page = browser.get(HOURS).text
    assert "until Monday 30 November 2026" in page
    december = re.search(r'href="([^"]+version=2026-12-01[^"]*)"', page)[1].replace("&amp;", "&")
    shown = browser.get(december).text
    assert 'name="d1-0-desks" value="2"' in shown

    version = re.search(r'name="version" value="([^"]*)"', shown)[1]
    browser.post(f"{HOURS}/week", data=week((1, "10:00", "12:00", "3", ""), version=version))

    [new] = [row for row in rows() if row[5]]
    assert new == (1, time(10), time(12), 3, 0, date(2026, 12, 1), None)
    assert len([row for row in rows() if not row[5]]) == 9


@pytest.mark.parametrize("starts", ["2026-11-24", "2020-01-01", "soon", "0000-00-00"])
def test_a_start_that_cannot_be_is_refused_and_kept(browser, starts):
    before = rows()

    answer = browser.post(f"{HOURS}/week", data=week((1, "09:00", "12:00", "2", ""), starts=starts))

    assert answer.status_code == 422
    assert "Enter a later day on which this week shall begin to count." in answer.text
    assert f'value="{starts}"' in answer.text
    assert rows() == before


def test_a_day_is_copied_to_others(browser):
    data = week((0, "09:00", "12:00", "2", "1"), copy_from="0", copy_to=["1", "2"])

    browser.post(f"{HOURS}/week", data=data)

    assert [row[:5] for row in rows()] == [(day, time(9), time(12), 2, 1) for day in (0, 1, 2)]


def test_a_mistake_in_the_copied_day_is_named(browser):
    data = week((0, "12:00", "09:00", "2", ""), (1, "08:05", "10:00", "3", ""), copy_from="0", copy_to=["1"])
    answer = browser.post(f"{HOURS}/week", data=data)
    assert answer.status_code == 422
    assert 'value="08:05"' in answer.text, "what was typed for the other day is still there"


def test_a_week_is_used_at_other_stations_too_with_one_undo(cast, network):
    ada = cast.ada
    before = rows("jiangdong")
    form = hidden(ada.get(HOURS).text)
    data = {**form, **week((3, "08:00", "10:00", "4", "")), "also": ["jiangdong"]}

    preview = ada.post(f"{HOURS}/week", data=data | {"step": "preview"}).text
    assert "The new plans" in preview
    assert "Jiangdong" in preview
    ada.post(f"{HOURS}/week", data=data)

    assert rows("jiangdong") == rows() == [(3, time(8), time(10), 4, 0, None, None)]
    batch = re.search(r"/staff/changes/([^/\"]+)/undo", ada.get(HOURS).text)[1]
    answer = ada.post(f"/staff/changes/{batch}/undo")
    assert answer.status_code == 303, answer.text
    assert rows("jiangdong") == before


def test_a_manager_cannot_copy_to_a_station_that_is_not_theirs(browser, network):
    before = rows("jiangdong")

    browser.post(f"{HOURS}/week", data=week((3, "08:00", "10:00", "4", ""), also=["jiangdong"]))

    assert rows("jiangdong") == before


def test_held_desks_cannot_be_booked(browser, network, now):
    browser.post(f"{HOURS}/week", data=week((1, "09:00", "12:00", "3", "2")))

    [day] = availability.availability(
        station(), network.document_check, first_day=date(2026, 12, 1), days=1, now=now
    )
    assert {slot.remaining for slot in day.slots} == {1}
    page = browser.get(HOURS).text
    assert "1 desk × 3 visits of 20 min = 3 places" in page
    assert "6 more held" in page


@pytest.mark.parametrize("held", ["3", "9", "-1", "x", "²"])
def test_more_desks_held_than_open_are_refused(browser, held):
    answer = browser.post(f"{HOURS}/week", data=week((1, "09:00", "12:00", "3", held)))

    assert answer.status_code == 422
    assert "Tuesday: hold fewer desks than are open." in answer.text


def test_holding_a_desk_displaces_the_last_who_booked(browser, network, cast, now):
    first = make(cast.fuxingcheng, network.document_check, at("2026-11-25", "10:00"), now)
    browser.post(f"{HOURS}/week", data=week((2, "09:00", "12:00", "2", "")))
    second = make(station(), network.document_check, at("2026-11-25", "10:00"), now)
    periods = [(2, "09:00", "12:00", "2", "1")]

    page = browser.post(f"{HOURS}/week", data=week(*periods, step="preview")).text

    assert second.reference in page
    assert first.reference not in page


def test_undo_brings_back_versions_and_held_desks(browser, visit_in_the_morning):
    browser.post(f"{HOURS}/week", data=week((2, "09:00", "17:00", "2", "1"), starts="2026-11-25"))
    before = rows()

    close_morning(browser)
    batch = re.search(r"/staff/changes/([^/\"]+)/undo", browser.get(HOURS).text)[1]
    browser.post(f"/staff/changes/{batch}/undo")

    assert rows() == before
    assert again(visit_in_the_morning).starts_at == at("2026-11-25", "11:00")


@pytest.fixture
def visit_in_the_morning(network, cast, now):
    return make(cast.fuxingcheng, network.document_check, at("2026-11-25", "11:00"), now)


def test_the_database_holds_the_reserve_below_the_desks(cast):
    place = db.session.get(Station, cast.fuxingcheng.id)
    bad = OpeningPeriod(station_id=place.id, weekday=0, opens=time(9), closes=time(10), desks=1, reserve=1)
    db.session.add(bad)

    with pytest.raises(Exception, match="reserve"):
        db.session.flush()
    db.session.rollback()
