"""What one network may keep and book without a case, as tables."""

import pytest

from app.appointments.availability.policy import leaves_share
from app.appointments.origins.rules import DayCounts, Network, OriginStanding, may_keep, standing

BOOKED, PROVISIONAL, REFUSED = OriginStanding.BOOKED, OriginStanding.PROVISIONAL, OriginStanding.REFUSED
DAY = DayCounts(desks=128)  # two desks, 32 visits of four cells


def network(unproved=0, passing=0, of_day=0):
    return Network(unproved, passing, of_day, few=5, most=20, of_day_percent=25)


STANDINGS = [
    # networks, cells that visits which nobody proved take of the day, percent of it, what a new visit is
    ([], 0, None, BOOKED),  # no network is known: staff, an offer
    ([network()], 0, None, BOOKED),
    ([network(unproved=4)], 0, None, BOOKED),
    ([network(unproved=5)], 0, None, PROVISIONAL),
    ([network(unproved=0, passing=19)], 0, None, BOOKED),  # an office where all are at it just now
    ([network(unproved=24, passing=19)], 0, None, PROVISIONAL),
    ([network(unproved=25, passing=20)], 0, None, REFUSED),
    ([network(), network(unproved=5)], 0, None, PROVISIONAL),  # many /64 of one /56
    ([network(), network(passing=20)], 0, None, REFUSED),
    ([network()], 60, 50, BOOKED),
    ([network()], 61, 50, PROVISIONAL),  # of all networks together
    ([network()], 0, 0, PROVISIONAL),  # who wants to, asks for it always
    ([], 127, 100, PROVISIONAL),
]


@pytest.mark.parametrize(("networks", "unproved", "percent", "expected"), STANDINGS)
def test_what_a_new_visit_is(networks, unproved, percent, expected):
    assert standing(networks, DayCounts(128, unproved), 4, unproved_percent=percent) is expected


ROOM = [
    # networks, whether one more time of four cells may be kept
    ([network()], True),
    ([network(unproved=500)], True),  # what is booked for good never counts against who comes next
    ([network(passing=19)], True),
    ([network(passing=20)], False),
    ([network(passing=1, of_day=28)], True),  # a quarter of the day are 32
    ([network(passing=1, of_day=29)], False),
    ([network(), network(passing=20)], False),
]


@pytest.mark.parametrize(("networks", "expected"), ROOM)
def test_whether_one_more_time_may_be_kept(networks, expected):
    assert may_keep(networks, DAY, 4) is expected


def test_the_first_time_of_a_network_fits_into_the_smallest_day():
    assert may_keep([network()], DayCounts(desks=4), 4)


SHARES = [
    # taken without a case, wanted, desks of the day, percent kept for cases, room
    (0, 4, 128, 50, True),
    (60, 4, 128, 50, True),
    (61, 4, 128, 50, False),
    (0, 4, 128, 100, False),
    (124, 4, 128, 0, True),
]


@pytest.mark.parametrize(("taken", "wanted", "desks", "share", "expected"), SHARES)
def test_a_share_is_left_to_those_with_a_case(taken, wanted, desks, share, expected):
    assert leaves_share(taken, wanted, desks, case_share=share) is expected
