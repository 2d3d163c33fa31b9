"""The booking pages without a browser: ways in, the press that books, and what may go wrong."""

import re

import pytest

from app.appointments.models import Appointment
from app.db import db
from tests.factories import build_case
from tests.integration.appointments.ledger import assert_ledger


@pytest.fixture(autouse=True)
def capacity_is_exact(app):
    yield
    assert_ledger()


@pytest.fixture
def case(network):
    return build_case(
        network.visit_type, papers_at=network.central, email="anna@mail.ru", passport="AB1234821"
    )


def follow(client, case):
    """Open the collection link, as from the message."""
    return client.get(f"/c/{case.link}", follow_redirects=True)


def fields_of(html, button=""):
    """Return the hidden fields of the first form that has this text, and its action."""
    for form in re.findall(r"<form.*?</form>", html, re.S):
        if button in form and 'name="key"' in form:
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
            return re.search(r'action="([^"]+)"', form)[1], hidden
    raise AssertionError(f"no form with {button!r} in {html}")


def slots_of(html):
    return re.findall(r'name="slot" value="([^"]+)"', html)


def press_time(client, html, slot=None):
    action, fields = fields_of(html, 'name="slot"')
    return client.post(action, data={**fields, "slot": slot or slots_of(html)[0]}, follow_redirects=True)


def press_confirm(client, html):
    action, fields = fields_of(html, 'name="hold"')
    return client.post(action, data=fields, follow_redirects=True)


def booked(client, case):
    page = press_confirm(client, press_time(client, follow(client, case).text).text)
    assert "Your visit is booked" in page.text
    return page


def test_the_link_leads_in_two_presses_to_a_booked_visit(client, case):
    start = follow(client, case)
    assert start.request.path == "/en/collect"
    assert "Your work permit and residence permit are ready" in start.text
    check = press_time(client, start.text)
    assert "Check and confirm" in check.text
    visit = press_confirm(client, check.text)
    assert visit.request.path == "/en/visit"
    assert "Your visit is booked" in visit.text
    assert db.session.query(Appointment).one().case_id == case.id
