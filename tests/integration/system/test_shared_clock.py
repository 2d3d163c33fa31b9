"""A worker goes by the clock that all workers share."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app import clock as app_clock
from app.db import db
from app.surroundings import looking


@pytest.fixture(autouse=True)
def own_clock():
    yield
    app_clock.follow(timedelta())


@pytest.mark.parametrize(("ahead", "followed"), [(90, True), (-3600, True), (0.4, False)])
def test_a_machine_whose_clock_is_wrong_goes_by_the_database(app, monkeypatch, ahead, followed) -> None:
    wrong = timedelta(seconds=ahead)
    monkeypatch.setattr(app_clock, "of_machine", lambda: datetime.now(UTC) + wrong)
    looking.follow_database()
    if db.engine.dialect.name == "sqlite":
        assert app_clock.now() - datetime.now(UTC) > wrong - timedelta(seconds=5)
        return
    right = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(app_clock.now() - right)
    assert apart < timedelta(seconds=5)
    assert (app_clock._ahead != timedelta()) is followed
    assert looking.look(now=right).skew == pytest.approx(-wrong, abs=timedelta(seconds=1))
