"""When somebody who was told to collect, and has no visit, is reminded or called. PURE.

Days are working days of the station where the papers lie: those on which its door is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.stations.hours.working_days import Works, working_day_after


class StepRule(Protocol):
    """What a row of the steps says."""

    @property
    def position(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def after_days(self) -> int: ...
    @property
    def again_days(self) -> int | None: ...
    @property
    def channels(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step that is due since `day`, until the next one is on `until`."""

    step: StepRule
    day: date
    until: date | None


def latest_due(steps: Sequence[StepRule], since: date, today: date, works: Works) -> DueStep | None:
    """Return the last step that is due: what was slept through is not made up for one by one."""
    days = [(step, working_day_after(since, step.after_days, works)) for step in steps]
    found = None
    for index, (step, day) in enumerate(days):
        if day is None or day > today:
            break
        found = DueStep(step, day, days[index + 1][1] if index + 1 < len(days) else None)
    return found


def call_is_due(due: DueStep, called_on: date | None, today: date, works: Works) -> bool:
    """Say whether a due call waits: nobody called since it is due, or that was long enough ago."""
    if called_on is None or called_on < due.day:
        return True
    again = working_day_after(called_on, due.step.again_days, works) if due.step.again_days else None
    return again is not None and again <= today
