"""Quick writes: whole or not at all, and the connection is an ordinary one again afterwards."""

import pytest
from sqlalchemy import text

from app.db import db, quick_writes

WAITS = {"sqlite": ("PRAGMA synchronous", 2), "postgresql": ("SHOW synchronous_commit", "on")}
COUNT = text("SELECT count(*) FROM channel_rates")
PUT = text("INSERT INTO channel_rates (channel, tokens, counted_at) VALUES (:channel, 1, '2026-11-24')")


def _count() -> int:
    found = db.session.scalar(COUNT)
    db.session.rollback()
    return found


def test_each_write_is_there_for_others_at_once(app) -> None:
    with app.app_context(), quick_writes() as quick:
        for number, channel in enumerate(("a", "b"), start=1):
            quick.transact(lambda run, channel=channel: run(PUT, {"channel": channel}))
            assert _count() == number


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(app) -> None:
    def half(run) -> None:
        run(PUT, {"channel": "a"})
        raise ZeroDivisionError

    with app.app_context(), quick_writes() as quick:
        with pytest.raises(ZeroDivisionError):
            quick.transact(half)
        assert _count() == 0
        quick.transact(lambda run: run(PUT, {"channel": "a"}))
        assert _count() == 1


def test_the_connection_waits_for_the_disk_again_afterwards(app) -> None:
    with app.app_context():
        question, waiting = WAITS[db.engine.dialect.name]
        with quick_writes() as quick:
            during = quick.transact(lambda run: run(text(question), {}).scalar())
        assert during != waiting
        with db.engine.connect() as connection:
            assert connection.execute(text(question)).scalar() == waiting
