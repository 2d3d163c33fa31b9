"""Filters and pages of GET /api/v1/stations."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import Clock
from tests.factories import Network, build_station, save

STATIONS = "/api/v1/stations"


def slugs(client: FlaskClient, **query: str) -> list[str]:
    answer = client.get(STATIONS, query_string=query)
    assert answer.status_code == 200, answer.text
    return [station["slug"] for station in answer.json["stations"]]


def test_only_what_is_known_satisfies(client: FlaskClient, network: Network) -> None:
    network.central.languages, network.central.step_free = ["ru"], None
    network.jiangdong.languages, network.jiangdong.step_free = [], True
    save(network.central, network.jiangdong)
    assert slugs(client, language="ru") == ["central-window"]
    assert slugs(client, step_free="true") == ["jiangdong"]
    assert slugs(client, step_free="false") == ["central-window", "jiangdong"]
    assert slugs(client, step_free="true", language="ru") == []


def test_open_at_needs_confirmed_hours(client: FlaskClient, network: Network) -> None:
    network.jiangdong.hours_confirmed_on = None
    save(network.jiangdong)
    assert slugs(client, open_at="now") == ["central-window"]
    assert slugs(client, open_at="2026-11-24T10:00:00+08:00", near="19.99,110.5") == ["central-window"]
    assert slugs(client, open_at="2026-11-24T13:00:00+08:00") == []


UNREADABLE = [
    {"open_at": "soon"},
    {"open_at": "2026-11-24T10:00"},
    {"language": "klingon"},
    {"step_free": "ja"},
    {"offset": "-1"},
    {"offset": "1001"},
    {"limit": "0"},
]


@pytest.mark.parametrize("query", UNREADABLE)
def test_what_cannot_be_read_is_refused(client: FlaskClient, network: Network, query: dict[str, str]) -> None:
    answer = client.get(STATIONS, query_string=query)
    assert answer.status_code in (400, 422)
    assert answer.json["code"] == "invalid_request"
    assert next(iter(query)) in answer.json["errors"]


def test_a_point_tells_when_its_door_closes_or_opens(
    client: FlaskClient, network: Network, clock: Clock
) -> None:
    network.central.last_number_minutes = 15
    network.jiangdong.hours_confirmed_on = None
    save(network.central, network.jiangdong)

    def central() -> dict[str, Any]:
        stations = client.get(STATIONS).json["stations"]
        assert {stations[1][k] for k in ("open_now", "closes_at", "opens_at", "last_number_at")} == {None}
        return stations[0]

    assert central()["closes_at"] == "2026-11-24T12:00:00+08:00"
    assert central()["last_number_at"] == "2026-11-24T11:45:00+08:00"
    assert central()["opens_at"] is None
    clock.move(hours=4)
    assert central()["opens_at"] == "2026-11-24T14:30:00+08:00"
    assert central()["closes_at"] is None


def test_many_points_are_fetched_page_by_page(client: FlaskClient) -> None:
    for number in range(7):
        build_station(f"p-{number}", lat=20.0 + number / 100)
    for start in ({"near": "20.0,110.33"}, {}):
        found, address = [], f"{STATIONS}?limit=3" + "".join(f"&{k}={v}" for k, v in start.items())
        while address:
            answer = client.get(address).json
            assert len(answer["stations"]) <= 3
            found += [station["slug"] for station in answer["stations"]]
            address = answer["next"]
        assert found == [f"p-{number}" for number in range(7)]
