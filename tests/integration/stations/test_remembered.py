"""What is remembered of stations is never older than what is in the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.db import db, transact
from app.localtext import LocalText
from app.stations.finding.remembered import service_with, stations_with
from app.stations.hours.plans import raise_all_versions
from app.stations.models import Service, Station, StationPhone, StationService
from app.stations.queries import get_service, get_station

SEARCH = "/api/v1/stations?near=20.03,110.33"


@pytest.fixture
def shown(client, network) -> Callable[[], dict]:
    """Ask twice, so that the second answer comes from what is remembered; return the first point of it."""

    def ask() -> dict:
        client.get(SEARCH)
        return client.get(SEARCH).json["stations"][0]

    return ask


def rename(station: Station) -> None:
    station.name = LocalText(en="New name")


def add_phone(station: Station) -> None:
    station.phones.append(StationPhone(number="0898-1234", label=LocalText(en="Desk"), position=0))


def add_offer(station: Station) -> None:
    service = Service(
        code="new-service", name=LocalText(en="New"), description=LocalText(), needs_case=False, minutes=10,
        lead_minutes=0, horizon_days=10,
    )  # fmt: skip
    db.session.add(service)
    db.session.flush()
    station.offers.append(StationService(service_id=service.id, confidence="confirmed", source="test"))


def take_offers_away(station: Station) -> None:
    station.offers.clear()


def move(station: Station) -> None:
    station.lat, station.precision_m = 20.031, 7


@pytest.mark.parametrize("change", [rename, add_phone, add_offer, take_offers_away, move])
def test_every_change_of_a_station_is_seen_at_once(shown, change: Callable[[Station], None]):
    before = shown()

    transact(lambda: change(get_station(before["slug"])))

    assert shown() != before


def test_a_renamed_service_is_seen_at_once(network):
    assert service_with("document-check").name != LocalText(en="Papers")
    db.session.rollback()

    def rename_service() -> None:
        get_service("document-check").name = LocalText(en="Papers")

    transact(rename_service)

    assert service_with("document-check").name == LocalText(en="Papers")


def test_a_change_that_was_rolled_back_is_not_remembered(shown):
    before = shown()
    station = get_station(before["slug"])
    rename(station)
    db.session.flush()
    assert stations_with({station.id: station.plan_version})[0].name == LocalText(en="New name")
    db.session.rollback()

    assert shown() == before


def test_a_new_plan_comes_with_its_version(shown):
    slug = shown()["slug"]
    transact(raise_all_versions)

    station = get_station(slug)

    assert stations_with({station.id: station.plan_version})[0].plan_version == station.plan_version


def test_what_is_remembered_belongs_to_no_session(shown):
    station = get_station(shown()["slug"])

    (remembered,) = stations_with({station.id: station.plan_version})

    assert remembered is not station
    assert remembered not in db.session


def test_a_search_asks_the_database_three_times(client, network):
    """For the stamp, for the nearest points, and for what is taken."""
    client.get(f"{SEARCH}&service=document-check")

    with statements() as said:
        client.get(f"{SEARCH}&service=document-check")

    assert len(said) == 3, said


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)
