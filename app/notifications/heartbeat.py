"""The last run of each periodic job."""

from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.notifications.models import JobRun


def beat(name: str, *, started_at: datetime, outcome: str, now: datetime) -> None:
    """Write down that a job ran."""
    run = db.session.get(JobRun, name) or JobRun(name=name)
    run.started_at = started_at
    run.finished_at = now
    run.outcome = outcome[:200]
    db.session.add(run)


def last_runs() -> dict[str, datetime]:
    """Return when each job last came to an end."""
    rows = db.session.execute(select(JobRun.name, JobRun.finished_at))
    return {name: finished_at for name, finished_at in rows if finished_at}
