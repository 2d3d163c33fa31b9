"""The questions that reports answer: each a sentence, a chart, and the numbers behind both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.appointments.states import Status
from app.i18n import NATIVE_NAMES, text, weekday_names
from app.reports import charts, queries
from app.reports.charts import Bars, Grid
from app.reports.figures import Period, grouped, level, middle, nine_of_ten, ranked, share_percent, told_share
from app.reports.queries import CELL_MINUTES, VisitRow
from app.stations.models import Station

LEAD_EDGES = (0, 1, 3, 7, 14)  # days between booking and visit
NO_DATA = "—"
HELD = (Status.COMPLETED, Status.INCOMPLETE)

Row = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One question with its answer; `rows` under `head` are what the CSV holds."""

    code: str
    question: str
    answer: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Bars | Grid | None = None

    @property
    def only_numbers(self) -> bool:
        """Say whether there is something to read and no picture of it."""
        return self.chart is None and any(isinstance(cell, int) and cell for row in self.rows for cell in row)


@dataclass(frozen=True)
class ReportScope:
    """What a report is about: some stations, in some days, and the visits there, read once."""

    stations: Sequence[Station]
    period: Period
    visits: Sequence[VisitRow]

    @classmethod
    def read(cls, stations: Sequence[Station], period: Period) -> "ReportScope":
        return cls(stations, period, queries.list_visits(stations, period))

    @property
    def kept(self) -> list[VisitRow]:
        """Return the visits that took a desk: all but the cancelled ones."""
        return [visit for visit in self.visits if visit.status != Status.CANCELLED]


def one_visit(scope: ReportScope) -> Report:
    """Return how many of those who came needed one visit only: the main number of the service."""
    found = queries.count_collections(scope.stations, scope.period)
    answer = _("Nothing was collected in this time.")
    if found.came:
        part, whole = told_share(found.in_one_visit, found.came)
        answer = _("%(part)s of %(whole)s people got everything in one visit.", part=part, whole=whole)
    rows = (
        (_("In one visit"), found.in_one_visit),
        (_("In more visits"), found.collected - found.in_one_visit),
        (_("Not everything yet"), found.came - found.collected),
    )
    return Report(
        "one-visit", _("Did people get everything in one visit?"), answer,
        (_("Collected"), _("Cases")), rows, _bars(answer, rows),
    )  # fmt: skip


def no_shows(scope: ReportScope) -> Report:
    """Return how many of the visits that were due did not take place."""
    over = [v for v in scope.visits if v.status in (*HELD, Status.NO_SHOW)]
    missed = sum(v.status == Status.NO_SHOW for v in over)
    answer = _("No visit took place in this time.")
    if over:
        part, whole = told_share(missed, len(over))
        answer = _("%(part)s of %(whole)s people did not come.", part=part, whole=whole)
    cancelled = sum(v.status == Status.CANCELLED for v in scope.visits)
    rows = ((_("Came"), len(over) - missed), (_("Did not come"), missed), (_("Cancelled before"), cancelled))
    return Report(
        "no-shows", _("How many did not come?"), answer, (_("What happened"), _("Visits")), rows,
        _bars(answer, rows),
    )  # fmt: skip


def time_at_the_counter(scope: ReportScope) -> Report:
    """Return how long people were there, from arrival to the end of their visit."""
    minutes = queries.minutes_at_the_counter(scope.visits)
    answer = _("No visit was finished in this time.")
    if minutes:
        answer = ngettext(
            "9 of 10 visits took %(num)d minute or less.",
            "9 of 10 visits took %(num)d minutes or less.",
            nine_of_ten(minutes) or 0,
        )
    edges = (10, 20, 30, 45, 60)
    rows = tuple(zip(_ranges(edges, _minutes), grouped(minutes, edges), strict=True))
    typical = middle(minutes)
    summary = ((_("Median"), NO_DATA if typical is None else typical),)
    return Report(
        "duration", _("How long did a visit take?"), answer, (_("From arrival to the end"), _("Visits")),
        (*rows, *summary), _bars(answer, rows),
    )  # fmt: skip


def lead_times(scope: ReportScope) -> Report:
    """Return how many days lie between booking and visit."""
    days = [visit.lead_days for visit in scope.kept]
    answer = _("Nothing was booked for this time.")
    if days:
        answer = ngettext(
            "Half of the visits were booked at most %(num)d day ahead.",
            "Half of the visits were booked at most %(num)d days ahead.",
            middle(days) or 0,
        )
    rows = tuple(zip(_ranges(LEAD_EDGES, _days), grouped(days, LEAD_EDGES), strict=True))
    return Report(
        "lead-times", _("How far ahead do people book?"), answer, (_("From booking to visit"), _("Visits")),
        rows, _bars(answer, rows),
    )  # fmt: skip


def languages(scope: ReportScope) -> Report:
    found = ranked(visit.language for visit in scope.kept)
    rows = tuple((NATIVE_NAMES.get(code, code), count) for code, count in found)
    answer = _("Nothing was booked for this time.")
    if rows:
        answer = _("Most visits were in %(language)s.", language=rows[0][0])
    return Report(
        "languages", _("Which languages?"), answer, (_("Language"), _("Visits")), rows, _bars(answer, rows)
    )


# --- use of capacity ---------------------------------------------------------------------------


def balance(scope: ReportScope) -> Report:
    """Return the use of each place: minutes booked of the desk-minutes open."""
    opened, used = _totals(scope)
    rows = tuple(
        (text(one.name), used[one.id], opened[one.id], _share(used[one.id], opened[one.id]))
        for one in scope.stations
    )
    busiest = max(rows, key=lambda row: row[3] if isinstance(row[3], int) else -1, default=None)
    answer = _("No place was open in this time.")
    if busiest and isinstance(busiest[3], int):
        answer = _("The busiest place is %(place)s: %(percent)s per cent of its time is booked.",
                   place=busiest[0], percent=busiest[3])  # fmt: skip
    lines = [(str(name), float(share if isinstance(share, int) else 0), f"{share} %")
             for name, _used, _open, share in rows]  # fmt: skip
    return Report(
        "balance", _("Are places used evenly?"), answer,
        (_("Service point"), _("Minutes booked"), _("Minutes open"), _("Per cent")), rows,
        charts.bars(answer, lines),
    )  # fmt: skip


def _totals(scope: ReportScope) -> tuple[dict[int, int], dict[int, int]]:
    opened, used = ({station.id: 0 for station in scope.stations} for _ in range(2))
    for (station_id, _weekday, _hour), minutes in queries.open_minutes(scope.stations, scope.period).items():
        opened[station_id] += minutes
    for visit in scope.kept:
        used[visit.station_id] += visit.minutes * visit.desks
    return opened, used


def _share(part: int, whole: int) -> int | str:
    found = share_percent(part, whole)
    return NO_DATA if found is None else found


def by_hour(scope: ReportScope) -> Report:
    """Return the use by weekday and hour, as a grid."""
    opened: dict[tuple[int, int], int] = {}
    for (_station, weekday, hour), minutes in queries.open_minutes(scope.stations, scope.period).items():
        opened[weekday, hour] = opened.get((weekday, hour), 0) + minutes
    used: dict[tuple[int, int], int] = {}
    for visit in scope.kept:
        for moment in visit.moments:
            key = (moment.weekday(), moment.hour)
            used[key] = used.get(key, 0) + CELL_MINUTES * visit.desks
    hours = sorted({hour for _day, hour in opened})
    days = sorted({day for day, _hour in opened})
    answer = _hour_answer(used, opened)
    names = weekday_names()
    pairs = {day: [(used.get((day, h), 0), opened.get((day, h), 0)) for h in hours] for day in days}
    rows = tuple((names[day][0], *(_share(*pair) for pair in pairs[day])) for day in days)
    lines = [(names[day][1], [_cell(*pair) for pair in pairs[day]]) for day in days]
    heads = [f"{hour:02}:00" for hour in hours]
    chart = charts.grid(answer, heads, lines) if used else None
    return Report("by-hour", _("When is it busy?"), answer, (_("Weekday"), *heads), rows, chart)


def _hour_answer(used: dict[tuple[int, int], int], opened: dict[tuple[int, int], int]) -> str:
    busiest = max(used, key=lambda key: used[key] / opened[key] if opened.get(key) else 0, default=None)
    if busiest is None:
        return str(_("Nothing was booked for this time."))
    day, hour = busiest
    words = _("It is busiest on %(day)s at %(hour)s.", day=weekday_names()[day][0], hour=f"{hour:02}:00")
    return str(words)


def _cell(used: int, opened: int) -> tuple[str, int]:
    share = share_percent(used, opened)
    return ("" if share is None else str(share), level(used, opened, charts.LEVELS))


# --- shared ------------------------------------------------------------------------------------


def _bars(sentence: str, rows: Sequence[Row]) -> Bars | None:
    return charts.bars(sentence, [(str(label), float(number), str(number)) for label, number in rows])


def _ranges(edges: Sequence[int], words: Callable[[int], str]) -> list[str]:
    return [*(words(edge) for edge in edges), _("more")]


def _minutes(most: int) -> str:
    return str(ngettext("up to %(num)d minute", "up to %(num)d minutes", most))


def _days(most: int) -> str:
    if most == 0:
        return str(_("the same day"))
    return str(ngettext("up to %(num)d day", "up to %(num)d days", most))


ALL: dict[str, Callable[[ReportScope], Report]] = {
    "one-visit": one_visit,
    "no-shows": no_shows,
    "duration": time_at_the_counter,
    "by-hour": by_hour,
    "balance": balance,
    "lead-times": lead_times,
    "languages": languages,
}
