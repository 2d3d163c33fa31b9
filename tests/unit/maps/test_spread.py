"""Numbers that would cover each other step aside."""

import itertools
import math

from app.maps.spread import spread


def test_positions_that_are_far_apart_stay_where_they_are():
    assert spread([(0, 0), (50, 0), (0, 50)], gap=30) == [(0, 0), (50, 0), (0, 50)]


def test_two_neighbours_part_along_their_line_and_keep_their_middle():
    (ax, ay), (bx, by) = spread([(0, 0), (10, 0)], gap=30)
    assert (round(ax, 6), round(bx, 6)) == (-10, 20)
    assert ay == by == 0


def test_nine_places_on_one_spot_end_up_apart():
    moved = spread([(100.0, 100.0)] * 9, gap=30)
    assert min(math.dist(a, b) for a, b in itertools.combinations(moved, 2)) > 28


def test_the_same_places_always_move_the_same_way():
    places = [(0.0, 0.0), (0.0, 0.0), (3.0, 4.0)]
    assert spread(places, gap=30) == spread(places, gap=30)
