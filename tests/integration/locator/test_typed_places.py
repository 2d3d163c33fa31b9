"""What a person may type into "Where are you?", seen on the page."""

import re

import pytest
from flask.testing import FlaskClient

from app.localtext import LocalText
from tests.factories import Network, build_place
from tests.integration.locator.pages import headings, words_of


@pytest.fixture(autouse=True)
def _park(network: Network) -> None:
    build_place("evergreen", name=LocalText(en="Evergreen Park", zh="万绿园"))


def test_a_slip_is_forgiven_and_told(client: FlaskClient) -> None:
    page = client.get("/en/find?near=Evergrene+Park").text
    assert headings(page)[0] == "Service points near “Evergreen Park”"
    assert "We took “Evergrene Park” to mean “Evergreen Park”." in words_of(page)
    assert 'value="Evergrene Park"' in page


def test_a_name_that_is_right_is_not_called_a_guess(client: FlaskClient) -> None:
    page = client.get("/en/find?near=wanlvyuan").text
    assert headings(page)[0] == "Service points near “Evergreen Park”"
    assert "We took" not in words_of(page)


def test_names_that_are_alike_show_their_chinese_names(client: FlaskClient) -> None:
    build_place("east", name=LocalText(en="Old Street", zh="东老街"), lat=20.01)
    build_place("west", name=LocalText(en="Old Street", zh="西老街"), lat=20.05)
    page = client.get("/en/find?near=old+street").text
    assert headings(page)[0] == "Which one do you mean?"
    assert {"东老街", "西老街"} <= set(re.findall(r'<span lang="zh-Hans">(.*?)</span>', page))


@pytest.mark.parametrize("query", ["near=gcj02:20.0381,110.3282", "near=20.0381,110.3282&datum=gcj02"])
def test_coordinates_of_a_chinese_map_are_kept_with_their_mark(client: FlaskClient, query: str) -> None:
    page = client.get(f"/en/find?{query}").text
    assert headings(page)[0] == "Service points near your position"
    assert page.count('value="gcj02:20.0381,110.3282"') == 2  # the filter and "search again"


def test_an_unknown_datum_is_refused_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    answer = client.get("/en/find?near=20.0381,110.3282&datum=mars")
    assert answer.status_code == 400
    assert "We do not know this kind of coordinates." in words_of(answer.text)
    assert 'value="20.0381,110.3282"' in answer.text


@pytest.mark.parametrize("near", ["bd09:1e999,0", "gcj02:nan,110"])
def test_bad_marked_coordinates_are_refused_and_kept(client: FlaskClient, near: str) -> None:
    answer = client.get("/en/find", query_string={"near": near})
    assert answer.status_code == 400
    assert f'value="{near}"' in answer.text
