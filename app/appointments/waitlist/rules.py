"""Who may be offered which time, and how long it is kept for them. PURE."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.settings import WaitingRules

NOON = time(12)


@dataclass(frozen=True, slots=True)
class WaitingWish:
    """What a waiting person asked for; a day that is None sets no limit on its side."""

    from_day: date | None = None
    until_day: date | None = None
    morning: bool = True
    afternoon: bool = True


def suits(wish: WaitingWish, starts: datetime, *, before: datetime | None) -> bool:
    """Say whether a start, on the station's own clock, is what the person waits for.

    `before` is the start of the visit the person has: only an earlier time is of use.
    """
    if before is not None and starts >= before:
        return False
    if wish.from_day and starts.date() < wish.from_day:
        return False
    if wish.until_day and starts.date() > wish.until_day:
        return False
    return wish.morning if starts.time() < NOON else wish.afternoon


def is_quiet(now: datetime, zone: ZoneInfo, rules: WaitingRules) -> bool:
    """Say whether people are left alone at this hour; the quiet hours may reach over midnight."""
    hour = now.astimezone(zone).hour
    start, end = rules.quiet_from_hour, rules.quiet_until_hour
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def kept_until(starts_at: datetime, rules: WaitingRules, *, now: datetime) -> datetime | None:
    """Return until when a free time is kept for one person; None when it is too near to be offered."""
    away = starts_at - now
    if away < timedelta(minutes=rules.least_notice_minutes):
        return None
    is_far = away > timedelta(minutes=rules.far_from_minutes)
    return now + timedelta(minutes=rules.kept_when_far_minutes if is_far else rules.kept_when_near_minutes)


def may_be_asked(asked_at: list[datetime], rules: WaitingRules, *, now: datetime) -> bool:
    """Say whether a person may be offered another time after those they did not take."""
    if not asked_at:
        return True
    rested = max(asked_at) + timedelta(minutes=rules.rest_minutes) <= now
    return rested and sum(moment > now - timedelta(days=1) for moment in asked_at) < rules.most_a_day
