"""Slots are computed from open doors and taken desks; tables at the edges, properties for the rest."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.availability.slots import (
    CELL,
    Candidate,
    Slot,
    candidates,
    cell_of,
    cells_of,
    free_candidates,
    in_a_row,
    remaining,
    start_of,
)
from app.interval import Interval
from app.stations.hours.opening_hours import OpenInterval

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def at(hours, minutes=0, seconds=0):
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def opened(start, end, desks=1):
    return OpenInterval(Interval(start, end), desks)


def free_slots(found, taken, **wish):
    return [Slot(candidate.interval, left) for candidate, left in free_candidates(found, taken, **wish)]


def starts(found):
    return [c.interval.start for c in found]


@pytest.mark.parametrize(
    ("hours", "length", "expected"),
    [
        ([opened(at(9), at(10))], 20, [at(9), at(9, 20), at(9, 40)]),
        ([opened(at(9), at(9, 59))], 20, [at(9), at(9, 20)]),
        ([opened(at(9, 3), at(10))], 20, [at(9, 5), at(9, 25)]),
        ([opened(at(9), at(9, 20)), opened(at(14), at(14, 20))], 20, [at(9), at(14)]),
        ([opened(at(9), at(9, 30), 1), opened(at(9, 30), at(10), 3)], 20, [at(9), at(9, 20), at(9, 40)]),
        ([opened(at(9), at(9, 15))], 20, []),
        ([], 20, []),
        ([opened(at(23, 50), at(24, 10))], 20, [at(23, 50)]),
    ],
)
def test_slots_follow_each_other_from_the_opening(hours, length, expected):
    assert starts(candidates(hours, timedelta(minutes=length))) == expected


def test_a_slot_has_as_many_desks_as_its_emptiest_cell():
    found = candidates([opened(at(9), at(9, 30), 1), opened(at(9, 30), at(10), 3)], timedelta(minutes=20))
    assert [remaining(c, {}) for c in found] == [1, 1, 3]


@pytest.mark.parametrize(("taken", "left"), [(0, 2), (1, 1), (2, 0), (3, 0)])
def test_what_is_taken_in_one_cell_is_missing_in_the_whole_slot(taken, left):
    (slot,) = candidates([opened(at(9), at(9, 20), 2)], timedelta(minutes=20))
    assert remaining(slot, {cell_of(at(9, 10)): taken}) == left


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (at(9), at(9, 40), [at(9), at(9, 20)]),
        (at(9, 0, 1), at(9, 40), [at(9, 20)]),
        (at(9), at(9, 40, 1), [at(9), at(9, 20), at(9, 40)]),
        (at(10), at(10), []),
    ],
)
def test_the_booking_window_cuts_to_the_second(start, end, expected):
    found = candidates([opened(at(9), at(10))], timedelta(minutes=20))
    assert starts(free_slots(found, {}, window=Interval(start, end))) == expected


def test_only_slots_with_room_for_the_whole_party_are_offered():
    found = candidates([opened(at(9), at(9, 40), 2)], timedelta(minutes=20))
    slots = free_slots(found, {cell_of(at(9)): 1}, window=Interval(at(0), at(24)), party_size=2)
    assert starts(slots) == [at(9, 20)]


# --- parties that are served one after another ---


@pytest.mark.parametrize(
    ("hours", "people", "expected"),
    [
        ([opened(at(9), at(10))], 1, [(at(9), at(9, 20)), (at(9, 20), at(9, 40)), (at(9, 40), at(10))]),
        ([opened(at(9), at(10))], 2, [(at(9), at(9, 40)), (at(9, 20), at(10))]),
        ([opened(at(9), at(10))], 3, [(at(9), at(10))]),
        ([opened(at(9), at(10))], 4, []),
        ([opened(at(9), at(9, 20)), opened(at(9, 25), at(9, 45))], 2, []),
        ([opened(at(9), at(9, 30), 1), opened(at(9, 30), at(10), 3)], 3, [(at(9), at(10))]),
    ],
)
def test_a_party_in_a_row_takes_slots_that_follow_without_a_break(hours, people, expected):
    found = in_a_row(candidates(hours, timedelta(minutes=20)), people)
    assert [(c.interval.start, c.interval.end) for c in found] == expected


def test_a_party_in_a_row_needs_one_desk_in_all_its_slots():
    each = candidates([opened(at(9), at(10), 2)], timedelta(minutes=20))
    taken = {cell_of(at(9, 25)): 2, cell_of(at(9, 45)): 1}
    (run,) = in_a_row(each, 3)

    assert (run.desks_for(3), remaining(run, {}), remaining(run, taken)) == (1, 6, 0)
    slots = free_slots(
        in_a_row(each, 2), {cell_of(at(9, 5)): 1}, window=Interval(at(0), at(24)), party_size=2
    )
    assert [(slot.interval.start, slot.remaining) for slot in slots] == [(at(9), 2), (at(9, 20), 4)]


def test_a_party_side_by_side_takes_a_desk_for_each():
    (slot,) = candidates([opened(at(9), at(9, 20), 3)], timedelta(minutes=20))
    assert slot.desks_for(3) == 3


minutes = st.integers(0, 24 * 60)
stretches = st.lists(st.tuples(minutes, minutes, st.integers(1, 4)), max_size=5).map(
    lambda parts: [opened(at(0, min(a, b)), at(0, max(a, b)), desks) for a, b, desks in _apart(parts)]
)
lengths = st.integers(1, 12).map(lambda cells: cells * CELL)
takings = st.dictionaries(st.integers(cell_of(DAY), cell_of(DAY) + 288), st.integers(0, 5), max_size=40)


def _apart(parts):
    """Keep the parts that overlap no earlier one, as the opening hours give them."""
    kept = []
    for a, b, desks in parts:
        start, end = min(a, b), max(a, b)
        if all(end <= min(x, y) or max(x, y) <= start for x, y, _ in kept):
            kept.append((a, b, desks))
    return kept


@given(stretches, lengths)
def test_no_slot_reaches_outside_open_hours_and_none_overlap(hours, length):
    found = candidates(hours, length)
    open_cells = {
        cell
        for part in hours
        for cell in range(cell_of(part.interval.start) - 1, cell_of(part.interval.end) + 1)
        if part.interval.covers(Interval(start_of(cell), start_of(cell + 1)))
    }
    for slot in found:
        assert slot.interval.length == length
        assert set(cells_of(slot.interval)) <= open_cells
    for one, two in itertools.pairwise(found):
        assert one.interval.end <= two.interval.start


@given(stretches, lengths, takings)
def test_taking_a_desk_never_adds_a_slot_and_every_offer_has_room(hours, length, taken):
    found, window = candidates(hours, length), Interval(at(0), at(48))
    offered = free_slots(found, taken, window=window)
    assert {s.interval for s in offered} <= {s.interval for s in free_slots(found, {}, window=window)}
    for slot in offered:
        desks = {cell: d for c in found for cell, d in zip(cells_of(c.interval), c.desks, strict=True)}
        assert all(taken.get(c, 0) + slot.remaining <= desks[c] for c in cells_of(slot.interval))
        assert slot.remaining >= 1


@given(stretches, lengths, takings, st.integers(1, 5))
def test_a_party_in_a_row_gets_only_what_its_people_could_have_one_by_one(hours, length, taken, people):
    each = candidates(hours, length)
    free = {c.interval.start for c in each if remaining(c, taken)}
    runs = {c.interval.start for c in in_a_row(each, people) if remaining(c, taken) >= people}
    could = {start for start in free if all(start + i * length in free for i in range(people))}

    assert runs == could
    for run in in_a_row(each, people):
        assert run.interval.length == people * length
        assert len(run.desks) == len(cells_of(run.interval))
        assert run.first_cell == cell_of(run.interval.start)


@given(st.timedeltas(timedelta(days=-20_000), timedelta(days=20_000)).map(lambda away: DAY + away))
def test_a_moment_lies_in_its_cell(moment):
    cell = cell_of(moment)
    assert start_of(cell) <= moment < start_of(cell + 1)


def test_a_candidate_that_is_over_full_has_nothing_left():
    slot = Candidate(Interval(at(9), at(9, 5)), cell_of(at(9)), (1,))
    assert remaining(slot, {cell_of(at(9)): 7}) == 0
