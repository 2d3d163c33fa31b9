"""The dead man's switch: what is wrong with delivery, and telling the operators once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.db import db, locking
from app.notifications import queries
from app.notifications.models import Alert, JobRun
from app.notifications.watch import heartbeat, rules
from app.notifications.watch.last_tries import MANY, last_tries
from app.notifications.watch.rules import ChannelTrouble, ChannelTry

DELIVERY = "deliver_messages"
NO_DATABASE = "no-database"
SILENT_AFTER = timedelta(minutes=2)
LATE_AFTER = timedelta(minutes=15)
SURELY_FAILS = timedelta(minutes=2)  # a mail server that starts anew is no alarm
MOST_FAILURES = 3
TELL_AGAIN_AFTER = timedelta(hours=6)


# What operators read. The page of staff has words of its own, in the language of who reads it.
_WORDS = {
    "late": "The job {job} is {number} minutes late: no worker runs, or all are stuck.",
    "failing": "The job {job} failed {number} times in a row.",
    "never-ran": "The worker has never run.",
    "backlog": "A message is due for {number} minutes and was not tried.",
    ChannelTrouble.REFUSES: "{job}: the provider refuses everybody, {number} people by now. The channel "
    "is paused: nobody is given up, and one message a minute is tried.",
    ChannelTrouble.STANDS: "{job}: messages wait, and for {number} minutes none could be sent.",
    ChannelTrouble.FAILS: "{job}: the last {number} tries failed, whosever they were.",
    "share": "{job}: {number} of 100 messages of the last hour did not go out.",
    NO_DATABASE: "The database does not answer. Pages say so and nothing is lost, but nobody can book.",
    "no-mail": "No SMTP_URL is set: e-mails wait, and go out once it is.",
    "read-only": "The database is read-only: a standby, or made so. Nobody can book.",
    "disk": "Only {number} MB are free on the disk.",
    "wal": "The log of the database has grown to {number} MB: something keeps it from being cleared.",
    "clock": "The clocks of this machine and of the database differ by {number} seconds.",
    "calendar": "The official calendar of {number} is missing: nothing in it can be booked.",
    "backup": "The last backup is {number} hours old.",
    "no-backup": "No backup was ever made with `flask backup create`.",
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
    job: str = ""  # or the channel
    patience: timedelta = timedelta()
    group: str = ""  # of kinds that follow one another, and are one trouble to whoever is told

    @property
    def name(self) -> str:
        """Name the trouble: the same at every look, as long as it lasts."""
        kind = self.group or self.kind
        return f"{kind}-{self.job}"[:40] if self.job else kind

    @property
    def words(self) -> str:
        return _WORDS[self.kind].format(job=self.job, number=self.number)


def find_troubles(runs: Sequence[JobRun], oldest_overdue: datetime | None, *, now: datetime) -> list[Trouble]:
    """Return what is wrong with the jobs, from their table and the oldest message nobody tries. PURE."""
    found = [
        Trouble("late", _minutes(now - (run.due_at or now)), run.name) for run in runs if _is_late(run, now)
    ]
    if DELIVERY not in {run.name for run in runs}:
        # A new installation's first look comes before its first delivery.
        found.append(Trouble("never-ran", patience=SILENT_AFTER))
    if oldest_overdue is not None and now - oldest_overdue > LATE_AFTER:
        found.append(Trouble("backlog", _minutes(now - oldest_overdue)))
    return found + [
        Trouble("failing", run.failures, run.name) for run in runs if run.failures >= MOST_FAILURES
    ]


def find_channel_troubles(
    channel: str, tries: Sequence[ChannelTry], waiting_since: datetime | None, *, now: datetime
) -> list[Trouble]:
    """Return what is wrong with a channel, from its last tries and its oldest message. PURE."""
    found = []
    wrong = rules.trouble_of(tries, waiting_since, now=now)
    if wrong:
        kind, number = wrong
        patience = SURELY_FAILS if kind is ChannelTrouble.FAILS else timedelta()
        found.append(Trouble(kind, number, channel, patience, group="channel"))
    share = rules.failed_share(tries, now)
    if not wrong and share is not None and share >= rules.BAD_SHARE:
        found.append(Trouble("share", round(100 * share), channel))
    return found


def _is_late(run: JobRun, now: datetime) -> bool:
    patience = SILENT_AFTER if run.name == DELIVERY else LATE_AFTER
    return run.due_at is not None and now - run.due_at > patience


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def read_troubles(*, channels: Sequence[str], now: datetime) -> list[Trouble]:
    """Return what is wrong, as the database knows it. Messages of a channel that is off may wait."""
    overdue = queries.oldest_overdue(now=now, channels=channels)
    found = find_troubles(heartbeat.list_runs(), overdue, now=now)
    for channel in channels:
        tries = last_tries(channel, most=MANY)
        since = queries.oldest_due(now=now, channels=[channel])
        found += find_channel_troubles(channel, tries, since, now=now)
    return found


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


def tell_again(news: TroubleNews, *, now: datetime) -> None:
    """Undo the counting when telling failed, so that the next look tells it. Inside `transact()`."""
    for trouble in news.began:
        alert = db.session.get(Alert, trouble.name)
        if alert:
            alert.told_at = None
    for name in news.ended:
        db.session.merge(Alert(name=name, since=now, told_at=now))
