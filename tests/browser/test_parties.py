"""Three people come together and take turns at one desk: with and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from app.appointments.models import Appointment
from app.db import db
from app.stations.models import Service
from app.stations.party import PartyServed
from tests.browser.conftest import widest
from tests.browser.test_booking import SIZES

TURNS = "3 people, one after another: about 60 minutes"


@pytest.fixture
def turns(live_server):
    """Let people take turns while this test runs: the server is shared."""

    def serve(how: PartyServed) -> None:
        db.session.query(Service).filter_by(code="document-check").update({"party_served": how})
        db.session.commit()

    serve(PartyServed.IN_A_ROW)
    yield
    serve(PartyServed.SIDE_BY_SIDE)


def test_the_question_is_accessible(page: Page, turns, axe) -> None:
    page.goto("/en/book/time?place=jiangdong&service=document-check&people=3")
    axe(page)


def test_three_people_book_an_hour_at_one_desk(any_page: Page, turns) -> None:
    page = any_page
    page.goto("/en/book?place=jiangdong&service=document-check")
    page.get_by_label("How many people come?").select_option("3")
    page.get_by_role("button", name="Show times").click()
    expect(page.get_by_text(TURNS)).to_be_visible()
    expect(page.get_by_label("How many people come?")).to_have_value("3")
    for size in SIZES:
        page.set_viewport_size(size)
        assert widest(page) <= size["width"]

    page.locator("button.time").nth(3).click()
    page.get_by_label("Full name, as in the passport").fill("Maria Example")
    page.get_by_label("E-mail address").fill("maria@example.org")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".card.visit")).to_contain_text(TURNS)
    page.get_by_role("button", name="Confirm this visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is booked")
    expect(page.locator(".card.visit")).to_contain_text(TURNS)

    db.session.rollback()
    visit = db.session.query(Appointment).order_by(Appointment.id.desc()).first()
    assert (visit.party_size, visit.desks, visit.interval.length.seconds) == (3, 1, 3600)
