"""The page of one service point, and the card for the taxi driver."""

import re
from datetime import date
from urllib.parse import quote

from flask.testing import FlaskClient

from app.localtext import LocalText
from app.stations.models import Confidence, StationFact, StationPhone
from tests.factories import Network, add_closure, add_exception, at, build_station, save
from tests.integration.locator.pages import headings, words_of


def test_an_unknown_place_is_a_page_of_ours(client: FlaskClient) -> None:
    answer = client.get("/en/places/atlantis")
    assert answer.status_code == 404
    assert headings(answer.text) == ["We do not have this page"]


def test_the_place_tells_door_hours_and_three_free_times(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/places/jiangdong").text
    words = words_of(page)
    assert "Open now. Closes at 12:00." in words
    assert "Today: 09:00–12:00, 14:30–17:00" in words
    times = re.findall(r'class="time soonest" name="slot" value="([^"]+)"', page)
    assert times == [f"jiangdong@2026-11-{day}T09:00+08:00" for day in (24, 25, 26)]
    assert 'aria-current="date"' in page
    assert "All times are Haikou time (UTC+8)." in words


def test_unconfirmed_hours_name_the_phone_and_promise_nothing(client: FlaskClient, network: Network) -> None:
    network.jiangdong.hours_confirmed_on = None
    network.jiangdong.phones.append(StationPhone(number="0898-1234567", label=LocalText(en="Desk")))
    save(network.jiangdong)
    words = words_of(client.get("/en/places/jiangdong").text)
    assert "Open now" not in words
    assert "Opening hours are not confirmed. Call before you go: 0898-1234567" in words
    assert "These are not confirmed opening hours." in words


def test_an_exception_and_a_holiday_are_in_the_table(client: FlaskClient, network: Network) -> None:
    add_exception(network.central, date(2026, 11, 26), reason="Staff training")
    row = re.search(r'(?s)<tr>\s*<th scope="row"><time datetime="2026-11-26">.*?</tr>',
                    client.get("/en/places/central-window").text)  # fmt: skip
    assert row
    assert "Closed Staff training" in words_of(row[0])


def test_a_make_up_workday_says_which_weekday_it_follows(
    client: FlaskClient, network: Network, clock
) -> None:  # type: ignore[no-untyped-def]
    clock.time = at("2026-10-09", "08:00")
    words = words_of(client.get("/en/places/central-window").text)
    assert "Sat 10 Oct 09:00–12:00 , 14:30–17:00 works as Wednesday" in words


def test_a_year_without_a_calendar_promises_nothing(client: FlaskClient, network: Network, clock) -> None:  # type: ignore[no-untyped-def]
    clock.time = at("2026-12-30", "08:00")
    assert "holidays of this year are not published yet" in words_of(client.get("/en/places/jiangdong").text)


def test_unknown_facts_are_said_to_be_unknown(client: FlaskClient, network: Network) -> None:
    station = build_station("bare", address=LocalText(), precision_m=4000, hours_confirmed_on=None)
    save(StationFact(station_id=station.id, field="opening_hours", confidence=Confidence.NOT_FOUND))
    page = client.get("/en/places/bare").text
    words = words_of(page)
    assert "The street address is not known yet." in words
    assert "The position on the map is true to about 4 km." in words
    assert "Opening hours not known yet" in words
    assert "Nobody has checked this place on site yet." in words
    assert "No service can be booked here now." in words
    assert '<h2 id="phone">' not in page


def test_a_checked_place_says_when(client: FlaskClient, network: Network) -> None:
    save(StationFact(station_id=network.central.id, field="position", confidence=Confidence.VERIFIED,
                     checked_on=date(2026, 10, 12)))  # fmt: skip
    assert "Checked on Monday 12 October 2026" in words_of(client.get("/en/places/central-window").text)


def test_maps_show_the_door_where_it_is_known_else_look_for_the_name(
    client: FlaskClient, network: Network
) -> None:
    maps = ("uri.amap.com", "api.map.baidu.com", "apis.map.qq.com", "maps.apple.com", "www.openstreetmap.org")
    page = client.get("/en/places/central-window").text
    assert all(f'href="https://{host}/' in page for host in maps)
    network.central.precision_m = 300
    network.central.address = LocalText(en="1 Binhai Park Road", zh="滨海公园路1号")
    save(network.central)
    page = client.get("/en/places/central-window").text
    assert page.count(quote("滨海公园路1号")) == 4
    assert "20.04" not in "".join(re.findall(r'href="https://[^"]+"', page))
    assert "we do not know the exact door" in page
    network.central.address = LocalText()
    save(network.central)
    page = client.get("/en/places/central-window").text
    assert page.count(quote("海口市Central Window (zh)")) == 4


def test_another_service_of_the_place_can_be_chosen(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/places/central-window?service=document-check").text
    assert 'name="service" value="document-check"' in page
    assert client.get("/en/places/central-window?service=nonsense").status_code == 200


def test_no_free_time_is_told_with_a_way_on(client: FlaskClient, network: Network) -> None:
    add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2027-01-30", "18:00"))
    words = words_of(client.get("/en/places/jiangdong").text)
    assert "No free time in the next 30 days. See other service points" in words


def test_chinese_runs_carry_their_language(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/places/central-window").text
    assert re.search(r'<span lang="zh-Hans"[^>]*>Central Window \(zh\)</span>', page)


def test_texts_of_operators_are_shown_as_text(client: FlaskClient, network: Network) -> None:
    network.central.notice = LocalText(en="<script>alert(1)</script>{{ 7*7 }}")
    save(network.central)
    for path in ("/en/places/central-window", "/en/"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "{{ 7*7 }}" in page


def test_the_taxi_card_speaks_chinese_first(client: FlaskClient, network: Network) -> None:
    network.central.address = LocalText(en="1 Binhai Park Road", zh="滨海公园路1号")
    save(network.central)
    page = client.get("/ru/places/central-window/taxi").text
    card = re.search(r'(?s)<div class="driver" lang="zh-Hans".*?</div>', page)
    assert card
    assert "师傅您好，请送我到： Central Window (zh) 滨海公园路1号" in words_of(card[0])
    assert "1 Binhai Park Road" in words_of(page)


def test_the_taxi_card_without_a_street_says_so(client: FlaskClient, network: Network) -> None:
    build_station("bare", address=LocalText(), district=LocalText(en="Meilan", zh="美兰区"))
    page = client.get("/en/places/bare/taxi").text
    assert "海口市美兰区" in page
    assert "We do not know the street yet." in words_of(page)
