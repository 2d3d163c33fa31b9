"""The form of a week: seven days of periods, from when they count, and where else they are copied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.planning.edits import LASTING, Bounds, WeekEdit, bounds_of
from app.planning.forms.periods import (
    FEWEST_ROWS,
    MOST_ROWS,
    SPARE_ROWS,
    PeriodRow,
    Typed,
    read_rows,
    shown_row,
    typed_row,
)
from app.planning.wording import WEEKDAYS
from app.stations.hours.opening_hours import WeeklyPeriod
from app.stations.models import OpeningPeriod
from app.typed import find_day


@dataclass
class WeekForm:
    """The weekly periods of one version, seven days with a spare row each."""

    days: list[list[PeriodRow]]
    bounds: Bounds = LASTING
    starts: str = ""
    copy_from: str = ""
    copy_to: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()  # slugs of other stations that get the same week
    confirmed: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)
    edit: WeekEdit | None = None

    @classmethod
    def shown(cls, periods: Iterable[OpeningPeriod], bounds: Bounds = LASTING) -> "WeekForm":
        """Show one version of the week."""
        days: list[list[PeriodRow]] = [[] for _weekday in WEEKDAYS]
        for p in periods:
            if bounds_of(p) == bounds:
                prefix = f"d{p.weekday}-{len(days[p.weekday])}"
                days[p.weekday].append(shown_row(prefix, str(WEEKDAYS[p.weekday]), p))
        return cls([_with_spare(rows, weekday) for weekday, rows in enumerate(days)], bounds)

    @classmethod
    def typed(cls, typed: Any, *, today: date) -> "WeekForm":
        form = cls(
            [_typed_day(typed, weekday) for weekday in range(7)],
            read_bounds(typed.get("version", "")),
            typed.get("starts", "").strip()[:20],
            typed.get("copy_from", "")[:1],
            frozenset(typed.getlist("copy_to")),
            frozenset(typed.getlist("also")),
            bool(typed.get("confirmed")),
        )
        form._read(today)
        return form

    @property
    def version(self) -> str:
        """Return the bounds as the form sends them."""
        return "/".join(day.isoformat() if day else "" for day in self.bounds)

    def _targets(self) -> set[int]:
        """Return the days that shall be as the chosen one: what was typed there is not read, and stays."""
        if self.copy_from not in set("0123456"):
            return set()
        return {day for day in range(7) if str(day) in self.copy_to} - {int(self.copy_from)}

    def _read(self, today: date) -> None:
        copies = self._targets()
        read = {
            weekday: read_rows(rows, self.errors)
            for weekday, rows in enumerate(self.days)
            if weekday not in copies
        }
        read |= {weekday: read[int(self.copy_from)] for weekday in copies}
        periods = [
            WeeklyPeriod(weekday, opens, closes, desks, reserve=held, desk_group=group)
            for weekday in sorted(read)
            for opens, closes, desks, held, group in read[weekday]
        ]
        starts = self._read_start(today)
        if not self.errors:
            self.edit = WeekEdit(tuple(periods), self.confirmed, self.bounds, starts)

    def _read_start(self, today: date) -> date | None:
        if not self.starts:
            return None
        starts, (first, last) = find_day(self.starts), self.bounds
        if starts is None or starts <= max(today, first or today) or starts > (last or starts):
            self.errors.append(("starts", _("Enter a later day on which this week shall begin to count.")))
            return None
        return starts


def read_bounds(text: str) -> Bounds:
    """Return the version that a form or an address names; every week when it names none."""
    first, slash, last = text.partition("/")
    return (find_day(first), find_day(last)) if slash else LASTING


def _typed_day(typed: Typed, weekday: int) -> list[PeriodRow]:
    label = str(WEEKDAYS[weekday])
    rows = [typed_row(typed, f"d{weekday}-{i}", label) for i in range(MOST_ROWS)]
    while len(rows) > FEWEST_ROWS and rows[-1].is_blank:
        rows.pop()
    return rows


def _with_spare(rows: Sequence[PeriodRow], weekday: int) -> list[PeriodRow]:
    wanted = min(max(len(rows) + SPARE_ROWS, FEWEST_ROWS), MOST_ROWS)
    label = str(WEEKDAYS[weekday])
    return [*rows, *(PeriodRow(f"d{weekday}-{i}", label, desks="1") for i in range(len(rows), wanted))]
