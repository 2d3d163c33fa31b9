"""Forms of a year of the official calendar: a notice as CSV, or the weekday of each make-up day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.i18n import current_language
from app.planning.edits import CalendarEdit
from app.seeding.files import SeedError
from app.stations.hours.calendar import (
    DAY_COLUMNS,
    YearCalendar,
    list_years,
    missing_holidays,
    read_notice,
    written,
)
from app.stations.models import CalendarStatus
from app.typography import comma

MOST_SIGNS = 50_000
STATUSES = {
    CalendarStatus.OFFICIAL: _l("official: the notice is published"),
    CalendarStatus.UNPUBLISHED: _l("not published: nothing can be booked"),
    CalendarStatus.DEMO: _l("made up, for a demo"),
}


@dataclass
class YearForm:
    """One year as typed, and the change that it comes to."""

    known: YearCalendar
    status: str
    source: str
    days: str
    missing: str = ""  # holidays of another year that the notice does not name
    complete: bool = False  # somebody says that it is complete all the same
    errors: list[tuple[str, str]] = field(default_factory=list)
    edit: CalendarEdit | None = None

    @classmethod
    def shown(cls, known: YearCalendar) -> "YearForm":
        days = written(known.days) if known.days else ""
        return cls(known, CalendarStatus.OFFICIAL if not known.known else known.status, known.source, days)

    @classmethod
    def typed(cls, known: YearCalendar, typed: Mapping[str, str], uploaded: str) -> "YearForm":
        """Read the form; an uploaded file goes before what stands in the field."""
        text = uploaded or typed.get("days", "")
        form = cls(known, typed.get("status", ""), typed.get("source", "").strip()[:1000], text[:MOST_SIGNS])
        form.complete = "complete" in typed
        form._read()
        return form

    @classmethod
    def weekdays(cls, known: YearCalendar, typed: Mapping[str, str]) -> "YearForm":
        """Read only which weekday each make-up day works as."""
        form = cls.shown(known)
        days = tuple(
            replace(day, works_as=_weekday(typed.get(f"works-{day.day.isoformat()}", ""), day.works_as))
            for day in known.days
        )
        form.edit = CalendarEdit(replace(known, days=days))
        return form

    def _read(self) -> None:
        if self.status not in set(CalendarStatus):
            self.errors.append(("status-official", _("Say whether the notice is published.")))
            return
        status = CalendarStatus(self.status)
        if not self.source:
            self.errors.append(("source", _("Write where the notice can be read.")))
        days = () if status is CalendarStatus.UNPUBLISHED else self._days()
        if self.errors:
            return
        year = YearCalendar(self.known.year, status, self.source, days)
        missing = missing_holidays(year, list_years()) if status is CalendarStatus.OFFICIAL else ()
        self.missing = comma().join(name.in_language(current_language()) for name in missing)
        if self.missing and not self.complete:
            self.errors.append(("complete", _("These holidays are missing: %(names)s.", names=self.missing)))
        else:
            self.edit = CalendarEdit(year)

    def _days(self) -> tuple:  # type: ignore[type-arg]
        try:
            return read_notice(self.days, self.known.year)
        except SeedError as error:
            self.errors.append(("days", _trouble(error)))
            return ()


# What a cell of each column must be, told with the line that was refused.
_RULES = {
    "day": _l("it must be a day of this year like 2027-10-01, and each day once."),
    "kind": _l("it must be day_off or makeup_workday."),
    "name": _l("it must have a name in each of the three languages."),
    "works_as": _l("it must be 0 for Monday to 6 for Sunday for a make-up workday, and empty for a day off."),
}


def _weekday(text: str, otherwise: int | None) -> int | None:
    return int(text) if otherwise is not None and text in set("0123456") else otherwise


def _trouble(error: SeedError) -> str:
    if error.line is None:
        return str(_("The list has no days. Paste the lines of the notice, or choose a file."))
    if error.column is None:
        return str(
            _("Line %(line)s of the list cannot be read. Compare it with the example.", line=error.line)
        )
    rule = _("the first line must be: %(columns)s", columns=",".join(DAY_COLUMNS))
    if error.line > 1:
        name = error.column if error.column == "works_as" else error.column.partition("_")[0]
        rule = _RULES.get(name, error.problem)
    return str(
        _(
            "Line %(line)s of the list, “%(column)s”: %(rule)s",
            line=error.line,
            column=error.column,
            rule=rule,
        )
    )
