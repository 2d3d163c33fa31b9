"""How long each kind of personal data stays, as rows; what has served its time its own topic ends.

A case is emptied, not deleted: the figures of the reports stay true, and say nothing of anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.appointments.booking import contact
from app.cases import history
from app.collection import emptying
from app.db import db
from app.intake import runs
from app.notifications.delivery import tidying
from app.privacy.models import RetentionRule


class Kind(StrEnum):
    COLLECTED_CASES = "collected_cases"  # days after the permits were handed over
    REFUSED_CASES = "refused_cases"  # days after the last decision of a case that was refused
    IDLE_CASES = "idle_cases"  # days after anything happened to a case that nobody decided or collected
    VISITS = "visits"  # name and contact of a visit, days after it
    VIEWS = "views"  # lines that say who opened a case
    FILES = "files"  # lines of the bureaus' files, days after the run
    MESSAGES = "messages"  # that and when somebody was written to, days after it was planned


DEFAULT_DAYS = {
    Kind.COLLECTED_CASES: 30,
    Kind.REFUSED_CASES: 180,
    Kind.IDLE_CASES: 1095,  # longer than a permit is valid for at first; our guess until the bureaus say
    Kind.VISITS: 30,
    Kind.VIEWS: 730,
    Kind.FILES: 30,
    Kind.MESSAGES: 400,
}


@dataclass(frozen=True, slots=True)
class Purge:
    """One kind, and how to delete some of what is older than a moment; it gets now too."""

    kind: Kind
    some: Callable[[datetime, datetime], int]


PURGES = (
    Purge(Kind.COLLECTED_CASES, emptying.empty_collected),
    Purge(Kind.REFUSED_CASES, emptying.empty_refused),
    Purge(Kind.IDLE_CASES, emptying.empty_idle),
    Purge(Kind.VISITS, contact.forget_some),
    Purge(Kind.VIEWS, history.forget_some_looks),
    Purge(Kind.MESSAGES, tidying.forget_some),
    Purge(Kind.FILES, runs.forget_some),
)


def days_of(kind: Kind) -> int:
    """Return for how many days this kind stays: the operator's rule, else ours."""
    rule = db.session.get(RetentionRule, kind)
    return rule.days if rule else DEFAULT_DAYS[kind]


def set_days(kind: Kind, days: int, *, now: datetime) -> None:
    """Change how long a kind stays. Call inside `transact()`."""
    rule = db.session.get(RetentionRule, kind) or RetentionRule(kind=kind)
    rule.days, rule.changed_at = days, now
    db.session.add(rule)


def purge_some(purge: Purge, *, now: datetime) -> int:
    """Delete some of a kind that served its time. Returns how many. Call inside `transact()`."""
    return purge.some(now - timedelta(days=days_of(purge.kind)), now)
