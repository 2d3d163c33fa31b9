"""Days, times and numbers as people type them and spreadsheets write them. PURE."""

import re
import unicodedata
from datetime import date, time

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[ T]00?:00(?::00)?)?", re.A)
_TIME = re.compile(r"(\d{1,2})[:.时](\d\d)分?(?::00)?", re.A)
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


def read_number(text: str) -> int:
    """Return the whole number, which may be signed and is not endless. Raises ValueError."""
    plain = _plain(text)
    if len(plain.lstrip("+-")) > MOST_DIGITS:
        raise ValueError("not a number of ours")
    return int(plain)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
