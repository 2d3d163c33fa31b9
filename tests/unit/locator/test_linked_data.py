"""What search engines are told about a point: of the right shape, and nothing that is not known."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.interval import Interval
from app.localtext import LocalText
from app.locator.linked_data import Links, office
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod, Plan, WeeklyPeriod, WorkCalendar
from app.stations.models import Station, StationPhone
from tests.schema_org import faults

TODAY = date(2026, 11, 24)
LINKS = Links(
    "https://haikou.example/en/places/east",
    "https://haikou.example/en/map",
    "https://haikou.example/b",
    "https://haikou.example/photos/a1.webp",
)


def station(**columns: Any) -> Station:
    given = {
        "slug": "east",
        "name": LocalText(en="East", zh="东站"),
        "full_name": LocalText(),
        "address": LocalText(en="1 Test Road"),
        "lat": 20.03,
        "lon": 110.33,
        "precision_m": 50,
        "position_confirmed_on": date(2026, 11, 1),
        "hours_confirmed_on": date(2026, 11, 1),
        "languages": ["en", "zh"],
        "step_free": True,
        "phones": [StationPhone(number="+86 898 1234567", label=LocalText())],
        **columns,
    }
    return Station(**given)


WEEKLY = tuple(WeeklyPeriod(day, time(9), time(12)) for day in range(5))


def plan(**parts: Any) -> Plan:
    given = {"weekly": WEEKLY, "calendar": WorkCalendar(known_years=frozenset({2026})), **parts}
    return Plan(ZoneInfo("Asia/Shanghai"), **given)


def told(row: Station | None = None, hours: Plan | None = None, today: date = TODAY) -> dict[str, Any]:
    return office(row or station(), hours or plan(), LINKS, language="en", today=today)


CLOSED_DAYS = plan(
    dated=(
        DatedPeriod(date(2026, 11, 26), None, None),
        DatedPeriod(date(2026, 11, 27), None, None),
        DatedPeriod(date(2026, 12, 1), time(10), time(11)),
    )
)


@pytest.mark.parametrize("row", [station(), station(precision_m=3000, step_free=None, phones=[])])
@pytest.mark.parametrize("hours", [plan(), CLOSED_DAYS])
def test_it_is_what_schema_org_knows(row: Station, hours: Plan) -> None:
    assert faults(told(row, hours)) == []


WRONG = {
    "a property that does not exist": {"openingHour": "09:00"},
    "a property of another type": {"opens": "09:00"},
    "a type that does not exist": {"address": {"@type": "Adress", "streetAddress": "1 Test Road"}},
    "a value of another type": {"address": {"@type": "GeoCoordinates", "latitude": 20.0, "longitude": 110.0}},
    "a property inside": {"geo": {"@type": "GeoCircle", "radius": 5}},
    "a number that is text": {"geo": {"@type": "GeoCircle", "geoMidpoint": "20,110"}},
    "a day that is none": {
        "openingHoursSpecification": [{"@type": "OpeningHoursSpecification", "validFrom": "2026-02-30"}]
    },
    "a time that is none": {
        "openingHoursSpecification": [{"@type": "OpeningHoursSpecification", "opens": "25:00"}]
    },
    "a weekday that is none": {
        "openingHoursSpecification": [{"@type": "OpeningHoursSpecification", "dayOfWeek": ["Mon"]}]
    },
    "a broken address": {"hasMap": "/en/map", "potentialAction": "book"},
    "another context": {"@context": "https://schema.example"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_the_check_notices_what_schema_org_does_not_know(wrong: dict[str, Any]) -> None:
    assert faults(told() | wrong) != []


def test_hours_that_are_not_confirmed_are_not_told() -> None:
    node = told(station(hours_confirmed_on=None), CLOSED_DAYS)
    assert "openingHoursSpecification" not in node
    assert "specialOpeningHoursSpecification" not in node


def test_the_week_holds_as_long_as_holidays_are_known() -> None:
    assert told()["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "opens": "09:00",
            "closes": "12:00",
            "validThrough": "2026-12-31",
            "dayOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        }
    ]


def test_more_desks_at_one_time_are_one_stretch() -> None:
    weekly = (WeeklyPeriod(0, time(9), time(12)), WeeklyPeriod(0, time(10), time(13), 2))
    (found,) = told(hours=plan(weekly=weekly))["openingHoursSpecification"]
    assert (found["opens"], found["closes"]) == ("09:00", "13:00")


def test_days_that_are_not_as_usual_are_special_and_closed_ones_in_a_row_are_one() -> None:
    special = told(hours=CLOSED_DAYS)["specialOpeningHoursSpecification"]
    assert [(s["opens"], s["closes"], s["validFrom"], s["validThrough"]) for s in special] == [
        ("00:00", "00:00", "2026-11-26", "2026-11-27"),
        ("10:00", "11:00", "2026-12-01", "2026-12-01"),
    ]


def test_holidays_make_up_days_and_closures_are_special_too() -> None:
    calendar = WorkCalendar(
        frozenset({2026}), {date(2026, 11, 25): LocalText(en="Feast")}, {date(2026, 11, 28): 0}
    )
    gap = Interval(datetime(2026, 12, 1, 2, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC))
    hours = plan(calendar=calendar, closures=(ClosedInterval(gap, LocalText(en="Repairs")),))
    special = told(hours=hours)["specialOpeningHoursSpecification"]
    assert [(s["opens"], s["closes"], s["validFrom"]) for s in special] == [
        ("00:00", "00:00", "2026-11-25"),
        ("09:00", "12:00", "2026-11-28"),
        ("09:00", "10:00", "2026-12-01"),
        ("11:00", "12:00", "2026-12-01"),
    ]


def test_special_days_end_after_60_days() -> None:
    late = plan(dated=(DatedPeriod(date(2027, 1, 23), None, None),))
    assert "specialOpeningHoursSpecification" not in told(hours=late)
    assert "specialOpeningHoursSpecification" in told(hours=late, today=date(2026, 11, 25))


@pytest.mark.parametrize("unsure", [{"precision_m": 3000}, {"position_confirmed_on": None}])
def test_a_position_that_is_not_sure_is_a_circle(unsure: dict[str, Any]) -> None:
    geo = told(station(**unsure))["geo"]
    assert geo["@type"] == "GeoCircle"
    assert geo["geoMidpoint"]["latitude"] == 20.03
    assert told()["geo"]["@type"] == "GeoCoordinates"


def test_what_is_not_known_is_left_out() -> None:
    node = told(station(phones=[], step_free=None, address=LocalText(), languages=[]))
    assert not {"telephone", "amenityFeature", "knowsLanguage"} & set(node)
    assert "streetAddress" not in node["address"]
    assert "amenityFeature" in told(station(step_free=False))
