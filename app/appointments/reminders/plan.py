"""Which reminders a visit gets and at which instants, on the station's clock. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.stations.reminder_rules import By, ReminderRule

# A reminder moved out of the night comes at least this long before the visit, or the evening before.
LEAST_NOTICE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One reminder: sent at `send_at`, and of no use any more from `expires_at`."""

    rule: ReminderRule
    channel: str
    send_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """What the plan of one visit depends on; `channels` are the person's ways, the preferred first."""

    starts_at: datetime
    zone: str
    booked_at: datetime
    channels: tuple[str, ...]


def planned(booking: Booking, rules: Iterable[ReminderRule], *, now: datetime) -> list[PlannedReminder]:
    """Return the reminders of a visit in order; each expires when the next is due, the last at the start."""
    due: dict[datetime, tuple[ReminderRule, str]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.at is not None, rule.days, rule.minutes), reverse=True):
        channel = _channel(rule, booking.channels)
        send_at = _send_at(rule, booking)
        after_booking = booking.booked_at + timedelta(hours=rule.hours_after_booking)
        if channel and max(now, after_booking) <= send_at < booking.starts_at:
            due[send_at] = (rule, channel)  # of two at one instant, the one meant to be nearer stays
    times = sorted(due)
    ends = [*times, booking.starts_at][1:]
    return [PlannedReminder(*due[at], at, end) for at, end in zip(times, ends, strict=True)]


def _channel(rule: ReminderRule, channels: tuple[str, ...]) -> str | None:
    if rule.by is By.ANY:
        return channels[0] if channels else None
    return rule.by.value if rule.by in channels else None


def _send_at(rule: ReminderRule, booking: Booking) -> datetime:
    zone = ZoneInfo(booking.zone)
    if rule.at:
        day = booking.starts_at.astimezone(zone).date() - timedelta(days=rule.days)
        wanted = _instant(datetime.combine(day, rule.at, zone))
    else:
        wanted = booking.starts_at - timedelta(minutes=rule.minutes)
    return within_hours(wanted, rule, booking.zone, before=booking.starts_at)


def within_hours(moment: datetime, rule: ReminderRule, zone: str, *, before: datetime) -> datetime:
    """Move a moment out of the quiet hours: to their end, or, too near the visit, to the evening before."""
    there = moment.astimezone(ZoneInfo(zone))
    clock = there.time().replace(tzinfo=None)
    if rule.earliest <= clock <= rule.latest:
        return moment
    morning = opens_next(moment, rule.earliest, zone)
    if morning <= before - LEAST_NOTICE:
        return morning
    evening = there.date() - timedelta(days=clock < rule.earliest)
    return _instant(datetime.combine(evening, rule.latest, ZoneInfo(zone)))


def opens_next(moment: datetime, earliest: time, zone: str) -> datetime:
    """Return when the quiet hours around this moment end."""
    there = moment.astimezone(ZoneInfo(zone))
    morning = there.date() + timedelta(days=there.time() >= earliest)
    return _instant(datetime.combine(morning, earliest, ZoneInfo(zone)))


def is_quiet(moment: datetime, rule: ReminderRule, zone: str) -> bool:
    clock = moment.astimezone(ZoneInfo(zone)).time()
    return not rule.earliest <= clock <= rule.latest


def _instant(wall: datetime) -> datetime:
    """Return the instant of a wall time; of one that the clocks skip, the instant after the gap."""
    return wall.astimezone(UTC)
