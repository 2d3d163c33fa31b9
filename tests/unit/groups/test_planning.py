"""Times for a group: no person is left out, no desk is taken twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.availability.slots import Slot
from app.groups.planning import block_from, choices, joined, over_days, read, written
from app.interval import Interval

LENGTH = timedelta(minutes=20)
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def slots(*free, first=START):
    """Return slots one after another; None is a break."""
    found = []
    for number, remaining in enumerate(free):
        start = first + number * LENGTH
        if remaining is not None:
            found.append(Slot(Interval(start, start + LENGTH), remaining))
    return found


def people(block):
    return [part.people for part in block.parts]


def test_a_block_fills_desks_and_then_the_next_time():
    assert people(block_from(slots(2, 2, 2), 5)) == [2, 2, 1]
    assert people(block_from(slots(2, 2, 2), 3, at_once=1)) == [1, 1, 1]


def test_a_break_ends_a_block():
    assert block_from(slots(2, None, 2), 4).people == 2


def test_parties_that_take_turns_follow_each_other_though_their_slots_overlap():
    two_each = [Slot(Interval(START + n * LENGTH, START + (n + 2) * LENGTH), 1) for n in range(5)]
    block = block_from(two_each, 3)

    assert [part.starts_at for part in block.parts] == [START + n * LENGTH for n in (0, 2, 4)]
    assert (block.people, block.ends_at) == (3, START + 6 * LENGTH)


def test_the_shortest_come_first_and_one_after_another_is_offered_too():
    found = choices(slots(1, 1, 3, 1), 3)
    assert [people(block) for block in found] == [[1, 1, 1], [3]]


def test_no_day_is_too_small_to_say_so():
    assert choices(slots(1, 1), 3) == []
    assert choices([], 1) == []


def test_a_group_that_fits_no_day_is_split():
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    later = START + timedelta(days=1)
    found = over_days([(tuesday, slots(*[1] * 9)), (wednesday, slots(2, 2, first=later))], 12)
    assert [block.people for block in found] == [9, 3]
    assert joined(found).people == 12


def test_what_does_not_fit_at_all_is_not_proposed():
    assert over_days([(date(2026, 11, 24), slots(1, 1))], 3) == []


free = st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=1, max_size=12)


@given(free, st.integers(1, 12))
def test_every_choice_takes_all_once_without_a_break_and_within_what_is_free(given_free, number):
    day = slots(*given_free)
    remaining = {slot.interval.start: slot.remaining for slot in day}
    for block in choices(day, number):
        assert block.people == number == len(block.starts)
        assert all(part.people <= remaining[part.starts_at] for part in block.parts)
        ends = [part.ends_at for part in block.parts[:-1]]
        assert ends == [part.starts_at for part in block.parts[1:]]


@given(free, st.integers(1, 12))
def test_a_button_says_what_it_means(given_free, number):
    for block in choices(slots(*given_free), number):
        assert read(written(block), LENGTH) == block


@pytest.mark.parametrize(
    "text", ["", "x", "2026-11-24T01:00", "2026-11-24T01:00+00:00*0", "2026-11-24T01:00+00:00*31",
             "2026-11-24T01:00*1", "9999-11-24T01:00+00:00*1", ";;"],
)  # fmt: skip
def test_what_is_no_block_is_none(text):
    assert read(text, LENGTH) is None
