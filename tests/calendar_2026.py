"""The official calendar of 2026, as the State Council's notice has it."""

from datetime import date, timedelta

from app.localtext import LocalText
from app.stations.models import CalendarDay, CalendarDayKind, CalendarStatus, CalendarYear

HOLIDAYS = (
    ("2026-01-01", 3, "New Year's Day"),
    ("2026-02-15", 9, "Spring Festival"),
    ("2026-04-04", 3, "Qingming Festival"),
    ("2026-05-01", 5, "Labour Day"),
    ("2026-06-19", 3, "Dragon Boat Festival"),
    ("2026-09-25", 3, "Mid-Autumn Festival"),
    ("2026-10-01", 7, "National Day"),
)
MAKEUP_WORKDAYS = {
    "2026-01-04": 4,
    "2026-02-14": 0,
    "2026-02-28": 4,
    "2026-05-09": 1,
    "2026-09-20": 3,
    "2026-10-10": 2,
}


def official_calendar() -> list[CalendarYear | CalendarDay]:
    """Return the rows of the year and its days."""
    year = CalendarYear(year=2026, status=CalendarStatus.OFFICIAL, source="State Council notice")
    return [year, *_days_off(), *_makeup_workdays()]


def _days_off() -> list[CalendarDay]:
    return [
        CalendarDay(
            day=date.fromisoformat(first) + timedelta(days=offset),
            kind=CalendarDayKind.DAY_OFF,
            name=_words(name),
        )
        for first, length, name in HOLIDAYS
        for offset in range(length)
    ]


def _makeup_workdays() -> list[CalendarDay]:
    name, kind = _words("Make-up workday"), CalendarDayKind.MAKEUP_WORKDAY
    return [
        CalendarDay(day=date.fromisoformat(day), kind=kind, name=name, works_as=works_as)
        for day, works_as in MAKEUP_WORKDAYS.items()
    ]


def _words(en: str) -> LocalText:
    return LocalText(en=en, zh=f"{en} (zh)", ru=f"{en} (ru)")
