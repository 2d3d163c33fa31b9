"""When the next letter about a visit goes out: soon, but not one for each of many changes. PURE."""

from collections.abc import Sequence
from datetime import datetime, timedelta

DAY = timedelta(days=1)


def next_letter(sent: Sequence[datetime], *, gap: timedelta, most: int, now: datetime) -> datetime:
    """Return when to write, of those written within a day, oldest first.

    What changes meanwhile replaces what waits, so several changes become one letter.
    """
    if len(sent) >= most:
        return sent[-most] + DAY
    return max(now, sent[-1] + gap) if sent else now
