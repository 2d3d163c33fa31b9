"""Every public page opens on a phone, breaks no rule of accessibility, and does not scroll sideways."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, widest

PUBLIC = (
    "/en/",
    "/zh/",
    "/ru/",
    "/en/find",
    "/en/places/central-window",
    "/en/places/jiangdong",
    "/en/collect",
    "/en/contact",
    "/en/privacy",
    "/en/accessibility",
)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_accessible_on_a_phone(page, axe, path):
    answer = page.goto(path)
    assert answer.status == 200
    axe(page)
    assert widest(page) <= PHONE["width"]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_fits_the_narrowest_phone_without_javascript(open_page, path):
    page = open_page(javascript=False, viewport={"width": 320, "height": 568})
    answer = page.goto(path)
    assert answer.status == 200
    expect(page.locator("h1")).to_have_count(1)
