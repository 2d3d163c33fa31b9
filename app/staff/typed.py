"""Days and instants that somebody typed."""

from datetime import UTC, date, datetime

from app import typed

FIRST_YEAR, LAST_YEAR = 2020, 2120


def read_day(text: str) -> date | None:
    """Return the day as typed, within a lifetime of this service."""
    try:
        day = typed.read_day(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def read_instant(text: str) -> datetime | None:
    """Return the moment a time button sends, with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
