"""What the tests of collecting share: a case that was told, steps of reminding, staff who are signed in."""

import pytest

from app.cases import notices
from app.cases.models import Case
from app.collection.models import ChaseStep
from app.db import db, transact
from tests import factories
from tests.factories import PASSWORD, TUESDAY


def tell(case: Case, now=TUESDAY) -> None:
    transact(lambda: notices.announce_ready(db.session.get_one(Case, case.id), now=now))


@pytest.fixture
def steps(app) -> None:
    """The steps that ship."""
    factories.save(
        ChaseStep(position=1, kind="message", after_days=3, channels="email sms"),
        ChaseStep(position=2, kind="message", after_days=8, channels="email"),
        ChaseStep(position=3, kind="call", after_days=18, again_days=5, channels=""),
    )


@pytest.fixture
def case(network) -> Case:
    """A case that was told on Tuesday, 24 November 2026, at nine."""
    case = factories.build_case(network.visit_type, network.central, passport="AB1234821")
    tell(case)
    return case


@pytest.fixture
def clerk(app, network, client):
    """The browser of a clerk at the central window."""
    factories.build_user("mei", stations=(network.central,))
    browser = app.test_client()
    browser.post("/staff", data={"username": "mei", "password": PASSWORD})
    return browser
