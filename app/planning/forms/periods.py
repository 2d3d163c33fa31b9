"""Forms of the opening plan: what was typed is kept, and ends in a `PlanEdit` or in sentences.

They are written out instead of built with WTForms because a week has as many rows as a manager
needs, and every sentence names the row it is about.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.interval import Interval
from app.localtext import LANGUAGES, LocalText
from app.planning.edits import ClosureEdit, DayEdit, first_overlap
from app.stations.hours.opening_hours import ClosedInterval, DatedPeriod
from app.stations.models import OpeningPeriod
from app.typed import find_day

MOST_DESKS = 50
LONGEST_REASON = 300
SPARE_ROWS = 1
FEWEST_ROWS = 2
MOST_ROWS = 12
CELLS = ("opens", "closes", "desks", "held", "group")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")

Typed = Mapping[str, str]
Period = tuple[time, time, int, int, int]  # opens, closes, desks, of them held, their group


class PeriodUnfit(Exception):
    """Something typed cannot be used; `words` says what and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass
class PeriodRow:
    """One row of opens, closes and desks, as typed."""

    prefix: str
    label: str
    opens: str = ""
    closes: str = ""
    desks: str = ""
    held: str = ""
    group: str = ""
    error: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.opens or self.closes)

    def read(self) -> Period:
        """Return the period. Raises Unfit."""
        opens, closes = _time(self.opens, self.label), _time(self.closes, self.label)
        if opens >= closes:
            raise PeriodUnfit(_("%(row)s: the closing time must be after the opening time.", row=self.label))
        if not self.desks.isascii() or not self.desks.isdigit() or not 1 <= int(self.desks[:4]) <= MOST_DESKS:
            raise PeriodUnfit(
                _("%(row)s: enter the number of desks, from 1 to %(most)s.", row=self.label, most=MOST_DESKS)
            )
        held = int(self.held) if self.held.isascii() and self.held.isdigit() else -1 if self.held else 0
        if not 0 <= held < int(self.desks):
            raise PeriodUnfit(_("%(row)s: hold fewer desks than are open.", row=self.label))
        return opens, closes, int(self.desks), held, self.read_group()

    def read_group(self) -> int:
        """Return the number of the desk group that was chosen, of the common desks when none was."""
        return int(self.group) if self.group.isascii() and self.group.isdigit() else 0


def _time(text: str, label: str) -> time:
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (99, 99)
    if hour > 23 or minute > 59:
        raise PeriodUnfit(_("%(row)s: enter times like 09:00.", row=label))
    if minute % 5:
        raise PeriodUnfit(_("%(row)s: use times in steps of 5 minutes.", row=label))
    return time(hour, minute)


def typed_row(typed: Typed, prefix: str, label: str) -> PeriodRow:
    """Return one row of a form as it was sent."""
    cells = (typed.get(f"{prefix}-{name}", "").strip()[:20] for name in CELLS)
    return PeriodRow(prefix, label, *cells)


def shown_row(prefix: str, label: str, p: OpeningPeriod) -> PeriodRow:
    """Return one row that shows a saved period."""
    held = str(p.reserve) if p.reserve else ""
    return PeriodRow(
        prefix, label, f"{p.opens:%H:%M}", f"{p.closes:%H:%M}", str(p.desks), held, str(p.desk_group)
    )


def read_rows(rows: Iterable[PeriodRow], errors: list[tuple[str, str]]) -> list[Period]:
    """Return the periods of one day's rows; what is wrong with them goes to the rows and to `errors`."""
    periods: list[Period] = []
    filled = [row for row in rows if not row.is_blank]
    for row in filled:
        try:
            periods.append(row.read())
        except PeriodUnfit as unfit:
            row.error = unfit.words
            errors.append((f"{row.prefix}-opens", unfit.words))
    for group in {period[-1] for period in periods}:
        overlap = first_overlap(period[:2] for period in periods if period[-1] == group)
        if overlap:
            begins = f"{overlap[0]:%H:%M}"
            ours = (r for r in reversed(filled) if r.read_group() == group)
            row = next(r for r in ours if r.opens.zfill(5) == begins)
            row.error = _("%(row)s: this period overlaps another one of the same day.", row=row.label)
            errors.append((f"{row.prefix}-opens", row.error))
    return periods


@dataclass
class DayForm:
    """One day with its own hours, closed, or following the week again."""

    day: str = ""
    choice: str = "closed"  # closed, open, week
    rows: list[PeriodRow] = field(default_factory=list)
    reason: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    edit: DayEdit | None = None

    @classmethod
    def blank(cls) -> "DayForm":
        rows = [PeriodRow(f"day-{i}", _("Hours"), desks="1") for i in range(FEWEST_ROWS)]
        return cls(rows=rows, reason=typed_reason({}))

    @classmethod
    def typed(cls, typed: Typed, *, today: date) -> "DayForm":
        rows = [typed_row(typed, f"day-{i}", _("Hours")) for i in range(FEWEST_ROWS)]
        choice = typed.get("choice", "closed")
        form = cls(typed.get("day", "").strip()[:20], choice, rows, typed_reason(typed))
        form._read(today)
        return form

    def _read(self, today: date) -> None:
        day = find_day(self.day)
        if day is None or day < today:
            self.errors.append(("day", _("Enter a day from today on.")))
        reason = LocalText.from_dict(self.reason)
        periods: list[DatedPeriod] = []
        if self.choice == "open":
            found = read_rows(self.rows, self.errors)
            if not found and not self.errors:
                self.errors.append(("day-0-opens", _("Enter the hours of this day, or choose “Closed”.")))
            periods = [
                DatedPeriod(day or today, opens, closes, desks, reason, group)
                for opens, closes, desks, _held, group in found
            ]
        elif self.choice != "week":
            periods = [DatedPeriod(day or today, None, None, 1, reason)]
        if day and not self.errors:
            self.edit = DayEdit(day, tuple(periods))


@dataclass
class ClosureForm:
    """A closure from one moment to another on the station's clock, with the reason people read."""

    values: dict[str, str] = field(default_factory=dict)
    reason: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    edit: ClosureEdit | None = None

    NAMES = ("from_day", "from_time", "until_day", "until_time")

    @classmethod
    def blank(cls) -> "ClosureForm":
        return cls(dict.fromkeys(cls.NAMES, ""), typed_reason({}))

    @classmethod
    def typed(
        cls, typed: Typed, *, zone: ZoneInfo, now: datetime, needs_reason: bool = True
    ) -> "ClosureForm":
        values = {name: typed.get(name, "").strip()[:20] for name in cls.NAMES}
        form = cls(values, typed_reason(typed))
        form._read(zone, now, needs_reason)
        return form

    def _read(self, zone: ZoneInfo, now: datetime, needs_reason: bool) -> None:
        start = self._moment("from", _("Start of the closure"), zone)
        end = self._moment("until", _("End of the closure"), zone)
        if start and end and end <= start:
            self.errors.append(("until_day", _("The closure must end after it starts.")))
        elif end and end <= now:
            self.errors.append(("until_day", _("This closure is over already. Enter a later end.")))
        reason = LocalText.from_dict(self.reason)
        if needs_reason and not reason:
            self.errors.append(("reason_en", _("Write the reason in one language at least.")))
        if start and end and not self.errors:
            self.edit = ClosureEdit(ClosedInterval(Interval(start, end), reason))

    def _moment(self, which: str, label: str, zone: ZoneInfo) -> datetime | None:
        day = find_day(self.values[f"{which}_day"])
        if day is None:
            self.errors.append((f"{which}_day", _("%(row)s: enter a day.", row=label)))
            return None
        try:
            moment = _time(self.values[f"{which}_time"], label)
        except PeriodUnfit as unfit:
            self.errors.append((f"{which}_time", unfit.words))
            return None
        return datetime.combine(day, moment, zone).astimezone(UTC)


def typed_reason(typed: Typed) -> dict[str, str]:
    """Return the reason as typed, in each language."""
    texts = {language: typed.get(f"reason_{language}", "") for language in LANGUAGES}
    return {language: text.replace("\0", "").strip()[:LONGEST_REASON] for language, text in texts.items()}


def by_day(periods: Iterable[DatedPeriod], *, from_day: date) -> dict[date, list[DatedPeriod]]:
    """Return the periods of single days from this one on, under their day, in order."""
    days: dict[date, list[DatedPeriod]] = {}
    for p in sorted(periods, key=lambda p: (p.day, p.opens or time.min)):
        if p.day >= from_day:
            days.setdefault(p.day, []).append(p)
    return days
