from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.delivery.retry import MOST_TRIES, next_try

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (9, 120)]
)
def test_waits_grow_and_then_stay(tries: int, minutes: int) -> None:
    assert next_try(tries, now=NOW, expires_at=None, chance=0) == NOW + timedelta(minutes=minutes)


def test_the_last_try_is_the_last() -> None:
    assert next_try(MOST_TRIES, now=NOW, expires_at=None, chance=0) is None


@given(st.integers(1, MOST_TRIES - 1), st.floats(0, 1, exclude_max=True), st.integers(1, 500))
def test_no_try_is_planned_for_when_the_message_is_of_no_use(tries: int, chance: float, minutes: int) -> None:
    expires_at = NOW + timedelta(minutes=minutes)
    again = next_try(tries, now=NOW, expires_at=expires_at, chance=chance)
    assert again is None or NOW < again < expires_at


def test_chance_spreads_by_up_to_a_fifth() -> None:
    again = next_try(1, now=NOW, expires_at=None, chance=0.999)
    assert again is not None
    assert timedelta(seconds=71) < again - NOW <= timedelta(seconds=72)
