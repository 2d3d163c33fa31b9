"""What a page of decisions sends back, read."""

from datetime import UTC, datetime

import pytest

from app.planning.decisions import Decisions


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
    assert Decisions.read({"for_all": "move", "shown-K7P3MX9A": sent}).shown == {"K7P3MX9A": read}
