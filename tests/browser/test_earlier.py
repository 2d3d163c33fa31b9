"""An earlier time, on a small phone without JavaScript: one press to wait for it, one press to take it."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from app.appointments.models import Appointment
from app.appointments.states import Status
from app.appointments.waitlist import matching
from app.appointments.waitlist.models import TimeOffer
from app.appointments.waitlist.operations import find_for_visit
from app.db import db, transact
from tests.browser.conftest import PHONE, widest
from tests.factories import at, build_case

_passports = count(7000)
DAY = "2026-12-16"


@pytest.fixture
def case(live_server):
    network = live_server.network
    return build_case(
        network.visit_type, network.central, email="anna@mail.ru", passport=f"AB12{next(_passports)}"
    )


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    assert widest(page) <= PHONE["width"]


def book_on(page: Page, case, start: str) -> None:
    page.goto(f"/c/{case.link}")
    page.goto(f"/en/collect/time?from={DAY}")
    page.locator(f'button[value$="{start}"]').click()
    page.get_by_role("button", name="Confirm this visit").click()


def offer_made(case) -> TimeOffer:
    """Match as the worker does in the morning, at the server's hour, and return the person's offer."""
    db.session.rollback()
    visit = db.session.query(Appointment).filter_by(case_id=case.id, status=Status.BOOKED).one()
    entry = find_for_visit(visit.id)
    transact(matching.offer_free_times, visit.station_id, now=at("2026-11-24", "09:00"))
    return db.session.query(TimeOffer).filter_by(waiting_id=entry.id).one()


def test_one_press_to_wait_and_one_to_take(plain_page, case):
    book_on(plain_page, case, f"{DAY}T10:00+08:00")
    heading(plain_page, "Your visit is booked")
    plain_page.get_by_role("button", name="Tell me if an earlier time is free").click()
    expect(plain_page.get_by_text("We tell you if an earlier time is free.")).to_be_visible()
    plain_page.goto(f"/o/{offer_made(case).token}")
    heading(plain_page, "An earlier time is free")
    expect(plain_page.get_by_text("If you do nothing, you keep your old time.")).to_be_visible()
    plain_page.get_by_role("button", name="Take the new time").click()
    heading(plain_page, "Your visit is moved")


def test_keeping_the_old_time_is_one_press_too(plain_page, case):
    book_on(plain_page, case, f"{DAY}T10:20+08:00")
    plain_page.get_by_role("button", name="Tell me if an earlier time is free").click()
    plain_page.goto(f"/o/{offer_made(case).token}")
    plain_page.get_by_role("button", name="Keep my old time").click()
    heading(plain_page, "You keep your old time")
    plain_page.get_by_role("link", name="Show my visit").click()
    heading(plain_page, "Your visit")


def test_days_and_places_are_chosen_without_a_pointer(page, case, axe):
    book_on(page, case, f"{DAY}T10:40+08:00")
    page.get_by_role("button", name="Tell me if an earlier time is free").press("Enter")
    page.get_by_role("link", name="Days and places").press("Enter")
    heading(page, "Tell me if an earlier time is free")
    axe(page)
    page.get_by_label("Afternoon").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("We tell you if an earlier time is free.")).to_be_visible()
    page.goto(f"/o/{offer_made(case).token}")
    axe(page)
