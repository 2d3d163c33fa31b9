"""The first page."""

import re
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from app.db import db
from app.localtext import LocalText
from tests.factories import Network, add_closure, at, build_station, save
from tests.integration.locator.pages import headings, words_of


@pytest.mark.parametrize(
    ("accepts", "home"),
    [("ru-RU,ru;q=0.9,en;q=0.5", "/ru/"), ("zh-CN", "/zh/"), ("fr", "/en/"), ("", "/en/")],
)
def test_a_newcomer_is_sent_to_the_pages_in_the_browsers_language(
    client: FlaskClient, accepts: str, home: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepts})
    assert (answer.status_code, answer.location) == (302, home)
    assert "Accept-Language" in answer.headers["Vary"]


def test_home_lists_every_point_with_door_and_next_free_time(client: FlaskClient, network: Network) -> None:
    words = words_of(client.get("/en/").text)
    assert "Central Window Collect here Longhua Open now. Closes at 12:00." in words, words
    assert words.count("Open now. Closes at 12:00.") == 2
    assert "Next free time: today , 09:00" in words


def test_home_has_three_doors_then_the_points_then_a_picture_of_them(
    client: FlaskClient, network: Network
) -> None:
    page = client.get("/en/").text
    assert headings(page) == ["How can we help?"]
    assert headings(page, 2)[:3] == ["Collect my permits", "Get advice", "For employers"]
    assert 'action="/en/collect/code"' in page
    assert 'action="/en/find"' in page
    order = [
        page.index(part) for part in ('name="code"', 'name="near"', 'class="points', "/en/map/picture.svg")
    ]
    assert order == sorted(order)
    assert page.count("Collect here") == 1
    assert "leaflet" not in page


def test_unconfirmed_hours_are_never_called_open(client: FlaskClient, network: Network) -> None:
    for station in (network.central, network.jiangdong):
        station.hours_confirmed_on = None
        save(station)
    words = words_of(client.get("/en/").text)
    assert "Open now" not in words
    assert "Opening hours are not confirmed yet." in words
    assert "Next free time: today , 09:00" in words


def test_one_unconfirmed_point_among_others_says_so_itself(client: FlaskClient, network: Network) -> None:
    network.jiangdong.hours_confirmed_on = None
    save(network.jiangdong)
    words = words_of(client.get("/en/").text)
    assert words.count("Open now.") == 1
    assert words.count("Opening hours are not confirmed.") == 1


def test_a_point_without_free_times_shows_no_such_line(client: FlaskClient, network: Network) -> None:
    build_station("empty", name=LocalText(en="Empty point"))
    row = re.search(r'(?s)id="point-empty".*?</li>', client.get("/en/").text)
    assert row
    assert "Next free time" not in row[0]


def test_a_closure_of_today_is_told_above_the_heading(client: FlaskClient, network: Network) -> None:
    add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2026-11-24", "18:00"), reason="Typhoon")
    page = client.get("/en/").text
    assert page.index("Typhoon") < page.index("<h1")
    assert "Closed: Typhoon. Opens tomorrow, 09:00." in words_of(page)


def test_the_language_menu_leads_to_the_same_page_with_the_same_question(
    client: FlaskClient, network: Network
) -> None:
    page = client.get("/en/find?near=Haixiu+%26+more&service=document-check").text
    assert 'href="/ru/find?near=Haixiu+%26+more&amp;service=document-check"' in page
    assert 'lang="zh-Hans" hreflang="zh-Hans">中文</a>' in page


def test_more_points_cost_no_more_queries(client: FlaskClient, network: Network) -> None:
    def queries() -> int:
        client.get("/en/")  # plans are remembered
        seen: list[str] = []
        listen = partial(_note_statement, seen)
        event.listen(db.engine, "before_cursor_execute", listen)
        client.get("/en/")
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    few = queries()
    for _ in range(8):
        build_station(services=(network.document_check,), desks=1)
    assert queries() == few


def _note_statement(seen: list[str], _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    seen.append(statement)


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_every_language_has_its_page_and_its_lang(
    client: FlaskClient, network: Network, language: str
) -> None:
    page = client.get(f"/{language}/").text
    html_lang = {"en": "en", "zh": "zh-Hans", "ru": "ru"}[language]
    assert f'<html lang="{html_lang}"' in page
    assert page.count("<h1") == 1


def test_a_point_closed_for_the_day_says_when_it_opens(client: FlaskClient, network: Network, clock) -> None:  # type: ignore[no-untyped-def]
    clock.move(hours=9)  # 18:00
    assert "Closed now. Opens tomorrow, 09:00." in words_of(client.get("/en/").text)
    clock.move(days=3)  # Friday evening
    assert "Closed now. Opens on Monday, 09:00." in words_of(client.get("/en/").text)
