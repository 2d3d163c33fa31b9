"""When a message waits for the morning."""

import pytest

from app.night import morning_after
from tests.factories import at

HAIKOU = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("clock", "morning"),
    [
        ("05:44", ("2026-11-25", "08:00")),
        ("07:59", ("2026-11-25", "08:00")),
        ("08:00", None),
        ("20:00", None),
        ("20:01", ("2026-11-26", "08:00")),
        ("23:59", ("2026-11-26", "08:00")),
        ("00:00", ("2026-11-25", "08:00")),
    ],
)
def test_messages_wait_from_eight_to_eight(clock, morning) -> None:
    assert morning_after(at("2026-11-25", clock), HAIKOU) == (at(*morning) if morning else None)


@pytest.mark.parametrize(("starts", "waits"), [("10:59", False), ("11:00", True), ("12:00", True)])
def test_what_comes_too_late_in_the_morning_goes_out_at_night(starts, waits) -> None:
    found = morning_after(at("2026-11-25", "05:44"), HAIKOU, before=at("2026-11-25", starts))
    assert found == (at("2026-11-25", "08:00") if waits else None)
