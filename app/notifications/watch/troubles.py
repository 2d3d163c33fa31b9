"""The dead man's switch: what is wrong with delivery, and telling the operators once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.db import db, locking
from app.notifications import queries
from app.notifications.models import Alert, JobRun
from app.notifications.watch import heartbeat

DELIVERY = "deliver_messages"
SILENT_AFTER = timedelta(minutes=2)
LATE_AFTER = timedelta(minutes=15)
MOST_FAILURES = 3
TELL_AGAIN_AFTER = timedelta(hours=6)


# What operators read. The page of staff has words of its own, in the language of who reads it.
_WORDS = {
    "late": "The job {job} is {number} minutes late: no worker runs, or all are stuck.",
    "failing": "The job {job} failed {number} times in a row.",
    "never-ran": "The worker has never run.",
    "backlog": "A message is due for {number} minutes and was not sent.",
    "check-found": "The nightly check found {number} visits or counters that contradict each other: "
    "/staff/network",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something an operator must look at: what, of which job, and how many or for how long.

    Operators are told when it has lasted as long as `patience`.
    """

    kind: str
    number: int = 0
    job: str = ""
    patience: timedelta = timedelta()

    @property
    def name(self) -> str:
        """Name the trouble: the same at every look, as long as it lasts."""
        return f"{self.kind}-{self.job}"[:40] if self.job else self.kind

    @property
    def words(self) -> str:
        return _WORDS[self.kind].format(job=self.job, number=self.number)


def find_troubles(runs: Sequence[JobRun], oldest_due: datetime | None, *, now: datetime) -> list[Trouble]:
    """Return what is wrong now, from the table of jobs and the age of the oldest due message. PURE."""
    found = [
        Trouble("late", _minutes(now - (run.due_at or now)), run.name) for run in runs if _is_late(run, now)
    ]
    if DELIVERY not in {run.name for run in runs}:
        # A new installation's first look comes before its first delivery.
        found.append(Trouble("never-ran", patience=SILENT_AFTER))
    if oldest_due is not None and now - oldest_due > LATE_AFTER:
        found.append(Trouble("backlog", _minutes(now - oldest_due)))
    return found + [
        Trouble("failing", run.failures, run.name) for run in runs if run.failures >= MOST_FAILURES
    ]


def _is_late(run: JobRun, now: datetime) -> bool:
    patience = SILENT_AFTER if run.name == DELIVERY else LATE_AFTER
    return run.due_at is not None and now - run.due_at > patience


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def read_troubles(*, channels: Sequence[str], now: datetime) -> list[Trouble]:
    """Return what is wrong, as the database knows it. Messages of a channel that is off may wait."""
    oldest = queries.oldest_due(now=now, channels=channels)
    return find_troubles(heartbeat.list_runs(), oldest, now=now)


@dataclass(frozen=True, slots=True)
class TroubleNews:
    """What operators have not been told yet."""

    began: list[Trouble]
    ended: list[str]

    def __bool__(self) -> bool:
        return bool(self.began or self.ended)


def take_news(troubles: Sequence[Trouble], *, now: datetime) -> TroubleNews:
    """Return what is new, and count it as told; several processes tell it once. Inside `transact()`."""
    known = {alert.name: alert for alert in db.session.scalars(locking(select(Alert)))}
    began = []
    for trouble in troubles:
        alert = known.pop(trouble.name, None)
        if alert is None:
            alert = Alert(name=trouble.name, since=now)
            db.session.add(alert)
        if now - alert.since < trouble.patience:
            continue
        if alert.told_at and timedelta() <= now - alert.told_at < TELL_AGAIN_AFTER:
            continue
        alert.told_at = now
        began.append(trouble)
    for alert in known.values():
        db.session.delete(alert)
    return TroubleNews(began, sorted(name for name, alert in known.items() if alert.told_at))


def tell_again(news: TroubleNews) -> None:
    """Undo the counting when telling failed, so that the next look tells it. Inside `transact()`."""
    for trouble in news.began:
        alert = db.session.get(Alert, trouble.name)
        if alert:
            alert.told_at = None
