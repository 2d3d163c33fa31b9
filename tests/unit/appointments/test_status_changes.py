import pytest

from app.appointments import states
from app.appointments.states import LIVE, Status

ALLOWED = {
    (Status.BOOKED, Status.CHECKED_IN),
    (Status.BOOKED, Status.NO_SHOW),
    (Status.BOOKED, Status.CANCELLED),
    (Status.CHECKED_IN, Status.COMPLETED),
    (Status.CHECKED_IN, Status.INCOMPLETE),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("target", Status)
def test_only_these_changes_are_allowed(status, target):
    assert states.can_become(status, target) is ((status, target) in ALLOWED)


@pytest.mark.parametrize("status", [s for s in Status if states.before(s)])
def test_undo_leads_back_to_where_the_change_came_from(status):
    before = states.before(status)

    assert states.can_become(before, status)


def test_undo_does_not_bring_a_cancelled_visit_back():
    assert states.before(Status.CANCELLED) is None
    assert states.before(Status.BOOKED) is None


def test_live_visits_are_those_that_can_still_change_by_themselves():
    assert {s for s in Status if any(states.can_become(s, t) for t in Status)} == set(LIVE)
