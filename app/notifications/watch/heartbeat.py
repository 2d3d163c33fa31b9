"""The table of periodic jobs: who may run which now, when each last ran, and what came of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.db import db
from app.notifications.models import JobRun

NETWORK_ZONE, AT_NIGHT = ZoneInfo("Asia/Shanghai"), time(3, 30)
LEASE = timedelta(minutes=10)  # a shared job whose worker died is anybody's after this
MOST_EARLY = timedelta(seconds=5)  # ticks of one beat are never exactly a beat apart
BACKUP = "backup"  # no job of ours: the commands that make and keep copies leave it
GAVE_WAY = "gave way"  # the outcome of a run that others left no room in the database
AGAIN_AFTER = timedelta(minutes=10)  # a daily job that failed does not wait for tomorrow
SURELY = timedelta(minutes=1)  # clocks of two machines may differ by seconds


def begin(name: str, *, every: timedelta, now: datetime) -> bool:
    """Take a job that all workers share, if it is due and nobody runs it. Call inside `transact()`."""
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
    new = insert(JobRun).values(name=name, started_at=now, outcome="", failures=0)
    db.session.execute(new.on_conflict_do_nothing(index_elements=[JobRun.name]))
    mine = update(JobRun).where(JobRun.name == name, *_free(every, now))
    result = db.session.execute(mine.values(leased_until=now + LEASE, started_at=now))
    assert isinstance(result, CursorResult)  # noqa: S101 - tells the type checker
    return result.rowcount == 1


def may_begin(name: str, *, every: timedelta, now: datetime) -> bool:
    """Return whether `begin` could succeed; a read, so that idle ticks never write."""
    run = db.session.get(JobRun, name)
    if run is None:
        return True
    free = select(JobRun.name).where(JobRun.name == name, *_free(every, now))
    return db.session.scalar(free) is not None


def _free(every: timedelta, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # A time further ahead than we ever write comes from a clock that ran ahead and was set back.
    early = min(MOST_EARLY, every / 10)
    due = or_(JobRun.due_at.is_(None), JobRun.due_at <= now + early, JobRun.due_at > now + every + SURELY)
    left = or_(
        JobRun.leased_until.is_(None), JobRun.leased_until <= now, JobRun.leased_until > now + LEASE + SURELY
    )
    return due, left


def beat(
    name: str,
    *,
    started_at: datetime,
    outcome: str,
    now: datetime,
    every: timedelta = timedelta(),
    failed: bool = False,
) -> None:
    """Write down that a job ran, and when the next run is due: sooner after one that failed."""
    run = db.session.get(JobRun, name) or JobRun(name=name, failures=0)
    run.started_at = started_at
    run.finished_at = now
    run.outcome = outcome[:200]
    run.due_at = max(started_at + (min(every, AGAIN_AFTER) if failed else every), now)
    run.leased_until = None
    run.failures = run.failures + 1 if failed else 0
    db.session.add(run)


def note_backup(size: int, *, now: datetime) -> None:
    """Write down that a backup was made and checked, in bytes. Call inside `transact()`."""
    run = db.session.get(JobRun, BACKUP) or JobRun(name=BACKUP, failures=0)
    run.started_at = run.finished_at = now
    run.outcome = f"{size} bytes"
    db.session.add(run)


def night_after(moment: datetime) -> datetime:
    """Return the next time at which jobs of the night run, when nobody books."""
    there = moment.astimezone(NETWORK_ZONE)
    tonight = there.replace(hour=AT_NIGHT.hour, minute=AT_NIGHT.minute, second=0, microsecond=0)
    return (tonight + timedelta(days=tonight <= there)).astimezone(UTC)


def last_runs() -> dict[str, datetime]:
    """Return when each job last came to an end."""
    rows = db.session.execute(select(JobRun.name, JobRun.finished_at))
    return {name: finished_at for name, finished_at in rows if finished_at}


def list_runs() -> Sequence[JobRun]:
    """Return all periodic jobs by name."""
    return db.session.scalars(select(JobRun).order_by(JobRun.name)).all()


def forget_others(names: Sequence[str]) -> None:
    """Drop jobs that this version does not know, or they would look late for ever. Inside `transact()`."""
    db.session.execute(delete(JobRun).where(JobRun.name.not_in([*names, BACKUP])))
