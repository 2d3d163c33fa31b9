"""Filters of the search: only what is known satisfies one, and the page says what it left out."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import db
from app.stations.models import StationPhone
from tests.conftest import Clock
from tests.factories import (
    Network,
    add_closure,
    at,
    build_calendar,
    build_service,
    build_station,
    open_week,
    save,
    words,
)
from tests.integration.locator.pages import headings, words_of
from tests.integration.locator.test_find import order_of

HERE = "near=19.99,110.50"


def test_only_doors_that_are_open_now_are_listed(client: FlaskClient, network: Network, clock: Clock) -> None:
    add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2026-11-24", "18:00"))
    assert order_of(client.get(f"/en/find?{HERE}&open=now").text) == ["central-window"]
    clock.move(hours=4)  # 13:00, lunch
    page = client.get(f"/en/find?{HERE}&open=now").text
    assert order_of(page) == []
    words = words_of(page)
    assert "No service point is confirmed to fit" in words
    assert "You asked for: open now" in words
    assert "The next one that opens: Central Window . Opens today, 14:30." in words
    assert re.search(rf'href="/en/find\?{HERE.replace(",", "%2C")}">Remove filters', page.replace(",", "%2C"))


def test_a_door_can_be_asked_for_at_a_time_on_the_clock_of_haikou(
    client: FlaskClient, network: Network
) -> None:
    for typed, wanted in (("2026-11-27T10:00", 2), ("2026-11-27 15:00", 0), ("2026-11-24T14:30", 2)):
        page = client.get("/en/find", query_string={"open": "at", "open_at": typed}).text
        assert len(order_of(page)) == wanted, typed
        assert f'value="{typed}"' in page


def test_a_typed_time_counts_even_when_its_button_is_not_pressed(
    client: FlaskClient, network: Network
) -> None:
    page = client.get("/en/find?open=&open_at=2026-11-28T10:00").text
    assert order_of(page) == []
    assert "You asked for: open on Sat 28 Nov, 10:00" in words_of(page)


@pytest.mark.parametrize(
    "typed", ["soon", "2026-13-01T10:00", "9999-99", "2026-11-24T10:00+08:00", "0001-01-01"]
)
def test_a_time_that_is_none_is_refused_and_kept(client: FlaskClient, network: Network, typed: str) -> None:
    answer = client.get("/en/find", query_string={"open": "at", "open_at": typed, "near": "19.99,110.50"})
    assert answer.status_code == 400
    assert "This is not a day and a time." in words_of(answer.text)
    assert f'value="{typed}"' in answer.text
    assert order_of(answer.text) == ["jiangdong", "central-window"]


def test_hours_that_nobody_confirmed_are_not_called_open(client: FlaskClient, network: Network) -> None:
    network.jiangdong.hours_confirmed_on = None
    save(network.jiangdong)
    page = client.get(f"/en/find?{HERE}&open=now").text
    assert order_of(page) == ["central-window"]
    assert "Left out: 1 point where we do not know this." in words_of(page)


def test_a_point_with_unconfirmed_hours_gives_its_number(client: FlaskClient, network: Network) -> None:
    for station, number in ((network.central, "0898-11111111"), (network.jiangdong, "0898-22222222")):
        station.phones = [StationPhone(number=number, label=words("Desk"))]
        save(station)
    network.jiangdong.hours_confirmed_on = None
    save(network.jiangdong)
    said = words_of(client.get(f"/en/find?{HERE}").text)
    assert "Opening hours are not confirmed. Call before you go: 0898-22222222" in said
    assert "0898-11111111" not in said


def test_language_and_step_free_access_must_be_known(client: FlaskClient, network: Network) -> None:
    network.central.languages, network.central.step_free = ["en", "ru"], None
    network.jiangdong.languages, network.jiangdong.step_free = [], True
    save(network.central, network.jiangdong)
    page = client.get("/en/find?lang_help=ru").text
    assert order_of(page) == ["central-window"]
    assert "Left out: 1 point where we do not know this." in words_of(page)
    assert '<option value="ru" selected>' in page
    assert order_of(client.get("/en/find?step_free=1").text) == ["jiangdong"]
    page = client.get(f"/en/find?{HERE}&step_free=1&lang_help=ru&open=now&service=document-check").text
    assert order_of(page) == []
    assert "You asked for: Document check · open now · help in Russian · step-free access" in words_of(page)
    assert "Left out: 2 points" in words_of(page)


def test_another_place_is_searched_with_the_same_filters(client: FlaskClient, network: Network) -> None:
    page = client.get(f"/en/find?{HERE}&open=now&lang_help=en&step_free=1&service=document-check&page=2").text
    again = page[page.index('id="again"') :]
    kept = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', again))
    assert kept == {"service": "document-check", "lang_help": "en", "step_free": "1", "open": "now"}


@pytest.mark.parametrize("query", ["lang_help=xx", "open=maybe", "page=0", "page=-1", "page=x", "page=²"])
def test_nonsense_in_the_address_asks_for_nothing(client: FlaskClient, network: Network, query: str) -> None:
    answer = client.get(f"/en/find?{query}")
    assert answer.status_code == 200
    assert len(order_of(answer.text)) == 2


def test_the_last_minutes_are_told_as_minutes_with_the_last_number(
    client: FlaskClient, network: Network, clock: Clock
) -> None:
    network.jiangdong.last_number_minutes = 20
    save(network.jiangdong)
    clock.move(hours=7, minutes=35)  # 16:35
    words = words_of(client.get(f"/en/find?{HERE}").text)
    assert "Closes in 25 min, at 17:00. Last call number at 16:40." in words
    assert words.count("Last call number") == 1  # nobody knows it of the other one
    clock.move(minutes=10)
    words = words_of(client.get(f"/en/find?{HERE}").text)
    assert "Closes in 15 min, at 17:00. The last call number was given out at 16:40." in words


def test_the_last_number_of_unconfirmed_hours_is_not_told(client: FlaskClient, network: Network) -> None:
    network.jiangdong.last_number_minutes, network.jiangdong.hours_confirmed_on = 20, None
    save(network.jiangdong)
    assert "call number" not in words_of(client.get(f"/en/find?{HERE}").text)


def _full_nearest(network: Network) -> None:
    add_closure(network.jiangdong, at("2026-11-24", "12:00"), at("2026-12-20", "12:00"), reason="Works")


def test_a_nearest_point_with_nothing_soon_is_answered_by_one_that_has(
    client: FlaskClient, network: Network, clock: Clock
) -> None:
    _full_nearest(network)
    clock.move(hours=2, minutes=55)  # 11:55: open, and its last slot has started
    page = client.get(f"/en/find?{HERE}&service=document-check").text
    assert order_of(page) == ["jiangdong", "central-window"]
    words = words_of(page)
    assert "Jiangdong has no free time in the next 7 days." in words
    assert "Free sooner: Central Window · 17 km · today, 14:30 Book here" in words


def test_nothing_is_offered_when_the_nearest_has_a_time_soon(client: FlaskClient, network: Network) -> None:
    assert "Free sooner" not in client.get(f"/en/find?{HERE}&service=document-check").text


def test_one_that_has_a_time_is_looked_for_beyond_the_first_page(client: FlaskClient) -> None:
    build_calendar()
    service = build_service("advice")
    for number in range(12):
        build_station(f"shut-{number}", services=(service,), lat=20.0 + number / 1000)
    build_station("open-one", services=(service,), desks=1, lat=20.2)
    page = client.get("/en/find?near=20.0,110.33&service=advice").text
    assert "Free sooner: Open One" in words_of(page)


# --- many points ----------------------------------------------------------------------------------


def _line_of(count: int, **columns: object) -> None:
    service = build_service("advice")
    for number in range(count):
        station = build_station(f"p-{number}", services=(service,), lat=20.0 + number / 100, **columns)
        if number % 2:
            open_week(station)


def test_many_points_come_in_pages(client: FlaskClient) -> None:
    build_calendar()
    _line_of(23)
    first = client.get("/en/find?near=20.0,110.33").text
    assert len(re.findall('id="point-p-', first)) == 10
    assert "Service points 1 to 10, nearest first." in words_of(first)
    link = re.search(r'rel="next" href="([^"]+)#results"', first)
    assert link
    second = client.get(link[1].replace("&amp;", "&")).text
    assert "Service points 11 to 20, nearest first." in words_of(second)
    assert 'start="11"' in second
    third = client.get("/en/find?near=20.0,110.33&page=3").text
    assert re.findall(r'id="point-(p-\d+)"', third) == ["p-20", "p-21", "p-22"]
    assert 'rel="next"' not in third
    assert headings(client.get("/en/find?near=20.0,110.33&page=4").text, 2)[0] == "No more service points"


def test_an_open_door_is_found_behind_many_closed_ones(client: FlaskClient) -> None:
    build_calendar()
    for number in range(25):
        build_station(f"shut-{number}", lat=20.0 + number / 1000)
    build_station("open-one", desks=1, lat=20.2)
    assert order_of(client.get("/en/find?near=20.0,110.33&open=now").text) == ["open-one"]
    assert order_of(client.get("/en/find?open=now").text) == ["open-one"]


def test_pages_without_a_place_are_in_the_published_order(client: FlaskClient) -> None:
    _line_of(12)
    assert "See all service points" in client.get("/en/").text
    assert re.findall(r'id="point-(p-\d+)"', client.get("/en/find?page=2").text) == ["p-10", "p-11"]


@pytest.mark.parametrize("path", [f"/en/find?{HERE}&open=now", "/en/find", "/en/", "/api/v1/stations"])
def test_more_points_take_no_more_statements(client: FlaskClient, path: str) -> None:
    build_calendar()
    _line_of(2)
    few = _statements(client, path)
    for number in range(8):
        build_station(f"more-{number}", lat=20.5, services=(), desks=1)
    assert _statements(client, path) <= few + 1  # the one more looks at days that are farther off


def _statements(client: FlaskClient, path: str) -> int:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return len([s for s in said if s.lstrip().upper().startswith("SELECT")])


def test_a_closed_point_is_not_called_the_nearest(client: FlaskClient, network: Network) -> None:
    network.jiangdong.precision_m = 20_000
    save(network.jiangdong)
    add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2026-11-24", "08:00") + timedelta(days=3))
    assert "can be the nearest" not in words_of(client.get("/en/find?near=20.03,110.34").text)


def test_in_a_large_network_a_visit_is_booked_at_the_place_that_was_found(client: FlaskClient) -> None:
    build_calendar()
    _line_of(35)
    page = client.get("/en/find?near=20.34,110.33&service=advice").text
    link = re.search(r'href="(/en/book/time\?place=p-33[^"]+)"', page)
    assert link
    assert "P 33" in words_of(client.get(link[1].replace("&amp;", "&")).text)
