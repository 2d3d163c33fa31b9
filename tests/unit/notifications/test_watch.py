"""What is wrong with delivery, from the table of jobs and the oldest due message."""

from datetime import UTC, datetime, timedelta

import pytest

from app.notifications.models import JobRun
from app.notifications.watch.troubles import DELIVERY, find_troubles

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def run(name: str = DELIVERY, *, due_in: float = 5, failures: int = 0) -> JobRun:
    due_at = NOW + timedelta(seconds=due_in)
    return JobRun(name=name, started_at=NOW, finished_at=NOW, due_at=due_at, failures=failures)


@pytest.mark.parametrize(
    ("runs", "oldest_seconds", "names"),
    [
        ([run()], 0, []),
        ([run(), run("purge", due_in=3600)], 899, []),
        ([], 0, ["never-ran"]),
        ([run(due_in=-119)], 0, []),
        ([run(due_in=-121)], 0, [f"late-{DELIVERY}"]),
        ([run(), run("purge", due_in=-899)], 0, []),
        ([run(), run("purge", due_in=-901)], 0, ["late-purge"]),
        ([run()], 901, ["backlog"]),
        ([run(failures=2)], 0, []),
        ([run(failures=3)], 0, [f"failing-{DELIVERY}"]),
        ([run(due_in=-3600, failures=9)], 3600, [f"late-{DELIVERY}", "backlog", f"failing-{DELIVERY}"]),
    ],
)
def test_each_trouble_has_its_name(runs, oldest_seconds, names) -> None:
    oldest = NOW - timedelta(seconds=oldest_seconds) if oldest_seconds else None
    assert [trouble.name for trouble in find_troubles(runs, oldest, now=NOW)] == names


def test_a_trouble_says_since_when() -> None:
    (trouble,) = find_troubles([run()], NOW - timedelta(minutes=40), now=NOW)
    assert "40 minutes" in trouble.words
