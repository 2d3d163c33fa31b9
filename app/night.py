"""The night, in which nobody gets a message of ours that can wait: one rule for all kinds. PURE.

What answers somebody who did something just now goes out at once, and what would come too late.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_HOUR, LAST_HOUR = time(8), time(20)
# Who reads in the morning what changes the day still has so long.
ENOUGH = timedelta(hours=3)


def morning_after(moment: datetime, zone: str, *, before: datetime | None = None) -> datetime | None:
    """Return when the night around this moment ends on that clock; None by day.

    None as well when the morning leaves too little time before something that the message is about.
    """
    there = moment.astimezone(ZoneInfo(zone))
    clock = there.time().replace(second=0, microsecond=0)
    if FIRST_HOUR <= clock <= LAST_HOUR:
        return None
    day = there.date() + timedelta(days=clock > LAST_HOUR)
    morning = datetime.combine(day, FIRST_HOUR, ZoneInfo(zone)).astimezone(UTC)
    return None if before and morning > before - ENOUGH else morning
