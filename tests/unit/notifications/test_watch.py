"""What is wrong with delivery, from the table of jobs and the oldest due message."""

from datetime import UTC, datetime, timedelta

import pytest

from app.notifications.models import JobRun
from app.notifications.watch.rules import ChannelTry
from app.notifications.watch.troubles import DELIVERY, find_channel_troubles, find_troubles

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


def tries(*outcomes: str, people: int = 100, minutes: float = 1, first: int = 0) -> list[ChannelTry]:
    """So many tries, the newest first, the first of them a minute ago and one a second before that."""
    at = NOW - timedelta(minutes=minutes)
    return [
        ChannelTry(first + n, outcome, at - timedelta(seconds=n), f"person {(first + n) % people}")
        for n, outcome in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("found", "waiting_minutes", "names"),
    [
        ([], 0, []),
        ([], 30, []),
        (tries("sent"), 30, []),
        (tries(*["retry"] * 4), 7, []),
        (tries(*["retry"] * 5), 7, ["fails 5"]),
        (tries("retry", minutes=7.9), 60, []),
        (tries("retry", minutes=9), 8, ["stands 8"]),
        (tries("retry", minutes=8), 60, ["stands 8"]),
        (tries(*["retry"] * 9, minutes=60), 70, ["stands 60"]),
        (tries("retry", "retry", "sent", minutes=5), 60, []),  # others are sent: it is this one's address
        (tries("retry", "sent", minutes=9), 60, ["stands 9"]),
        (tries(*["failed"] * 4), 0, []),
        (tries(*["failed"] * 5), 0, ["refuses 5"]),
        (tries(*["failed"] * 9, people=4), 0, ["fails 9"]),  # few people, often
        (tries("retry", *["failed"] * 4, "refused"), 60, ["refuses 5"]),
        (tries("sent", *["failed"] * 9), 0, []),
        (tries(*["failed"] * 4, "sent", "failed"), 0, []),
        (tries(*["failed", "sent"] * 5), 0, []),  # too few for a share
        (tries(*["sent"], *["failed"] * 10, *["sent"] * 9), 0, ["share 50"]),
        (tries(*["sent"], *["failed"] * 9, *["sent"] * 10), 0, []),
        (tries(*["sent"], *["failed"] * 10, *["sent"] * 9, minutes=61), 0, []),
        (tries(*["sent"] * 20) + tries(*["retry"] * 20, minutes=6), 0, []),  # at last they went out
    ],
)  # fmt: skip
def test_what_the_last_tries_say_of_a_channel(found, waiting_minutes, names) -> None:
    since = NOW - timedelta(minutes=waiting_minutes) if waiting_minutes else None
    troubles = find_channel_troubles("email", found, since, now=NOW)
    assert [f"{trouble.kind} {trouble.number}" for trouble in troubles] == names
    assert {trouble.name for trouble in troubles} <= {"channel-email", "share-email"}
