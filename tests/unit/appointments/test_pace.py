"""When the next letter about a visit goes out."""

from datetime import timedelta

import pytest

from app.appointments.reminders.pace import next_letter
from tests.factories import at

NOW = at("2026-11-24", "12:00")
GAP = timedelta(minutes=5)

PACES = [
    # minutes ago at which letters were written, minutes until the next one
    ([], 0),
    ([60], 0),
    ([5], 0),
    ([2], 3),
    ([0], 5),
    ([300, 200, 100], 24 * 60 - 300),  # three are enough for a day
    ([600, 300, 200, 100], 24 * 60 - 300),
]


@pytest.mark.parametrize(("ago", "wait"), PACES)
def test_letters_keep_a_distance(ago, wait):
    sent = [NOW - timedelta(minutes=minutes) for minutes in ago]
    assert next_letter(sent, gap=GAP, most=3, now=NOW) == NOW + timedelta(minutes=wait)
