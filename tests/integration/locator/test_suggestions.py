"""Suggestions while a place is being typed."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

import app
from app.localtext import LocalText
from tests.factories import Network, build_place


@pytest.fixture(autouse=True)
def _park(network: Network) -> None:
    build_place("evergreen", name=LocalText(en="Evergreen Park", zh="万绿园", ru="Парк Ваньлюй"))


@pytest.mark.parametrize("typed", ["everg", "EVER", "万绿", "萬綠", "wanlv", "park ever", "парк ван"])
def test_the_start_of_a_name_in_any_writing_suggests_it(client: FlaskClient, typed: str) -> None:
    answer = client.get("/en/suggest", query_string={"q": typed})
    assert {"name": "Evergreen Park", "slug": "evergreen", "more": "万绿园 Longhua"} in answer.json


@pytest.mark.parametrize("typed", ["", "e", "zzzz", "  ", "<b>", "x" * 5000])
def test_what_begins_no_name_suggests_nothing(client: FlaskClient, typed: str) -> None:
    answer = client.get("/en/suggest", query_string={"q": typed})
    assert (answer.status_code, answer.json) == (200, [])


def test_the_box_says_where_to_ask_and_works_without(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert 'data-suggest="/en/suggest"' in page
    assert client.get("/en/find?near=Evergr&place=evergreen").status_code == 200


def test_the_script_is_small() -> None:
    assert (Path(app.__file__).parent / "static" / "js" / "where.js").stat().st_size <= 3072
