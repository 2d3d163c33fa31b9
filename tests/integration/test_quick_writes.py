"""Quick writes: whole or not at all, and the connection is an ordinary one again afterwards."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.db import db, quick_writes

WAITS = {"sqlite": ("PRAGMA synchronous", 2), "postgresql": ("SHOW synchronous_commit", "on")}
COUNT = text("SELECT count(*) FROM channel_rates")
WRONG = text("INSERT INTO channel_rates (channel) VALUES (NULL)")
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
        run(WRONG, {})

    def lone(run) -> None:
        run(WRONG, {})

    with app.app_context(), quick_writes() as quick:
        failing = half if db.engine.dialect.name == "sqlite" else lone
        with pytest.raises(DatabaseError):
            quick.transact(failing)
        assert _count() == 0
        quick.transact(lambda run: run(PUT, {"channel": "a"}))
        assert _count() == 1


def test_a_second_statement_is_refused_where_the_first_is_committed_already(app) -> None:
    def two(run) -> None:
        run(PUT, {"channel": "a"})
        run(PUT, {"channel": "b"})

    with app.app_context(), quick_writes() as quick:
        if db.engine.dialect.name == "sqlite":
            quick.transact(two)
            assert _count() == 2
            return
        with pytest.raises(RuntimeError, match="one statement"):
            quick.transact(two)


def test_the_connection_waits_for_the_disk_again_afterwards(app) -> None:
    with app.app_context():
        question, waiting = WAITS[db.engine.dialect.name]
        with quick_writes() as quick:
            during = quick.transact(lambda run: run(text(question), {}).scalar())
        assert during != waiting
        with db.engine.connect() as connection:
            assert connection.execute(text(question)).scalar() == waiting
