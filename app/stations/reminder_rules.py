"""When people are reminded of a visit: the rules that a service has, as data. PURE."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any, Self

from app.night import FIRST_HOUR, LAST_HOUR

MOST_DAYS, MOST_MINUTES, MOST_HOURS = 60, 60 * 24 * 60, 24 * 60
_DAYS = r"(?P<days>\d+)d@(?P<at>(?:[01]\d|2[0-3]):[0-5]\d)"
_SHORT = re.compile(rf"(?:{_DAYS}|(?P<minutes>\d+)m)(?:>(?P<hours>\d+)h)?(?: (?P<channel>email|sms))?")


class By(StrEnum):
    """How a reminder reaches the person: by the way they gave first, or only by this one."""

    ANY = "any"
    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """One reminder: so many days before at a time of day, or so many minutes before the start.

    It is sent between `earliest` and `latest` on the station's clock, and not within so many hours
    of the booking, which said it all.
    """

    days: int = 0
    at: time | None = None
    minutes: int = 0
    by: By = By.ANY
    earliest: time = FIRST_HOUR
    latest: time = LAST_HOUR
    hours_after_booking: int = 1

    @property
    def name(self) -> str:
        """Name the reminder in the outbox: `reminder-1d`, or by its minutes, `reminder-120`."""
        return f"reminder-{self.days}d" if self.at else f"reminder-{self.minutes}"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        given: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
        for key in ("at", "earliest", "latest"):
            if key in given:
                given[key] = time.fromisoformat(given[key])
        given["by"] = By(given.get("by", By.ANY))
        return cls(**given)

    def as_dict(self) -> dict[str, Any]:
        return {
            "days": self.days,
            "at": f"{self.at:%H:%M}" if self.at else None,
            "minutes": self.minutes,
            "by": self.by.value,
            "earliest": f"{self.earliest:%H:%M}",
            "latest": f"{self.latest:%H:%M}",
            "hours_after_booking": self.hours_after_booking,
        }


def rules_of(stored: Iterable[Mapping[str, Any]]) -> list[ReminderRule]:
    """Return the rules from how they are stored."""
    return [ReminderRule.from_dict(values) for values in stored]


def rule_from_text(text: str) -> ReminderRule:
    """Read the short form of the seed files: `1d@10:00>3h`, `120m sms`. Raises ValueError."""
    found = _SHORT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a reminder")
    rule = ReminderRule(
        days=int(found["days"] or 0),
        at=time.fromisoformat(found["at"]) if found["at"] else None,
        minutes=int(found["minutes"] or 0),
        by=By(found["channel"] or By.ANY),
        hours_after_booking=int(found["hours"] or 1),
    )
    if trouble_of(rule):
        raise ValueError(f"{text!r} is not a reminder: {trouble_of(rule)}")
    return rule


class RuleTrouble(StrEnum):
    WHEN = "when"  # neither days with a time nor minutes, or too many
    HOURS = "hours"  # the earliest hour is not before the latest
    OUTSIDE = "outside"  # its own time of day lies outside of its hours
    AFTER_BOOKING = "after_booking"


def trouble_of(rule: ReminderRule) -> RuleTrouble | None:
    """Return what is wrong with a rule; None when nothing is."""
    if rule.at:
        unfit = rule.minutes or not 0 < rule.days <= MOST_DAYS
    else:
        unfit = rule.days or not 0 < rule.minutes <= MOST_MINUTES
    if unfit:
        return RuleTrouble.WHEN
    if rule.earliest >= rule.latest:
        return RuleTrouble.HOURS
    if rule.at and not rule.earliest <= rule.at <= rule.latest:
        return RuleTrouble.OUTSIDE
    return None if 0 <= rule.hours_after_booking <= MOST_HOURS else RuleTrouble.AFTER_BOOKING
