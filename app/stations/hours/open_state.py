"""What may be said about a door at one moment: open, closed, a break, or not confirmed. PURE."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.interval import Interval
from app.localtext import LocalText
from app.stations.hours.opening_hours import (
    DayKind,
    DayPlan,
    Plan,
    day_plan,
    next_opening,
    open_at,
    open_intervals,
)


class Door(StrEnum):
    NOT_CONFIRMED = "not_confirmed"
    OPEN = "open"
    CLOSED = "closed"
    BREAK = "break"


class Reason(StrEnum):
    """Why a door is closed, when it is more than the end of the day."""

    CLOSURE = "closure"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"
    NOT_PUBLISHED = "not_published"  # the holidays of this year are not known


@dataclass(frozen=True, slots=True)
class OpenState:
    """A door at one moment. Without confirmed hours nothing here says that it is open.

    `planned` is the bookable stretch that holds the moment, whether or not the hours are confirmed;
    `opens_at` is the next bookable stretch, which only confirmed hours make an opening time.
    `last_number_at` is when this stretch's last call number is given out, where that is known.
    """

    door: Door
    hours_confirmed: bool
    planned: Interval | None = None
    opens_at: datetime | None = None
    reason: Reason | None = None
    reason_text: LocalText = LocalText()
    last_number_at: datetime | None = None

    @property
    def closes_at(self) -> datetime | None:
        return self.planned.end if self.planned and self.door is Door.OPEN else None

    @property
    def open_now(self) -> bool | None:
        """Return None when the hours are not confirmed: nobody knows."""
        return self.door is Door.OPEN if self.hours_confirmed else None


def open_state(
    plan: Plan, moment: datetime, *, hours_confirmed: bool, last_number_minutes: int | None = None
) -> OpenState:
    """Say what is known about the door at this moment, and when the next bookable stretch starts."""
    planned = open_at(plan, moment)
    opening = next_opening(plan, moment)
    reason, text = (None, LocalText()) if planned else _reason(plan, moment)
    door = _door(plan, moment, planned, reason, confirmed=hours_confirmed)
    last = _last_number(planned, last_number_minutes) if door is Door.OPEN else None
    return OpenState(door, hours_confirmed, planned, opening.start if opening else None, reason, text, last)


def _last_number(planned: Interval | None, minutes: int | None) -> datetime | None:
    if planned is None or minutes is None:
        return None
    return max(planned.start, planned.end - timedelta(minutes=minutes))


def _door(
    plan: Plan, moment: datetime, planned: Interval | None, reason: Reason | None, *, confirmed: bool
) -> Door:
    if reason in (Reason.CLOSURE, Reason.HOLIDAY):
        return Door.CLOSED  # known whatever the weekly hours are
    if not confirmed:
        return Door.NOT_CONFIRMED
    if planned:
        return Door.OPEN
    return Door.BREAK if _between_stretches(plan, moment) else Door.CLOSED


def _between_stretches(plan: Plan, moment: datetime) -> bool:
    today = [o.interval for o in open_intervals(plan, moment.astimezone(plan.timezone).date())]
    return any(i.end <= moment for i in today) and any(i.start > moment for i in today)


def _reason(plan: Plan, moment: datetime) -> tuple[Reason | None, LocalText]:
    for closure in plan.closures:
        if moment in closure.interval:
            return Reason.CLOSURE, closure.reason
    today = day_plan(plan, moment.astimezone(plan.timezone).date())
    reason = _reason_of_day(today)
    return reason, today.reason if reason else LocalText()


def _reason_of_day(today: DayPlan) -> Reason | None:
    if today.periods:
        return None
    return {
        DayKind.HOLIDAY: Reason.HOLIDAY,
        DayKind.EXCEPTION: Reason.EXCEPTION,
        DayKind.NOT_PUBLISHED: Reason.NOT_PUBLISHED,
    }.get(today.kind)
