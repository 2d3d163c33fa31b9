"""The days that a person chooses from: those with times, and the gaps between them with their reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby, islice
from zoneinfo import ZoneInfo

from app.appointments.availability.slots import Slot
from app.localtext import LocalText
from app.stations.hours.opening_hours import DayKind, Plan, closure_of, day_plan, open_intervals
from app.stations.models import Station

LONG_DAY = 18  # a day with more times is folded by the hour


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One free time at one place, on the place's own clock."""

    station: Station
    starts: datetime

    @property
    def key(self) -> str:
        """Return what a button sends: the place and the instant."""
        return f"{self.station.slug}@{self.starts.isoformat(timespec='minutes')}"


def offers_of(station: Station, slots: Iterable[Slot]) -> list[FreeTime]:
    zone = ZoneInfo(station.timezone)
    return [FreeTime(station, slot.interval.start.astimezone(zone)) for slot in slots]


@dataclass(frozen=True, slots=True)
class OfferDay:
    """A day with at least one free time, in parts that have a heading each."""

    day: date
    offers: list[FreeTime]

    @property
    def morning(self) -> list[FreeTime]:
        return [offer for offer in self.offers if offer.starts.hour < 12]

    @property
    def afternoon(self) -> list[FreeTime]:
        return [offer for offer in self.offers if offer.starts.hour >= 12]

    @property
    def hours(self) -> list[tuple[int, list[FreeTime]]]:
        """Return the offers by hour when the day is long, else nothing."""
        if len(self.offers) <= LONG_DAY:
            return []
        return [(hour, list(group)) for hour, group in groupby(self.offers, lambda offer: offer.starts.hour)]


class GapKind(StrEnum):
    """Why a day has no times."""

    TAKEN = "taken"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    CLOSURE = "closure"
    NOT_PUBLISHED = "not_published"


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row that have no times, for one reason."""

    first: date
    last: date
    kind: GapKind
    reason: LocalText = LocalText()


@dataclass(frozen=True, slots=True)
class Agenda:
    """A strip of days that have times, one of them chosen, and why the days between them have none.

    `earlier_from` and `more_from` are the first days of the strips before and after; None where none is.
    """

    strip: list[OfferDay]
    chosen: OfferDay | None
    gaps: list[Gap]
    earlier_from: date | None
    more_from: date | None
    last_day: date  # of the booking window

    @property
    def offers(self) -> list[FreeTime]:
        return [offer for day in self.strip for offer in day.offers]


def days_of(offers: Iterable[FreeTime], first: date, last: date) -> list[OfferDay]:
    """Return every day from first to last with its offers in order of time."""
    by_day: dict[date, list[FreeTime]] = {}
    for offer in sorted(offers, key=lambda offer: (offer.starts, offer.station.number)):
        by_day.setdefault(offer.starts.date(), []).append(offer)
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    return [OfferDay(day, by_day.get(day, [])) for day in days]


def first_of_days(days: Iterable[OfferDay], count: int) -> list[FreeTime]:
    """Return the first time of each of the first so many days that have any."""
    return list(islice((day.offers[0] for day in days if day.offers), count))


def agenda(days: Sequence[OfferDay], first: date, plan: Plan | None, *, count: int) -> Agenda:
    """Return the strip of `count` days with times in which the first day from `first` on lies.

    Gaps are explained when all times are of one place.
    """
    free = [day for day in days if day.offers]
    chosen = next((day for day in free if day.day >= first), free[-1] if free else None)
    start = free.index(chosen) // count * count if chosen else 0
    strip, after = free[start : start + count], free[start + count : start + count + 1]
    until = after[0].day if after else days[-1].day + timedelta(days=1)
    since = strip[0].day if start else days[0].day
    gaps: list[Gap] = []
    for day in days:
        if since <= day.day < until and not day.offers:
            _add_gap(gaps, day.day, plan)
    earlier = free[start - count].day if start else None
    return Agenda(strip, chosen, gaps, earlier, after[0].day if after else None, days[-1].day)


def _add_gap(gaps: list[Gap], day: date, plan: Plan | None) -> None:
    kind, reason = _reason(plan, day) if plan else (GapKind.TAKEN, LocalText())
    before = gaps[-1] if gaps else None
    if before and (before.kind, before.reason, before.last) == (kind, reason, day - timedelta(days=1)):
        gaps[-1] = replace(before, last=day)
    else:
        gaps.append(Gap(day, day, kind, reason))


def _reason(plan: Plan, day: date) -> tuple[GapKind, LocalText]:
    hours = day_plan(plan, day)
    if hours.kind is DayKind.NOT_PUBLISHED:
        return GapKind.NOT_PUBLISHED, LocalText()
    if hours.kind is DayKind.HOLIDAY:
        return GapKind.HOLIDAY, hours.reason
    if not hours.periods:
        return GapKind.CLOSED, hours.reason
    if not open_intervals(plan, day):
        closed = closure_of(plan, day)
        return GapKind.CLOSURE, closed.reason if closed else LocalText()
    return GapKind.TAKEN, LocalText()


def weeks_of(days: Sequence[OfferDay], month: date) -> list[list[OfferDay | None]]:
    """Return a month as weeks from Monday; None stands for days outside the month or the window."""
    known = {this.day: this for this in days}
    first = month.replace(day=1)
    start = first - timedelta(days=first.weekday())
    weeks: list[list[OfferDay | None]] = []
    while start < _next_month(first):
        week = [start + timedelta(days=i) for i in range(7)]
        weeks.append(
            [known.get(day, OfferDay(day, [])) if day.month == first.month else None for day in week]
        )
        start += timedelta(days=7)
    return weeks


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month_beside(month: date, *, days: Sequence[OfferDay], step: int) -> date | None:
    """Return the first day of the next (1) or earlier (-1) month while the window reaches it."""
    first = month.replace(day=1)
    beside = _next_month(first) if step > 0 else (first - timedelta(days=1)).replace(day=1)
    return beside if days[0].day.replace(day=1) <= beside <= days[-1].day else None
