"""The calendar file, read back by a calendar library."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from app.appointments.letters.calendar_file import calendar_for
from app.db import db
from app.localtext import LocalText
from app.stations.models import StationPhone
from tests import factories
from tests.factories import TUESDAY, at


@pytest.fixture
def visit(network):
    return factories.build_appointment(
        network.central, network.document_check, reference="K7P3MX9A", revision=3,
        starts_at=at("2026-11-25", "14:40"), ends_at=at("2026-11-25", "15:00"),
    )  # fmt: skip


def made(visit, method="PUBLISH", language="en", **more) -> bytes:
    return calendar_for(visit, method=method, language=language, now=TUESDAY, **more)


def event_of(content: bytes):
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


def test_one_visit_is_one_entry_at_its_local_time(visit) -> None:
    content = made(visit)
    event = event_of(content)
    assert (str(event["UID"]), int(event["SEQUENCE"])) == ("K7P3MX9A@127.0.0.1", 3)
    assert b"DTSTART;TZID=Asia/Shanghai:20261125T144000" in content
    assert event["DTSTART"].dt == visit.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=20)
    assert len(Calendar.from_ical(content).walk("VTIMEZONE")) == 1
    assert (event["GEO"].latitude, event["GEO"].longitude) == (20.0285, 110.3470)


def test_the_place_is_in_the_persons_language_and_in_chinese(visit) -> None:
    assert str(event_of(made(visit, language="ru"))["LOCATION"]) == (
        "Central Window (ru), 1 Test Road (ru) / Central Window (zh), 1 Test Road (zh)"
    )
    assert str(event_of(made(visit, language="zh"))["LOCATION"]) == "Central Window (zh), 1 Test Road (zh)"


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_a_place_without_an_address_has_no_empty_part(network, language: str) -> None:
    network.central.address = LocalText()
    visit = factories.build_appointment(network.central, network.document_check)
    place = str(event_of(made(visit, language=language))["LOCATION"])
    assert "" not in re.split(r" / |, ", place)
    assert place.startswith(f"Central Window ({language})".replace(" (en)", ""))


@pytest.mark.parametrize(("doubt", "told"), [(500, True), (501, False), (4000, False)])
def test_a_position_known_to_kilometres_is_not_told_to_drivers(network, doubt: int, told: bool) -> None:
    network.central.precision_m = doubt
    visit = factories.build_appointment(network.central, network.document_check)
    assert ("GEO" in event_of(made(visit))) == told


def test_it_says_the_number_the_papers_where_to_change_and_whom_to_call(visit, network) -> None:
    case = factories.build_case(network.visit_type, network.central)
    visit.case_id = case.id
    network.central.phones = [StationPhone(number="0898-6872 1234", label=LocalText("Desk"))]
    db.session.commit()
    said = str(event_of(made(visit))["DESCRIPTION"])
    assert said.startswith("Booking number: K7P3 MX9A\nBring:\n- passport\n")
    assert said.endswith("Change or cancel: http://127.0.0.1:8000/en/visit\nHelp: 0898-6872 1234")
    assert case.link not in said, "a calendar is shared with others"


def test_it_rings_a_day_and_two_hours_before(visit) -> None:
    alarms = event_of(made(visit)).walk("VALARM")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [timedelta(days=-1), timedelta(hours=-2)]


def test_a_cancellation_says_so_twice_and_rings_no_more(visit) -> None:
    content = made(visit, "CANCEL", attendee="maria@example.org")
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    assert str(event_of(content)["STATUS"]) == "CANCELLED"
    assert event_of(content).walk("VALARM") == []
    assert str(event_of(content)["ATTENDEE"]) == "mailto:maria@example.org"


def test_a_downloaded_file_holds_no_address(visit) -> None:
    assert b"maria" not in made(visit, "PUBLISH", attendee="maria@example.org")


def test_lines_end_as_the_format_wants_and_are_folded(visit, network) -> None:
    network.central.address = LocalText(en="Дорога " * 30, zh="路" * 100, ru="x")
    db.session.commit()
    content = made(visit)
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    content.decode("utf-8")


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
        'a;b,c\\n:d"e',
        "x\nATTENDEE:mailto:evil@example.com",
        "\0\x85\u2028",
    ],
)  # fmt: skip
def test_hostile_text_stays_one_entry(visit, network, hostile) -> None:
    network.central.name = network.central.address = LocalText(en=hostile, zh=hostile, ru=hostile)
    network.document_check.name = LocalText(en=hostile)
    db.session.commit()
    event = event_of(made(visit))
    assert "ATTENDEE" not in event
    assert str(event["UID"]) == "K7P3MX9A@127.0.0.1"
