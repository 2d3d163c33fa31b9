"""The search for service points on small and large screens, in three languages, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import widest

NARROWEST = 320
STATES = {
    "list": "",
    "near": "?near=19.99,110.50&service=document-check",
    "filtered": "?near=19.99,110.50&open=now&lang_help=en",
    "none": "?near=19.99,110.50&lang_help=ru&step_free=1&open=at&open_at=2026-11-28T10:00",
    "unknown place": "?near=Xyzzy",
    "wrong time": "?open=at&open_at=soon",
    "past the end": "?page=9",
}


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
@pytest.mark.parametrize("width", [NARROWEST, 360, 1280])
def test_every_state_of_the_results_fits_and_is_accessible(open_page, axe, lang, width):
    page = open_page(viewport={"width": width, "height": 640})
    for name, query in STATES.items():
        page.goto(f"/{lang}/find{query}")
        expect(page.locator("h1"), name).to_have_count(1)
        assert widest(page) <= width, name
        if width == NARROWEST:  # the same page is wider elsewhere; its parts are the same
            axe(page)


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_filters_are_set_and_taken_away(any_page, lang):
    page = any_page
    page.goto(f"/{lang}/find?near=19.99,110.50")
    page.locator("details.filters > summary").click()
    page.locator("#lang_help").select_option("ru")
    page.locator("#step_free").check()
    page.locator("form:has(#service) button").click()
    expect(page).to_have_url(re.compile("lang_help=ru"))
    expect(page.locator(".point")).to_have_count(0)
    expect(page.locator("#step_free")).to_be_checked()  # and the filters stay open to be changed
    page.locator("#results a.tap").click()
    expect(page).to_have_url(re.compile(rf"/{lang}/find\?near=19.99(?!.*lang_help=ru)"))
    expect(page.locator(".point").nth(1)).to_be_visible()
    expect(page.locator("#lang_help")).to_be_hidden()


def test_a_keyboard_reaches_the_filters_and_the_first_result(page):
    page.goto("/en/find?near=19.99,110.50")
    page.locator("#service").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    expect(page.locator("#open_at")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "Jiangdong" in page.evaluate("document.activeElement.textContent")
