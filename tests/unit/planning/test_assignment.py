from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.appointments.availability.slots import CELL, Candidate, start_of
from app.interval import Interval
from app.planning.assignment import DisplacedVisit, ProposedTime, assign, best_first, is_fair

FIRST = 1_000_000  # a cell far from any edge


def place(station: int, cell: int, *desks: int, group: int = 0, in_a_row: int = 1) -> ProposedTime:
    start = start_of(cell)
    span = Interval(start, start + len(desks) * CELL)
    slot = Candidate(span, cell, desks, desk_group=group, in_a_row=in_a_row)
    return ProposedTime(station, slot)


def names(found):
    return {reference: p.name[0] if p else None for reference, p in found.items()}


def test_who_comes_first_chooses_first_and_the_next_goes_elsewhere():
    both = [place(1, FIRST, 1, 1), place(2, FIRST, 1, 1)]
    found = assign(
        [DisplacedVisit("A", 1, both), DisplacedVisit("B", 1, both), DisplacedVisit("C", 1, both)], {}
    )

    assert names(found) == {"A": 1, "B": 2, "C": None}


def test_what_is_taken_already_counts():
    assert names(assign([DisplacedVisit("A", 1, [place(1, FIRST, 2, 2)])], {(1, 0): {FIRST + 1: 2}})) == {
        "A": None
    }


def test_desks_of_another_group_are_counted_for_themselves():
    places = [place(1, FIRST, 1), place(1, FIRST, 1, group=2)]
    found = assign([DisplacedVisit("A", 1, places), DisplacedVisit("B", 1, places)], {})

    assert [one.line for one in found.values()] == [(1, 0), (1, 2)]


def test_a_party_needs_room_for_all_of_it():
    wishes = [DisplacedVisit("A", 3, [place(1, FIRST, 2), place(2, FIRST, 3)])]
    assert names(assign(wishes, {})) == {"A": 2}


def test_a_party_that_takes_turns_takes_one_desk():
    places = [place(1, FIRST, 2, 2, 2, in_a_row=3)]
    found = assign([DisplacedVisit(name, 3, places) for name in "ABC"], {})

    assert names(found) == {"A": 1, "B": 1, "C": None}


def test_overlapping_slots_share_desks():
    long, short = place(1, FIRST, 1, 1, 1), place(1, FIRST + 2, 1)
    assert names(assign([DisplacedVisit("A", 1, [long]), DisplacedVisit("B", 1, [short])], {})) == {
        "A": 1,
        "B": None,
    }


places = st.builds(
    lambda station, cell, desks: place(station, FIRST + cell, *desks),
    st.integers(1, 3),
    st.integers(0, 8),
    st.lists(st.integers(0, 3), min_size=1, max_size=4),
)
wishes = st.lists(st.tuples(st.integers(1, 3), st.lists(places, max_size=5)), max_size=12)
taken = st.dictionaries(
    st.tuples(st.integers(1, 3), st.just(0)),
    st.dictionaries(st.integers(FIRST, FIRST + 12), st.integers(0, 2)),
    max_size=3,
)


@given(wishes, taken)
def test_nobody_is_given_a_desk_that_somebody_has(given_wishes, before):
    asked = [DisplacedVisit(str(i), party, options) for i, (party, options) in enumerate(given_wishes)]
    found = assign(asked, before)

    used = {line: Counter(cells) for line, cells in before.items()}
    for wish in asked:
        chosen = found[wish.reference]
        if chosen is None:
            continue
        assert chosen in wish.places
        cells = used.setdefault(chosen.line, Counter())
        for i, desks in enumerate(chosen.candidate.desks):
            cells[chosen.candidate.first_cell + i] += wish.party_size
            assert cells[chosen.candidate.first_cell + i] <= desks


@given(wishes, taken)
def test_nobody_goes_without_while_one_of_their_places_is_free(given_wishes, before):
    asked = [DisplacedVisit(str(i), party, options) for i, (party, options) in enumerate(given_wishes)]
    found = assign(asked, before)
    given_away = {line: dict(cells) for line, cells in before.items()}
    for wish in asked:
        chosen = found[wish.reference]
        if chosen is None:
            again = assign([DisplacedVisit("again", wish.party_size, wish.places)], given_away)
            assert again == {"again": None}
            continue
        cells = given_away.setdefault(chosen.line, {})
        for cell in range(
            chosen.candidate.first_cell, chosen.candidate.first_cell + len(chosen.candidate.desks)
        ):
            cells[cell] = cells.get(cell, 0) + wish.party_size


NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_later_time_needs_two_hours_and_an_earlier_one_a_day():
    old = NOW + timedelta(hours=30)
    assert is_fair(old + timedelta(hours=1), old, now=NOW)
    assert is_fair(NOW + timedelta(hours=24), old, now=NOW)
    assert not is_fair(NOW + timedelta(hours=23), old, now=NOW)
    soon = NOW + timedelta(minutes=30)
    assert not is_fair(NOW + timedelta(minutes=90), soon, now=NOW)
    assert is_fair(NOW + timedelta(hours=2), soon, now=NOW)


def test_the_own_station_comes_first_then_the_nearest_in_time():
    def later(station: int, hours: int) -> ProposedTime:
        start = NOW + timedelta(hours=hours)
        return ProposedTime(station, Candidate(Interval(start, start + CELL), 0, (1,)))

    own, other = [later(1, 90), later(1, 50), later(1, 1)], [later(2, 49)]
    found = [p.name for p in best_first([own, other], NOW + timedelta(hours=48), now=NOW)]

    assert found == [(1, NOW + timedelta(hours=h)) for h in (50, 90)] + [(2, NOW + timedelta(hours=49))]
