"""The bureaus' own half-year figures, counted from the cases: units, permits, countries, working days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from flask_babel import gettext as _

from app.cases import approvals
from app.cases.approvals import ApprovedCase
from app.i18n import current_language, month_name
from app.reports import charts, queries
from app.reports.answers import NO_DATA, Report
from app.reports.figures import Period, change_percent, middle, ranked, share_percent
from app.stations.models import Station

MOST_COUNTRIES = 12


@dataclass(frozen=True, slots=True)
class HalfYear:
    """What is reported of a period. A number that the data cannot give is None."""

    period: Period
    units: int
    permits: int
    permits_before: int
    change: Decimal | None
    countries: int
    collected: int
    in_one_visit: int
    one_visit_percent: int | None
    median_days: int | None
    approved: list[ApprovedCase]
    approved_before: list[ApprovedCase]


def read(period: Period, stations: Sequence[Station]) -> HalfYear:
    """Count the figures of a period. `stations` are those whose collections count: all of the network."""
    approved = approvals.list_approved(period.first, period.last)
    earlier = period.year_before
    before = approvals.list_approved(earlier.first, earlier.last)
    collections = queries.count_collections(stations, period)
    return HalfYear(
        period=period,
        units=queries.count_new_employers(period),
        permits=len(approved),
        permits_before=len(before),
        change=change_percent(len(approved), len(before)),
        countries=len({case.nationality for case in approved if case.nationality}),
        collected=collections.collected,
        in_one_visit=collections.in_one_visit,
        one_visit_percent=share_percent(collections.in_one_visit, collections.came),
        median_days=middle(approvals.working_days_of(approved)),
        approved=approved,
        approved_before=before,
    )


def figures(found: HalfYear) -> Report:
    """Return the figures as one table."""
    rows = (
        (_("Registered units added"), found.units),
        (_("Permits approved"), found.permits),
        (_("Permits approved in the same time of the year before"), found.permits_before),
        (_("Change on the year before, per cent"), _signed(found.change)),
        (_("Countries of the holders"), found.countries),
        (_("Cases collected"), found.collected),
        (_("Collected in one visit, cases"), found.in_one_visit),
        (_("Collected in one visit, per cent"), _known(found.one_visit_percent)),
        (_("Working days from receipt to both approvals, median"), _known(found.median_days)),
    )
    answer = _(
        "Units added: %(units)s. Permits approved: %(permits)s. Countries: %(countries)s.",
        units=found.units, permits=found.permits, countries=found.countries,
    )  # fmt: skip
    return Report("half-year", _("The half-year in figures"), answer, (_("Figure"), _("Number")), rows)


def by_month(found: HalfYear) -> Report:
    """Return permits by month, this year beside the year before."""
    now, before = (
        Counter((case.approved_on.year, case.approved_on.month) for case in cases)
        for cases in (found.approved, found.approved_before)
    )
    rows, lines = [], []
    for year, month in found.period.months:
        label = month_name(found.period.first.replace(year=year, month=month, day=1))
        this, last = now[year, month], before[year - 1, month]
        rows.append((label, this, last))
        lines += [(label, float(this), str(this)), ("", float(last), str(last))]
    answer = _("Permits by month; the lighter bar is the same month of the year before.")
    return Report(
        "permits-by-month", _("Permits by month"), answer,
        (_("Month"), _("Permits"), _("Year before")), tuple(rows), charts.bars(answer, lines, series=2),
    )  # fmt: skip


def by_country(found: HalfYear) -> Report:
    """Return where the holders come from; the chart shows the most frequent, the table all."""
    countries = ranked(case.nationality for case in found.approved if case.nationality)
    rows = tuple((_country(code), count) for code, count in countries)
    answer = _("No permit was approved in this time.")
    if rows:
        answer = _("Most holders come from %(country)s.", country=rows[0][0])
    lines = [(name, float(count), str(count)) for name, count in rows[:MOST_COUNTRIES]]
    return Report(
        "permits-by-country", _("Where do people come from?"), answer, (_("Country"), _("Permits")), rows,
        charts.bars(answer, lines),
    )  # fmt: skip


def _country(code: str) -> str:
    return str(Locale(current_language()).territories.get(code, code))


def _signed(change: Decimal | None) -> str:
    return NO_DATA if change is None else f"{change:+}"


def _known(number: int | None) -> str | int:
    return NO_DATA if number is None else number


ALL = {"half-year": figures, "permits-by-month": by_month, "permits-by-country": by_country}
