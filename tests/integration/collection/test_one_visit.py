"""One live visit per case in the whole network, and what is left after one that was not complete."""

import pytest
from sqlalchemy.exc import IntegrityError

from app.db import db
from tests import factories
from tests.factories import build_appointment
from tests.integration.appointments.pages import follow, h1, slots_of


@pytest.mark.parametrize("second", ["booked", "checked_in"])
def test_the_database_itself_refuses_a_second_live_visit_anywhere(network, case, second):
    build_appointment(network.central, network.collect, case_id=case.id)

    with pytest.raises(IntegrityError):
        build_appointment(network.jiangdong, network.collect, case_id=case.id, status=second)
    db.session.rollback()


def test_after_a_visit_that_was_not_complete_the_rest_is_named(network, client, case):
    visit = build_appointment(network.central, network.collect, case_id=case.id, status="incomplete")
    factories.give(visit, "work_permit")

    page = follow(client, case)

    assert h1(page) == "Still to collect: residence permit"
    assert len(slots_of(page.text)) == 3
