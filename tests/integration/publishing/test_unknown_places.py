"""Places that nobody could place: seen from the third person on, and found from then on in one step."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app import jobs
from app.db import db
from app.geocoding import unknown
from app.geocoding.models import UnknownMark, UnknownPlace
from tests.conftest import Clock
from tests.factories import Network, build_place
from tests.integration.conftest import Cast
from tests.integration.locator.pages import headings, words_of

PAGE = "/staff/unknown-places"
TEXT = "Wumart Haikou"


def type_in(client: FlaskClient, text: str, *people: int) -> None:
    for person in people:
        answer = client.get(
            "/en/find", query_string={"near": text}, environ_base={"REMOTE_ADDR": f"10.0.0.{person}"}
        )
        assert answer.status_code == 400


@pytest.fixture
def seen(cast: Cast, client: FlaskClient) -> UnknownPlace:
    type_in(client, TEXT, 1, 2, 3)
    return db.session.query(UnknownPlace).one()


def test_what_three_people_typed_is_seen_and_what_fewer_typed_is_not_kept(cast: Cast, client: FlaskClient):
    type_in(client, TEXT, 1, 1, 1, 2)
    type_in(client, "At home", 1)
    assert TEXT not in cast.ada.get(PAGE).text
    rows = [f"{vars(row)}" for model in (UnknownMark, UnknownPlace) for row in db.session.query(model)]
    assert len(rows) == 3
    assert not any("mart" in row.lower() or "10.0.0" in row for row in rows)
    type_in(client, f" {TEXT.upper()} ", 3)  # the same place, written otherwise
    words = words_of(cast.ada.get(PAGE).text)
    assert "WUMART HAIKOU 3 people" in words
    assert "At home" not in words


@pytest.mark.parametrize("text", ["+86 138 7654 3210", "maria@example.org", "E12345678", "x" * 61, "?"])
def test_what_may_belong_to_one_person_is_not_counted(client: FlaskClient, network: Network, text: str):
    for person in range(4):
        unknown.note(text, address=f"10.0.0.{person}", now=unknown.datetime(2026, 12, 1))
    assert db.session.query(UnknownMark).count() == 0


def test_one_network_cannot_fill_the_table(client: FlaskClient, network: Network) -> None:
    for number in range(unknown.MOST_OF_ONE + 5):
        type_in(client, f"Wumart {'x' * number}", 1)
    assert db.session.query(UnknownMark).count() == unknown.MOST_OF_ONE


@pytest.mark.parametrize("where", ["20.03, 110.33", "20°01'48\"N 110°19'48\"E", "Evergreen"])
def test_it_is_found_from_then_on(cast: Cast, client: FlaskClient, seen: UnknownPlace, where: str) -> None:
    build_place("evergreen", lat=20.03, lon=110.33)
    answer = cast.ada.post(f"{PAGE}/{seen.id}", data={"where": where}, follow_redirects=True)
    assert f"“{TEXT}” is found from now on." in words_of(answer.text)
    assert "No such text at present." in words_of(answer.text)
    found = client.get("/en/find", query_string={"near": TEXT.lower()})
    assert headings(found.text) == [f"Service points near “{TEXT}”"]
    origin = client.get("/api/v1/stations", query_string={"place": TEXT}).json["origin"]
    assert (origin["lat"], origin["lon"], origin["precision_m"]) == (20.03, 110.33, 300)
    assert db.session.query(UnknownMark).count() == 0
    assert cast.ada.post(f"{PAGE}/{seen.id}", data={"where": where}).status_code == 303  # pressed twice


@pytest.mark.parametrize(
    "where", ["", "Nowhere", "0, 0", "39.9, 116.4", "200, 300", "https://surl.amap.com/x"]
)
def test_a_position_that_is_none_is_refused_and_kept(cast: Cast, seen: UnknownPlace, where: str) -> None:
    answer = cast.ada.post(f"{PAGE}/{seen.id}", data={"where": where})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{where}"' in answer.text
    if where == "Nowhere":
        assert "We cannot tell where this is." in words_of(answer.text)


def test_what_is_no_place_is_left_out_and_does_not_come_back(
    cast: Cast, client: FlaskClient, seen: UnknownPlace
) -> None:
    assert cast.ada.post(f"{PAGE}/{seen.id}/left-out").status_code == 303
    type_in(client, TEXT, 4, 5, 6)
    assert TEXT not in cast.ada.get(PAGE).text


def test_it_is_forgotten_after_a_month(cast: Cast, clock: Clock, seen: UnknownPlace) -> None:
    clock.move(days=unknown.KEPT_FOR / timedelta(days=1) + 1)
    jobs.purge()
    assert db.session.query(UnknownMark).count() == db.session.query(UnknownPlace).count() == 0


def test_only_administrators_see_it(cast: Cast, seen: UnknownPlace) -> None:
    assert cast.browser("mei").get(PAGE).status_code == 403
    assert cast.ada.post(f"{PAGE}/999", data={"where": "20.03, 110.33"}).status_code == 404
