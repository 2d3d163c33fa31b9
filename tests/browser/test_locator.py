"""The pages that lead to a point, in three languages and three widths, with and without scripts.

Every page is watched: a request to another host, a script error or a broken policy fails the test.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import widest

WIDTHS = (320, 360, 1280)
PAGES = {
    "home": "",
    "results": "find?near=20.03,110.33&service=document-check",
    "place": "places/central-window",
    "taxi": "places/jiangdong/taxi",
    "map": "map",
}
HTML_LANG = {"en": "en", "zh": "zh-Hans", "ru": "ru"}


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_the_way_to_a_point_fits_every_width(open_page, axe, lang, javascript):
    page = open_page(javascript=javascript)
    for name, path in PAGES.items():
        page.set_viewport_size({"width": WIDTHS[0], "height": 640})
        assert page.goto(f"/{lang}/{path}").status == 200, name
        expect(page.locator("h1"), name).to_have_count(1)
        assert page.locator("html").get_attribute("lang") == HTML_LANG[lang], name
        if javascript:
            axe(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            assert widest(page) <= width, f"{name} at {width}"


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_what_is_typed_leads_to_the_nearest_point_without_scripts(plain_page, lang):
    plain_page.goto(f"/{lang}/")
    plain_page.locator("#near").fill("20.03 110.33")
    plain_page.locator("#near").press("Enter")
    plain_page.locator(".point a[href*='/places/']").first.click()
    expect(plain_page).to_have_url(re.compile(f"/{lang}/places/"))
    expect(plain_page.locator("h1")).to_be_visible()
