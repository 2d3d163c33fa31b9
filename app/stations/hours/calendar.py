"""One year of the official calendar: read from a notice, compared with the one known, written."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from app.db import db
from app.localtext import LANGUAGES, LocalText
from app.seeding.files import SeedError, SeedRow, rows_of
from app.stations.hours.opening_hours import WorkCalendar
from app.stations.models import CalendarDay, CalendarDayKind, CalendarStatus, CalendarYear


@dataclass(frozen=True, slots=True)
class DaySeed:
    day: date
    kind: CalendarDayKind
    name: LocalText
    works_as: int | None


DAY_COLUMNS = ("day", "kind", "name_en", "name_zh", "name_ru", "works_as", "note")


def read_day(row: SeedRow, years: set[int]) -> DaySeed:
    """Return one day of the calendar; it must lie in one of these years."""
    day, kind = row.day("day"), row.choice("kind", CalendarDayKind)
    if day.year not in years:
        raise row.error("day", f"calendar_years.csv does not say that {day.year} is published")
    if kind is CalendarDayKind.DAY_OFF and row.text("works_as"):
        raise row.error("works_as", "belongs to a make-up workday only")
    works_as = row.integer("works_as", least=0, most=6) if kind is CalendarDayKind.MAKEUP_WORKDAY else None
    return DaySeed(day, kind, row.whole_text("name"), works_as)


NOTICE = "calendar"  # what complaints call the text


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """The holidays and make-up workdays of one year, and where they come from."""

    year: int
    status: CalendarStatus
    source: str
    days: tuple[DaySeed, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return a word that is another after every change."""
        return hashlib.sha256(json.dumps(as_json(self), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def known(self) -> bool:
        """Say whether anything may be booked in this year."""
        return self.status is not CalendarStatus.UNPUBLISHED


@dataclass(frozen=True, slots=True)
class CalendarDifference:
    """What becomes of the days of a year; a changed day is (before, after)."""

    added: tuple[DaySeed, ...]
    removed: tuple[DaySeed, ...]
    changed: tuple[tuple[DaySeed, DaySeed], ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def difference(before: YearCalendar, after: YearCalendar) -> CalendarDifference:
    """Compare two calendars of a year, day by day."""
    old, new = {d.day: d for d in before.days}, {d.day: d for d in after.days}
    return CalendarDifference(
        added=tuple(new[day] for day in sorted(new.keys() - old.keys())),
        removed=tuple(old[day] for day in sorted(old.keys() - new.keys())),
        changed=tuple(
            (old[day], new[day]) for day in sorted(old.keys() & new.keys()) if old[day] != new[day]
        ),
    )


def missing_holidays(year: YearCalendar, others: Iterable[YearCalendar]) -> tuple[LocalText, ...]:
    """Return the holidays of the nearest other known year that this one does not name at all. PURE.

    A notice names each holiday once a year; a name that is part of a longer one counts as named.
    """
    known = [other for other in others if other.known and other.days and other.year != year.year]
    if not known or not year.known:
        return ()
    nearest = min(known, key=lambda other: (abs(other.year - year.year), other.year))
    here = {day.name.zh for day in year.days if day.kind is CalendarDayKind.DAY_OFF}
    missing = {
        day.name
        for day in nearest.days
        if day.kind is CalendarDayKind.DAY_OFF and not any(_same(day.name.zh, name) for name in here)
    }
    return tuple(sorted(missing, key=lambda name: next(d.day for d in nearest.days if d.name == name)))


def _same(name: str, other: str) -> bool:
    return name in other or other in name


def with_year(calendar: WorkCalendar, year: YearCalendar) -> WorkCalendar:
    """Return the calendar with this year in place of what it knew of it."""
    others = {day: name for day, name in calendar.days_off.items() if day.year != year.year}
    workdays = {day: works for day, works in calendar.makeup_workdays.items() if day.year != year.year}
    for day in year.days:
        if day.kind is CalendarDayKind.DAY_OFF:
            others[day.day] = day.name
        elif day.works_as is not None:
            workdays[day.day] = day.works_as
    known = calendar.known_years - {year.year}
    return WorkCalendar(known | {year.year} if year.known else known, others, workdays)


def read_notice(text: str, year: int) -> tuple[DaySeed, ...]:
    """Return the days of a notice given as CSV, in order. Raises SeedError with line and column."""
    rows = rows_of(text, NOTICE, DAY_COLUMNS, key=("day",)) if text.strip() else []
    if not rows:
        raise SeedError(NOTICE, None, None, "has no days")
    for row in rows:
        if row.day("day").year != year:
            raise row.error("day", f"is not in {year}")
    return tuple(sorted((read_day(row, {year}) for row in rows), key=lambda day: day.day))


def written(days: Iterable[DaySeed]) -> str:
    """Return days as the CSV that `read_notice` reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # so that a \r in a name is quoted
    writer.writerow(DAY_COLUMNS)
    for day in days:
        names = (getattr(day.name, language) for language in LANGUAGES)
        works_as = "" if day.works_as is None else day.works_as
        writer.writerow((day.day.isoformat(), day.kind, *names, works_as, ""))
    return text.getvalue()


# --- rows -----------------------------------------------------------------------------------------


def read_year(year: int) -> YearCalendar:
    """Return what is known of a year; nothing known is an unpublished year without days."""
    row = db.session.get(CalendarYear, year, populate_existing=True)
    if row is None:
        return YearCalendar(year, CalendarStatus.UNPUBLISHED, "")
    days = db.session.scalars(select(CalendarDay).where(_of(year)).order_by(CalendarDay.day))
    found = tuple(DaySeed(d.day, CalendarDayKind(d.kind), d.name, d.works_as) for d in days)
    return YearCalendar(year, CalendarStatus(row.status), row.source, found)


def list_years() -> list[YearCalendar]:
    """Return every year that has a row, in order."""
    years = db.session.scalars(select(CalendarYear.year).order_by(CalendarYear.year)).all()
    return [read_year(year) for year in years]


def write_year(year: YearCalendar) -> None:
    """Make the rows of a year what it says. Raise the versions of the plans with it."""
    db.session.execute(delete(CalendarDay).where(_of(year.year)))
    db.session.merge(CalendarYear(year=year.year, status=year.status, source=year.source))
    db.session.add_all(
        CalendarDay(day=day.day, kind=day.kind, name=day.name, works_as=day.works_as) for day in year.days
    )
    db.session.flush()


def _of(year: int) -> Any:
    return CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))


def as_json(year: YearCalendar) -> dict[str, Any]:
    """Return a year as a JSON value, for undo."""
    return {"year": year.year, "status": year.status, "source": year.source, "days": written(year.days)}


def from_json(value: Mapping[str, Any]) -> YearCalendar:
    days = read_notice(value["days"], value["year"]) if "\n2" in value["days"] else ()
    return YearCalendar(value["year"], CalendarStatus(value["status"]), value["source"], days)
