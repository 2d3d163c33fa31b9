"""Jobs on their beat: never twice at once, never silent for long, and an end that comes."""

import datetime as real
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apscheduler.schedulers.base
import pytest

from app.errors import Busy
from app.scheduler import Job, Scheduler


@contextmanager
def running(scheduler: Scheduler) -> Iterator[list[bool]]:
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(scheduler.run_until_stopped(grace=1)))
    thread.start()
    try:
        yield ended
    finally:
        scheduler.stop()
        thread.join(10)


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def counting(seconds: float, work: Callable[[], None] = lambda: None) -> tuple[Scheduler, list[float]]:
    runs: list[float] = []

    def run() -> str:
        runs.append(time.monotonic())
        work()
        return ""

    return Scheduler([Job("counted", seconds, run)], around=lambda job: job.run()), runs  # type: ignore[func-returns-value]


def test_a_job_runs_at_once_and_then_on_its_beat() -> None:
    scheduler, runs = counting(0.2)
    with running(scheduler):
        assert within(5, lambda: len(runs) >= 4)


def test_a_failing_job_comes_again() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    scheduler, runs = counting(0.1, fail)
    with running(scheduler):
        assert within(5, lambda: len(runs) >= 3)


def test_a_job_that_others_keep_from_writing_gives_way_without_an_alarm(caplog) -> None:
    def wait_in_vain() -> None:
        raise Busy

    scheduler, runs = counting(0.1, wait_in_vain)
    with running(scheduler):
        assert within(5, lambda: len(runs) >= 2)
    assert {
        (record.levelname, record.message) for record in caplog.records if record.name == "app.scheduler"
    } == {("WARNING", "a job gave way")}


def test_a_slow_job_never_runs_twice_at_once() -> None:
    inside, most = [], []

    def work() -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.3)
        inside.pop()

    scheduler, _runs = counting(0.05, work)
    with running(scheduler):
        within(5, lambda: len(most) >= 4)
    assert max(most) == 1


def test_the_end_waits_for_the_job_in_hand() -> None:
    finished: list[int] = []

    def work() -> None:
        time.sleep(0.5)
        finished.append(1)

    scheduler, runs = counting(60, work)
    with running(scheduler) as ended:
        assert within(5, lambda: bool(runs))
    assert (finished, ended) == ([1], [True])


def test_the_end_does_not_wait_for_ever() -> None:
    release = threading.Event()
    scheduler, runs = counting(60, lambda: release.wait(20) and None)
    with running(scheduler) as ended:
        assert within(5, lambda: bool(runs))
    assert ended == [False]
    release.set()


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> list[real.timedelta]:
    """A wall clock that can be moved: append the shift. It is what APScheduler goes by."""
    shifts = [real.timedelta()]

    class Shifted(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
            return real.datetime.now(tz) + shifts[-1]

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)
    return shifts


@pytest.mark.parametrize("hours", [-1, 1, 365 * 24])
def test_a_wall_clock_that_jumps_silences_nothing(wall_clock: list[real.timedelta], hours: int) -> None:
    scheduler, runs = counting(0.2)
    with running(scheduler):
        assert within(5, lambda: len(runs) >= 2)
        wall_clock.append(real.timedelta(hours=hours))
        before = len(runs)
        assert within(5, lambda: len(runs) >= before + 5)


def test_without_its_watchdog_the_tick_is_silent_after_a_jump_back(
    wall_clock: list[real.timedelta], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scheduler, "_wake_the_forgotten", lambda _self: None)
    scheduler, runs = counting(0.2)
    with running(scheduler):
        assert within(5, lambda: len(runs) >= 2)
        wall_clock.append(real.timedelta(hours=-1))
        time.sleep(0.5)
        before = len(runs)
        assert not within(1.5, lambda: len(runs) > before)


@pytest.mark.parametrize(("beat", "patience"), [(5, 15), (60, 90), (86400, 86430)])
def test_delivery_is_never_silent_for_more_than_45_seconds(beat: float, patience: float) -> None:
    assert Job("any", beat, str).patience == patience
