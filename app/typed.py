"""Days, times and numbers as people type them and spreadsheets write them. PURE."""

import re
import unicodedata
from datetime import UTC, date, datetime, time

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[ T]00?:00(?::00)?)?", re.A)
_TIME = re.compile(r"(\d{1,2})[:.时](\d\d)分?(?::00)?", re.A)
FIRST_YEAR, LAST_YEAR = 2020, 2120  # within a lifetime of this service
MOST_DIGITS = 18  # what fits into a column of whole numbers, and into every library that is given one


def read_day(text: str) -> date:
    """Return the day: 2026-11-05, 2026/11/5, 2026.11.5, 2026年11月5日 or 20261105. Raises ValueError.

    Days that begin with the day or the month are refused: 5/11/2026 is two days.
    """
    found = _DAY.fullmatch(_plain(text))
    if found is None:
        raise ValueError("not a day")
    year, *others = (int(part) for part in found.groups() if part)
    return date(year, *others)


def read_time(text: str) -> time:
    """Return the time of day: 09:00, 9:00 or 09:00:00. Raises ValueError."""
    found = _TIME.fullmatch(_plain(text))
    if found is None:
        raise ValueError("not a time")
    return time(int(found[1]), int(found[2]))


def find_day(text: str) -> date | None:
    """Return the day as typed; None when it is none, or none of this service's lifetime."""
    try:
        day = read_day(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def find_instant(text: str) -> datetime | None:
    """Return the moment that a button sent, in UTC; None without its offset, or outside the lifetime."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment.astimezone(UTC)


def read_number(text: str) -> int:
    """Return the whole number, which may be signed and is not endless. Raises ValueError."""
    plain = _plain(text)
    if len(plain.lstrip("+-")) > MOST_DIGITS:
        raise ValueError("not a number of ours")
    return int(plain)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
