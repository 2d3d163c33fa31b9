"""What may be said about a door."""

from dataclasses import replace
from datetime import date

import pytest

from app.localtext import LocalText
from app.stations.hours.open_state import Door, Reason, open_state
from app.stations.hours.opening_hours import DatedPeriod
from tests.unit.stations.test_opening_hours import FLOOD, NATIONAL_DAY, PLAN, SATURDAY, TUESDAY, at, closed

MOMENTS = [
    # clock, door, closes, opens next
    ("08:00", Door.CLOSED, None, "09:00"),
    ("09:00", Door.OPEN, "12:00", "14:30"),
    ("11:59:59", Door.OPEN, "12:00", "14:30"),
    ("12:00", Door.BREAK, None, "14:30"),
    ("14:29:59", Door.BREAK, None, "14:30"),
    ("16:59", Door.OPEN, "17:00", None),
]


@pytest.mark.parametrize(("clock", "door", "closes", "opens"), MOMENTS)
def test_a_day_with_confirmed_hours(clock: str, door: Door, closes: str | None, opens: str | None) -> None:
    state = open_state(PLAN, at(TUESDAY, clock), hours_confirmed=True)
    assert state.door is door
    assert state.open_now is (door is Door.OPEN)
    assert state.closes_at == (at(TUESDAY, closes) if closes else None)
    assert state.opens_at == at(TUESDAY if opens else date(2026, 11, 25), opens or "09:00")
    assert state.reason is None


@pytest.mark.parametrize("clock", [row[0] for row in MOMENTS])
def test_hours_that_are_not_confirmed_never_say_open(clock: str) -> None:
    state = open_state(PLAN, at(TUESDAY, clock), hours_confirmed=False)
    assert state.door is Door.NOT_CONFIRMED
    assert state.open_now is None
    assert state.closes_at is None


def test_bookable_hours_are_known_even_when_not_confirmed() -> None:
    state = open_state(PLAN, at(TUESDAY, "10:00"), hours_confirmed=False)
    assert state.planned is not None
    assert state.planned.end == at(TUESDAY, "12:00")
    assert state.opens_at == at(TUESDAY, "14:30")


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_closure_closes_the_door_and_gives_its_reason(confirmed: bool) -> None:
    plan = replace(PLAN, closures=(closed(at(TUESDAY, "10:00"), at(TUESDAY, "15:00")),))
    state = open_state(plan, at(TUESDAY, "11:00"), hours_confirmed=confirmed)
    assert (state.door, state.reason, state.reason_text) == (Door.CLOSED, Reason.CLOSURE, FLOOD)
    assert state.open_now is (False if confirmed else None)
    assert state.opens_at == at(TUESDAY, "15:00")


def test_a_closure_over_the_break_is_not_called_a_break() -> None:
    plan = replace(PLAN, closures=(closed(at(TUESDAY, "11:00"), at(TUESDAY, "14:00")),))
    assert open_state(plan, at(TUESDAY, "12:30"), hours_confirmed=True).door is Door.CLOSED
    assert open_state(plan, at(TUESDAY, "14:10"), hours_confirmed=True).door is Door.BREAK


def test_a_holiday_is_named() -> None:
    state = open_state(PLAN, at(NATIONAL_DAY, "10:00"), hours_confirmed=False)
    assert (state.door, state.reason) == (Door.CLOSED, Reason.HOLIDAY)
    assert state.reason_text.en == "National Day"
    assert state.opens_at == at(date(2026, 10, 2), "09:00")


def test_a_day_closed_by_exception_says_why() -> None:
    plan = replace(PLAN, dated=(DatedPeriod(TUESDAY, None, None, reason=LocalText("Stocktaking")),))
    state = open_state(plan, at(TUESDAY, "10:00"), hours_confirmed=True)
    assert (state.door, state.reason, state.reason_text.en) == (
        Door.CLOSED,
        Reason.EXCEPTION,
        "Stocktaking",
    )


def test_an_ordinary_weekend_needs_no_reason() -> None:
    state = open_state(PLAN, at(SATURDAY, "10:00"), hours_confirmed=True)
    assert (state.door, state.reason) == (Door.CLOSED, None)
    assert state.opens_at == at(date(2026, 11, 30), "09:00")


def test_a_year_that_is_not_published_is_told() -> None:
    state = open_state(PLAN, at(date(2027, 1, 5), "10:00"), hours_confirmed=True)
    assert (state.door, state.reason, state.opens_at) == (Door.CLOSED, Reason.NOT_PUBLISHED, None)


@pytest.mark.parametrize(
    ("clock", "minutes", "last"),
    [("10:00", 20, "11:40"), ("10:00", None, None), ("10:00", 600, "09:00"), ("12:30", 20, None)],
)
def test_the_last_number_is_told_of_an_open_door(clock: str, minutes: int | None, last: str | None) -> None:
    state = open_state(PLAN, at(TUESDAY, clock), hours_confirmed=True, last_number_minutes=minutes)
    assert state.last_number_at == (at(TUESDAY, last) if last else None)
    unsure = open_state(PLAN, at(TUESDAY, clock), hours_confirmed=False, last_number_minutes=minutes)
    assert unsure.last_number_at is None
