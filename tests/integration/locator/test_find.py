"""Finding the nearest service point."""

import re

import pytest
from flask.testing import FlaskClient

from app.localtext import LocalText
from tests.factories import Network, add_closure, at, build_place, build_service, save
from tests.integration.locator.pages import headings, words_of

DISTRICT = {"category": "district", "name": LocalText(en="Xiuying District", zh="秀英区")}


def order_of(page: str) -> list[str]:
    return re.findall(r'id="point-([a-z-]+)"', page)


def test_points_come_nearest_first_from_typed_coordinates(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/find?near=19.99,110.50").text
    assert order_of(page) == ["jiangdong", "central-window"]
    assert headings(page) == ["Service points near your position"]
    assert "2 service points, nearest first." in words_of(page)


def test_a_named_place_is_found_and_named_in_the_heading(client: FlaskClient, network: Network) -> None:
    build_place("haixiu-road", name=LocalText(en="Haixiu Road", zh="海秀路"))
    page = client.get("/en/find?near=haixiu").text
    assert headings(page) == ["Service points near “Haixiu Road”"]
    assert 'value="haixiu"' in page
    assert headings(client.get("/zh/find?near=haixiu").text)[0].count("海秀路") == 1


def test_an_unsure_position_is_told_as_about_and_nobody_is_called_nearest(
    client: FlaskClient, network: Network
) -> None:
    network.jiangdong.precision_m = 20_000
    save(network.jiangdong)
    words = words_of(client.get("/en/find?near=20.03,110.34").text)
    assert "These 2 points can be the nearest." in words
    assert re.search(r"(about|less than) \d+ km", words)


def test_a_sure_position_is_told_in_tenths_of_a_kilometre(client: FlaskClient, network: Network) -> None:
    assert re.search(r" \d\.\d km", words_of(client.get("/en/find?near=20.04,110.36").text))


def test_a_service_narrows_the_list_and_keeps_the_place(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/find?near=19.99,110.50&service=collect-permits").text
    assert order_of(page) == ["central-window"]
    assert '<input type="hidden" name="near" value="19.99,110.50">' in page
    assert '<option value="collect-permits" selected>' in page


def test_booking_links_carry_place_and_service(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/find?service=document-check").text
    assert 'href="/en/book/time?place=jiangdong&amp;service=document-check"' in page


def test_permits_are_collected_with_a_code(client: FlaskClient, network: Network) -> None:
    page = client.get("/en/find?service=collect-permits").text
    assert re.search(r'href="/en/collect/code">Book here', page)


def test_an_unknown_place_is_named_and_districts_are_offered(client: FlaskClient, network: Network) -> None:
    build_place("xiuying-district", **DISTRICT)
    answer = client.get("/en/find?near=Xyzzy")
    assert answer.status_code == 400
    assert "We could not find “Xyzzy” in Haikou. Choose a place near you, or a district:" in words_of(
        answer.text
    )
    assert "place=xiuying-district" in answer.text
    assert 'value="Xyzzy"' in answer.text
    assert "<title>Error: " in answer.text
    assert order_of(answer.text)  # the points are there all the same


def test_a_district_link_leads_to_its_points(client: FlaskClient, network: Network) -> None:
    build_place("xiuying-district", **DISTRICT)
    link = re.search(
        r'href="(/en/find\?near=[^"]+place=xiuying-district)"', client.get("/en/find?near=Xyzzy").text
    )
    assert link
    page = client.get(link[1].replace("&amp;", "&")).text
    assert headings(page) == ["Service points near “Xiuying District”"]


def test_a_name_of_several_places_asks_which_one(client: FlaskClient, network: Network) -> None:
    for slug, district, lat in (("old-gate", "Longhua", 20.01), ("new-gate", "Meilan", 20.05)):
        build_place(slug, name=LocalText(en="East Gate"), district=LocalText(en=district), lat=lat)
    answer = client.get("/en/find?near=East+Gate")
    assert answer.status_code == 200
    assert headings(answer.text) == ["Which one do you mean?"]
    assert "place=old-gate" in answer.text
    assert "place=new-gate" in answer.text
    chosen = client.get("/en/find?near=East+Gate&place=new-gate").text
    assert headings(chosen) == ["Service points near “East Gate”"]


@pytest.mark.parametrize(
    ("near", "words"),
    [
        ("91,200", "These numbers are not a position."),
        ("", "Write where you are: a street, a building or a district."),
        ("   ", "Write where you are: a street, a building or a district."),
        ("nan,nan", "These numbers are not a position."),
    ],
)
def test_what_cannot_be_a_place_is_refused_in_words(
    client: FlaskClient, network: Network, near: str, words: str
) -> None:
    answer = client.get("/en/find", query_string={"near": near})
    assert answer.status_code == 400
    assert words in words_of(answer.text)
    assert 'aria-invalid="true"' in answer.text


def test_an_unknown_service_is_refused_in_words(client: FlaskClient, network: Network) -> None:
    answer = client.get("/en/find?service=haircut")
    assert answer.status_code == 400
    assert "We do not have this service." in words_of(answer.text)


def test_a_service_that_nobody_offers_says_so_and_can_be_removed(
    client: FlaskClient, network: Network
) -> None:
    build_service("rare")
    page = client.get("/en/find?service=rare&near=20.0,110.3").text
    assert "No service point offers this now" in words_of(page)
    assert 'href="/en/find?near=20.0,110.3"' in page


def test_a_place_far_from_haikou_is_doubted(client: FlaskClient, network: Network) -> None:
    words = words_of(client.get("/en/find?near=55.75,37.61").text)
    assert "This place is far from Haikou. Is it the one you mean?" in words


def test_a_point_closed_by_notice_comes_last_with_its_reason(client: FlaskClient, network: Network) -> None:
    add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2026-11-24", "18:00"), reason="Typhoon")
    page = client.get("/en/find?near=19.99,110.50").text
    assert order_of(page) == ["central-window", "jiangdong"]
    assert "Closed: Typhoon." in words_of(page)


@pytest.mark.parametrize("near", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}"])
def test_what_is_typed_is_shown_as_text(client: FlaskClient, network: Network, near: str) -> None:
    page = client.get("/en/find", query_string={"near": near}).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in words_of(page).split("Find")[0]


def test_an_endless_text_is_cut_and_answered(client: FlaskClient, network: Network) -> None:
    assert client.get("/en/find", query_string={"near": "x" * 5000}).status_code == 400
