"""Counting: periods, shares, changes, middles. PURE."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    def until(self, day: date) -> "Period":
        """Return the period up to a day that lies in it; else the whole of it."""
        return Period(self.first, day) if self.first <= day < self.last else self

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def year_before(self) -> "Period":
        """Return the same days of the year before; the 29 February ends on the 28th."""
        return Period(_year_before(self.first), _year_before(self.last))

    @property
    def months(self) -> list[tuple[int, int]]:
        """Return the (year, month) pairs that the period touches, in order."""
        return sorted({(day.year, day.month) for day in self.days})


def half_year(year: int, half: int) -> Period:
    """Return the first (1) or second (2) half of a year."""
    if half == 1:
        return Period(date(year, 1, 1), date(year, 6, 30))
    return Period(date(year, 7, 1), date(year, 12, 31))


def last_full_half(today: date) -> tuple[int, int]:
    """Return the year and number of the newest half-year that is over."""
    return (today.year, 1) if today.month > 6 else (today.year - 1, 2)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def change_percent(now: int, before: int) -> Decimal | None:
    """Return the change on an earlier number in per cent with two decimals; None after nothing."""
    if not before:
        return None
    return (100 * Decimal(now - before) / Decimal(before)).quantize(HUNDREDTH, ROUND_HALF_UP)


def share_percent(part: int, whole: int) -> int | None:
    """Return a part as whole per cent; None of nothing."""
    return int((Decimal(100 * part) / whole).quantize(Decimal(1), ROUND_HALF_UP)) if whole else None


def told_share(part: int, whole: int) -> tuple[int, int]:
    """Return a share as it is told: so many of a hundred, or of all where they are fewer."""
    percent = share_percent(part, whole)
    return (part, whole) if percent is None or whole < 100 else (percent, 100)


def middle(numbers: Iterable[int]) -> int | None:
    """Return the median, the lower of the two middle ones; None of nothing."""
    found = sorted(numbers)
    return median_low(found) if found else None


def nine_of_ten(numbers: Iterable[int]) -> int | None:
    """Return the number that nine of ten do not exceed; None of nothing."""
    found = sorted(numbers)
    return found[-(-len(found) * 9 // 10) - 1] if found else None


def ranked(found: Iterable[K]) -> list[tuple[K, int]]:
    """Return what was found with how often, the most frequent first, equal ones in their own order."""
    return sorted(Counter(found).items(), key=lambda pair: (-pair[1], str(pair[0])))


def level(part: int, whole: int, levels: int) -> int:
    """Return a share as one of so many steps: 0 for nothing, the last from four fifths of the whole on."""
    if not whole or part <= 0:
        return 0
    return min(levels - 1, 1 + (levels - 1) * part // (whole + 1))


def grouped(numbers: Sequence[int], edges: Sequence[int]) -> list[int]:
    """Return how many numbers lie at or under each edge and over the one before; the last takes the rest."""
    counts = [0] * (len(edges) + 1)
    for number in numbers:
        counts[next((i for i, edge in enumerate(edges) if number <= edge), len(edges))] += 1
    return counts
