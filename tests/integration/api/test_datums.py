"""Positions of Chinese maps and names in many writings, asked over the programming interface."""

import pytest
from flask.testing import FlaskClient

from app.localtext import LocalText
from app.stations.geography.datum import Datum, from_wgs84
from tests.factories import Network, build_place

HERE = (20.04017, 110.32387)


def origin_of(client: FlaskClient, **query: str) -> dict:
    answer = client.get("/api/v1/stations", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json["origin"]


@pytest.mark.parametrize("datum", Datum)
def test_a_position_is_converted_whether_marked_or_asked_with_its_datum(
    client: FlaskClient, network: Network, datum: Datum
) -> None:
    near = "{:.7f},{:.7f}".format(*from_wgs84(HERE, datum))
    for query in ({"near": near, "datum": datum.value}, {"near": f"{datum}:{near}"}):
        origin = origin_of(client, **query)
        assert (origin["lat"], origin["lon"]) == pytest.approx(HERE, abs=1e-6)


def test_a_mark_wins_over_the_parameter(client: FlaskClient, network: Network) -> None:
    assert origin_of(client, near="wgs84:20.04,110.32", datum="bd09")["lat"] == 20.04


@pytest.mark.parametrize(
    ("near", "code"),
    [
        ("gcj02:110.31,20.03", "coordinates_swapped"),
        ("gcj02:1e999,20", "bad_coordinates"),
        ("bd09:nan,20", "bad_coordinates"),
        ("bd09:200,300", "bad_coordinates"),
        ("gcj02:", "bad_coordinates"),
        ("utm:20.03,110.31", "bad_coordinates"),
    ],
)
def test_bad_marked_positions_keep_their_refusals(
    client: FlaskClient, network: Network, near: str, code: str
) -> None:
    answer = client.get("/api/v1/stations", query_string={"near": near})
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_an_unknown_datum_is_refused_by_name(client: FlaskClient, network: Network) -> None:
    answer = client.get("/api/v1/stations?near=20,110&datum=mars")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert "datum" in str(answer.json["errors"])


def test_the_contract_names_the_datums(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    parameters = {p["name"]: p for p in document["paths"]["/api/v1/stations"]["get"]["parameters"]}
    assert parameters["datum"]["schema"]["enum"] == ["wgs84", "gcj02", "bd09"]


def test_a_place_is_found_by_how_it_is_read(client: FlaskClient, network: Network) -> None:
    build_place("evergreen", name=LocalText(en="Evergreen Park", zh="万绿园"))
    for typed in ("wanlvyuan", "wly", "ваньлюйюань", "万律园", "Evergren Park"):
        assert origin_of(client, place=typed)["label"] == "Evergreen Park"
