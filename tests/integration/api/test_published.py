"""The network as files for programs: CSV, calendars of closed days, and asking again for what changed."""

import csv
import io
from datetime import date, time

import pytest
from icalendar import Calendar
from sqlalchemy import text

from app.api.v1 import sheet
from app.db import db, transact
from app.localtext import LocalText
from app.stations import open_data
from app.stations.hours import plans
from app.stations.models import StationFact, StationPhone
from tests import factories
from tests.factories import add_closure, add_exception, at, save

FILES = ("/stations.geojson", "/stations.csv", "/closures.ics", "/stations/jiangdong/closures.ics")


def get(client, path, status=200, **headers):
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def rows(client, path="/stations.csv?variant=machine"):
    return list(csv.DictReader(io.StringIO(get(client, path).text.removeprefix("\ufeff"), newline="")))


def events(client, path="/closures.ics?lang=en"):
    calendar = Calendar.from_ical(get(client, path).data)
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


# --- asking again -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_has_not_changed_is_not_sent_again(client, network, clock, path):
    first = get(client, path)
    assert first.headers["Last-Modified"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    clock.move(hours=3)
    get(client, path, 304, **{"If-None-Match": first.headers["ETag"]})
    get(client, path, 304, **{"If-Modified-Since": first.headers["Last-Modified"]})


def change_phone(station):
    station.phones.append(StationPhone(number="12345", label=LocalText(en="Desk")))
    save(station)


def change_fact(station):
    save(
        StationFact(
            station_id=station.id, field="position", confidence="verified", checked_on=date(2026, 11, 1)
        )
    )


def change_name(station):
    station.name = LocalText(en="New name")
    save(station)


@pytest.mark.parametrize("path", FILES[:2])
@pytest.mark.parametrize("change", [change_phone, change_fact, change_name])
def test_any_change_of_a_station_makes_its_files_new(client, network, clock, path, change):
    first = get(client, path)
    clock.move(seconds=2)
    change(network.jiangdong)
    get(client, path, **{"If-Modified-Since": first.headers["Last-Modified"]})
    again = get(client, path, **{"If-None-Match": first.headers["ETag"]})
    assert again.headers["Last-Modified"] != first.headers["Last-Modified"]


@pytest.mark.parametrize("path", FILES[:2])
def test_a_large_network_is_sent_part_by_part(client, network, monkeypatch, path):
    whole = get(client, path).data
    monkeypatch.setattr(open_data, "PART", 1)

    assert get(client, path).data == whole
    assert b"central-window" in whole
    assert b"jiangdong" in whole


def test_what_closes_a_retired_point_is_not_told(client, network, now):
    add_closure(network.jiangdong, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"))
    add_closure(network.central, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"))
    network.jiangdong.retired_at = now
    save(network.jiangdong)

    assert len([name for name in events(client) if name.startswith("closure")]) == 1


@pytest.mark.parametrize("path", FILES[2:])
def test_a_closure_and_a_change_of_the_calendar_make_the_calendars_new(client, network, clock, path):
    first = get(client, path)
    clock.move(seconds=2)
    add_closure(network.jiangdong, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"))
    second = get(client, path, **{"If-Modified-Since": first.headers["Last-Modified"]})
    assert second.headers["ETag"] != first.headers["ETag"]
    clock.move(seconds=2)
    transact(plans.raise_all_versions)
    get(client, path, **{"If-Modified-Since": second.headers["Last-Modified"]})


# --- CSV ----------------------------------------------------------------------------------------


def test_the_sheet_has_a_row_for_each_station_under_its_header(client, network):
    answer = get(client, "/stations.csv")
    assert answer.content_type.startswith("text/csv; charset=utf-8")
    assert answer.data.startswith(b'\xef\xbb\xbf"slug"')
    assert [row["slug"] for row in rows(client)] == ["central-window", "jiangdong"]
    assert rows(client)[0]["name_zh"] == "Central Window (zh)"
    assert tuple(rows(client)[0]) == sheet.COLUMNS


def test_cells_that_would_run_are_disarmed_in_the_sheet_and_left_for_machines(client, network):
    network.central.name = LocalText(en='=HYPERLINK("http://x")', zh="＝1", ru=" \t@x")
    network.central.phones.append(StationPhone(number="+86 898 1234567", label=LocalText()))
    save(network.central)
    plain, safe = rows(client)[0], rows(client, "/stations.csv")[0]
    for column in ("name_en", "name_zh", "name_ru", "phones"):
        assert safe[column] == f"'{plain[column]}"
    assert plain["phones"] == "+86 898 1234567"
    get(client, "/stations.csv?variant=raw", 422)


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠x", "\u3000=1"]
)
def test_every_way_to_start_a_formula_is_seen(cell):
    assert sheet.safe(cell) == f"'{cell}"
    assert sheet.safe("1 =") == "1 ="


def test_each_fact_says_when_it_was_checked(client, network):
    for field, checked_on in (
        ("address_en", date(2026, 11, 2)), ("address_zh", date(2026, 11, 1)), ("position", None)
    ):  # fmt: skip
        save(
            StationFact(
                station_id=network.central.id, field=field, confidence="verified", checked_on=checked_on
            )
        )
    row = rows(client)[0]
    assert row["last_verified_address"] == "2026-11-01"  # the oldest of its languages
    assert row["last_verified_position"] == ""
    features = get(client, "/stations.geojson").json["features"]
    assert features[0]["properties"]["last_verified"] == {
        "address_en": "2026-11-02",
        "address_zh": "2026-11-01",
    }
    assert features[1]["properties"]["last_verified"] == {}


# --- calendars ----------------------------------------------------------------------------------


@pytest.fixture
def closed(network, clock):
    clock.time = at("2026-09-29", "09:00")
    add_exception(network.jiangdong, date(2026, 10, 2), time(9), time(11), reason="Holiday desk")
    add_exception(network.jiangdong, date(2026, 10, 12), reason="Staff training")
    add_closure(network.central, at("2026-10-13", "10:00"), at("2026-10-13", "12:00"))
    add_closure(network.central, at("2026-10-14", "00:00"), at("2026-10-16", "00:00"), reason="Moving")
    return network


def test_the_network_has_each_holiday_once_and_what_closes_each_station(client, closed):
    found = events(client)
    national = found["holiday-2026-10-01"]
    assert str(national["summary"]) == "Public holiday: National Day"
    assert (national["dtstart"].dt, national["dtend"].dt) == (date(2026, 10, 1), date(2026, 10, 8))
    assert str(found["day-jiangdong-2026-10-12"]["summary"]) == "Jiangdong: Closed: Staff training"
    timed, whole = (event for name, event in found.items() if name.startswith("closure-"))
    assert (timed["dtstart"].dt, timed["dtend"].dt) == (at("2026-10-13", "10:00"), at("2026-10-13", "12:00"))
    assert (whole["dtstart"].dt, whole["dtend"].dt) == (date(2026, 10, 14), date(2026, 10, 16))
    assert "checked on Sunday 1 November 2026" in str(timed["description"])


def test_a_station_that_is_open_on_a_holiday_says_so(client, closed):
    found = events(client, "/stations/jiangdong/closures.ics?lang=en")
    assert (found["holiday-2026-10-01"]["dtstart"].dt, found["holiday-2026-10-01"]["dtend"].dt) == (
        date(2026, 10, 1),
        date(2026, 10, 2),
    )
    assert found["holiday-2026-10-03"]["dtend"].dt == date(2026, 10, 8)
    assert str(found["day-jiangdong-2026-10-02"]["summary"]) == "Open 09:00–11:00 only"
    assert not [name for name in found if name.startswith("closure-")]


def test_hours_that_are_not_confirmed_are_not_called_open(client, closed):
    closed.jiangdong.hours_confirmed_on = None
    save(closed.jiangdong)
    event = events(client, "/stations/jiangdong/closures.ics?lang=en")["day-jiangdong-2026-10-02"]
    assert str(event["summary"]) == "Visits 09:00–11:00 only"
    assert "Opening hours are not confirmed." in str(event["description"])


def test_an_event_keeps_its_name_and_old_months_leave_the_file(client, closed, clock):
    assert "holiday-2026-09-25" in events(client)
    before = set(events(client))
    first = get(client, "/closures.ics")
    clock.time = at("2026-10-01", "08:00")
    answer = get(client, "/closures.ics", **{"If-Modified-Since": first.headers["Last-Modified"]})
    assert answer.headers["Last-Modified"] == "Wed, 30 Sep 2026 16:00:00 GMT"
    assert before - set(events(client)) == {"holiday-2026-09-25"}


def test_a_hostile_reason_stays_one_event(client, network):
    reason = "Repairs\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:owned"
    add_closure(network.central, at("2026-12-01", "09:00"), at("2026-12-01", "12:00"), reason=reason)
    assert len(events(client, "/stations/central-window/closures.ics")) == 1


def test_a_calendar_without_closures_is_a_calendar_still(client, network):
    db.session.execute(text("DELETE FROM calendar_days"))
    db.session.commit()
    plans.forget_plans()
    calendar = Calendar.from_ical(get(client, "/stations/jiangdong/closures.ics").data)
    assert calendar.walk("VEVENT") == []
    assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"], "RFC 5545 asks for one at least"


def test_the_calendar_of_an_unknown_station_is_not_found(client, network):
    assert get(client, "/stations/atlantis/closures.ics", 404).json["code"] == "not_found"


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_network(client, network, app):
    def count(path):
        asked = []

        def note(*_args):
            asked.append(1)

        db.event.listen(db.engine, "before_cursor_execute", note)
        get(client, path)
        db.event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    few = [count(path) for path in FILES]
    for _ in range(5):
        station = factories.build_station(desks=1)
        add_exception(station, date(2026, 12, 7), reason="Training")
    assert [count(path) for path in FILES] == few
