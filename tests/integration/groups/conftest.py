"""What the tests of groups share: cases that are ready, a browser, and the ledger after each test."""

import re

import pytest

from app.appointments.availability.free_times import forget_candidates
from tests.factories import build_case
from tests.integration.appointments.conftest import Desk
from tests.integration.appointments.ledger import assert_ledger
from tests.integration.appointments.pages import form_with


@pytest.fixture(autouse=True)
def desks_are_counted_right(app):
    yield
    assert_ledger()
    forget_candidates()


@pytest.fixture
def cases(network):
    return [
        build_case(network.visit_type, network.central, passport=f"AB123400{n}", email=f"person{n}@mail.ru")
        for n in range(5)
    ]


@pytest.fixture
def office(client, network):
    """An employer's browser that pressed Continue on the first page."""
    return Office(client)


class Office:
    def __init__(self, client):
        self.client = client

    def start(self, **typed):
        page = self.client.get("/en/business").text
        given = {"company": "Acme", "email": "hr@acme.example", "phone": "", "consent": "y",
                 "service": "collect-permits", "people": "", **typed}  # fmt: skip
        return self.press(page, 'name="company"', **given)

    def press(self, html, mark, **typed):
        action, fields = form_with(html, mark)
        return self.client.post(action, data={**fields, **typed}, follow_redirects=True)

    def check(self, paste, **more):
        page = self.client.get("/en/business/people").text
        return self.press(page, 'name="paste"', paste=paste, **more)

    def go_on(self, cases):
        """Continue with these people, as the button of the checked list does."""
        action, fields = form_with(self.check(listed(cases)).text, 'name="go"')
        rows = {"code": [c.code for c in cases], "last4": [c.passport_last4 for c in cases]}
        return self.client.post(action, data={**fields, **rows, "go": "1"}, follow_redirects=True)

    def choose(self, page, number=0):
        block = re.findall(r'name="block" value="([^"]+)"', page.text)[number]
        return self.press(page.text, 'name="block"', block=block)

    def book(self, cases):
        self.start()
        page = self.choose(self.go_on(cases))
        return self.press(page.text, "Book for all")


def listed(cases):
    return "\n".join(f"{case.code}\t{case.passport_last4}" for case in cases)


@pytest.fixture
def desk(network, now):
    return Desk(network, now)
