"""What a page of decisions sends back, read."""

from datetime import UTC, datetime

import pytest

from app.planning.decisions import Choice, Decisions


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("jiangdong 2026-11-25T09:00:00+08:00", ("jiangdong", datetime(2026, 11, 25, 1, tzinfo=UTC))),
        ("jiangdong 2026-11-25T09:00:00", None),  # no offset: nobody knows which instant it is
        ("jiangdong 2026-11-25", None),
        ("jiangdong", None),
        ("", None),
    ],
)
def test_a_proposed_time_is_an_instant_or_nothing(sent: str, read: object) -> None:
    form = {"step": "save", "for_all": "move", "shown-K7P3MX9A": sent}
    assert Decisions.read(form).shown == {"K7P3MX9A": read}


def test_what_was_decided_before_the_plan_changed_is_kept_and_looked_at_again() -> None:
    again = Decisions.read({"for_all": "ask", "choice-K7P3MX9A": "cancel", "why_quiet": "Told by phone"})

    assert (again.for_all, again.choice_for("K7P3MX9A")) == (Choice.ASK, Choice.CANCEL)
    assert again.shown is None  # nobody has seen the proposals of now
    assert again.quiet_because == ""  # nobody has pressed that button
