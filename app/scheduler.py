"""Periodic jobs in one process. APScheduler is only the tick: what is due stands in the database.

A watchdog on the monotonic clock runs what the tick forgot: after the wall clock was set back by
an hour, APScheduler alone would be silent for that hour.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from app.errors import Busy

log = logging.getLogger(__name__)

LATE_AFTER_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.25
ASK_EVERY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so many seconds. `run` returns a word on what it did.

    A shared job is done once for all workers: each asks often whether it is due.
    """

    name: str
    seconds: float
    run: Callable[[], str]
    shared: bool = False
    at_night: bool = False  # of those once a day: each night, whenever the worker started

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    @property
    def beat(self) -> float:
        """Return after how many seconds the job is looked at again."""
        return min(self.seconds, ASK_EVERY_SECONDS) if self.shared else self.seconds

    @property
    def patience(self) -> float:
        """Return after how many seconds without a look the watchdog steps in."""
        return self.beat + min(2 * self.beat, LATE_AFTER_SECONDS)


class Beat(BaseTrigger):  # type: ignore[misc]
    """Fires an interval after now, whatever was missed.

    APScheduler's own interval counts up every missed tick: after a clock jump of a year, millions.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._interval


class Scheduler:
    """Runs each job on its own beat, never twice at once, until told to stop.

    `around` wraps each run: it takes the job and does what a run needs (context, heartbeat).
    """

    def __init__(self, jobs: Sequence[Job], *, around: Callable[[Job], None]) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._around = around
        self._busy = {job.name: threading.Lock() for job in jobs}
        self._last = dict.fromkeys(self._jobs, time.monotonic())
        self._stopping = False
        self._ticks = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    @property
    def names(self) -> list[str]:
        return list(self._jobs)

    def stop(self) -> None:
        """Ask for the end; safe inside a signal handler."""
        self._stopping = True

    def stopping(self) -> bool:
        return self._stopping

    def run_until_stopped(self, *, grace: float) -> bool:
        """Run all jobs once and then on their beat. Returns False when a job outlived the grace."""
        for job in self._jobs.values():
            self._ticks.add_job(self._tick, Beat(job.beat), args=[job.name], id=job.name)
            threading.Thread(target=self._tick, args=[job.name], daemon=True).start()
        self._ticks.start()
        while not self._stopping:
            time.sleep(LOOK_EVERY_SECONDS)  # A plain flag and short sleeps: events can deadlock in handlers.
            self._wake_the_forgotten()
        self._ticks.shutdown(wait=False)
        return self._all_idle_within(grace)

    def _wake_the_forgotten(self) -> None:
        for job in self._jobs.values():
            silent = time.monotonic() - self._last[job.name]
            if silent > job.patience and not self._busy[job.name].locked():
                log.warning("a job was late", extra={"job": job.name, "silent_seconds": round(silent)})
                self._last[job.name] = time.monotonic()
                threading.Thread(target=self._tick, args=[job.name], daemon=True).start()
                self._ticks.reschedule_job(job.name, trigger=Beat(job.beat))

    def _tick(self, name: str) -> None:
        lock = self._busy[name]
        if self._stopping or not lock.acquire(blocking=False):
            return
        try:
            self._last[name] = time.monotonic()
            self._around(self._jobs[name])
        except Busy:
            # Others wrote for longer than anybody waits. Nothing is half done, and the next beat comes.
            log.warning("a job gave way", extra={"job": name})
        except Exception:
            log.exception("a job failed", extra={"job": name})
        finally:
            self._last[name] = time.monotonic()
            lock.release()

    def _all_idle_within(self, grace: float) -> bool:
        deadline = time.monotonic() + grace
        return all(
            lock.acquire(timeout=max(0.0, deadline - time.monotonic())) for lock in self._busy.values()
        )
