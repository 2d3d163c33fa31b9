"""Which days and places a report is about, from the address; what cannot be used is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext as _

from app.reports.figures import Period, half_year, last_full_half
from app.stations.models import Station
from app.typed import find_day

USUAL_DAYS = 30
MOST_DAYS = 366
FIRST_YEAR = 2000
EVERYWHERE = "all"


@dataclass
class ScopeForm:
    """The place and the days; with an error the usual days are shown."""

    station: str
    first: str
    last: str
    period: Period
    errors: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def typed(cls, typed: Mapping[str, str], *, today: date) -> "ScopeForm":
        usual = Period(today - timedelta(days=USUAL_DAYS - 1), today)
        form = cls(
            typed.get("station", EVERYWHERE),
            typed.get("from", usual.first.isoformat()),
            typed.get("to", usual.last.isoformat()),
            usual,
        )
        form._read()
        return form

    def _read(self) -> None:
        first, last = find_day(self.first), find_day(self.last)
        if first is None or last is None:
            self.errors.append(("from" if first is None else "to", _("Enter a date, like 2026-11-24.")))
        elif last < first:
            self.errors.append(("to", _("The last day is before the first. Exchange them.")))
        elif (last - first).days >= MOST_DAYS:
            self.errors.append(("to", _("Choose 366 days at most.")))
        else:
            self.period = Period(first, last)

    def chosen(self, own: Sequence[Station]) -> list[Station] | None:
        """Return the stations asked for; None when it is not one of the own."""
        if self.station == EVERYWHERE:
            return list(own)
        return [one for one in own if one.slug == self.station] or None


def read_half(typed: Mapping[str, str], *, today: date) -> tuple[int, int, Period]:
    """Return the asked half-year, else the newest that is over; one that runs ends today."""
    year, half = last_full_half(today)
    if typed.get("year", "").isdecimal() and FIRST_YEAR <= int(typed["year"][:5]) <= today.year:
        year = int(typed["year"][:5])
    if typed.get("half") in ("1", "2"):
        half = int(typed["half"])
    return year, half, half_year(year, half).until(today)
