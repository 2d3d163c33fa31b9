"""An employer books for several people on a small phone without JavaScript: presses are counted."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, widest
from tests.factories import build_case

_passports = count(4000)


@pytest.fixture
def cases(live_server):
    network = live_server.network
    return [
        build_case(network.visit_type, network.central, passport=f"CD34{next(_passports)}", email="a@mail.ru")
        for _n in range(8)
    ]


def listed(cases) -> str:
    return "\n".join(f"{case.code}\t{case.passport_last4}" for case in cases)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    assert widest(page) <= PHONE["width"]


def fill_in_company(page: Page) -> None:
    page.goto("/en/")
    page.get_by_role("link", name="Book for several people").click()
    heading(page, "Book for several people")
    page.get_by_label("Company name").fill("Acme Hainan")
    page.get_by_label("E-mail address").fill("hr@acme.example")
    page.get_by_label("These people know that I book for them.").check()
    page.get_by_role("button", name="Continue").click()


def test_eight_people_in_seven_presses_and_three_fields(plain_page, cases):
    page = plain_page
    fill_in_company(page)  # three presses, two fields
    heading(page, "Your list")
    page.get_by_label("Paste a list, one person per line").fill(listed(cases) + "\nHK7R4M0P\t1234")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("8 people are ready.")).to_be_visible()
    heading(page, "Your list")
    page.get_by_role("button", name="Continue with the 8 people").click()
    heading(page, "Choose times for your group")
    page.locator('button[name="block"]').nth(1).click()
    heading(page, "Check and confirm")
    page.get_by_role("button", name="Book for all").click()
    heading(page, "The visits are booked")
    page.get_by_role("link", name="Change").last.click()
    heading(page, "Change one visit")
    page.locator('button[name="slot"]').last.click()
    heading(page, "The visit is moved")
    page.get_by_role("link", name="Sheets to print").click()
    heading(page, "Sheets to print, one per person")
    expect(page.locator("article.sheet")).to_have_count(8)


def test_every_page_keeps_the_rules(page, cases, axe):
    fill_in_company(page)
    axe(page)
    page.get_by_label("Paste a list, one person per line").fill(listed(cases[:3]) + "\nHK7R4M0P\t1234")
    page.get_by_role("button", name="Check the list").click()
    heading(page, "Your list")
    axe(page)
    page.get_by_role("button", name="Continue with the 3 people").click()
    heading(page, "Choose times for your group")
    axe(page)
    page.locator('button[name="block"]').last.click()
    heading(page, "Check and confirm")
    axe(page)
    page.get_by_role("button", name="Book for all").click()
    heading(page, "The visits are booked")
    axe(page)
    page.get_by_role("link", name="Change").first.click()
    heading(page, "Change one visit")
    axe(page)
