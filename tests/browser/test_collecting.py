"""The pages around a collection on a small phone: fit, axe, no JavaScript, three languages."""

from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, widest
from tests.factories import build_case

_passports = count(7000)


@pytest.fixture
def case(live_server):
    network = live_server.network
    return build_case(
        network.visit_type, network.central, email="anna@mail.ru", passport=f"AB12{next(_passports)}"
    )


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_from_the_link_to_the_booked_visit_three_screens_two_presses_and_no_field(plain_page, case, language):
    """Everything that must be pressed is on the first screen of 360 × 640, without scrolling."""
    page = plain_page
    page.set_viewport_size(PHONE)
    page.goto(f"/c/{case.link}")
    page.goto(f"/{language}/collect")
    times = page.locator("button.time")
    expect(times).to_have_count(3)
    for press in (times.nth(2), page.locator("form.confirm button")):
        box = press.bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
        expect(page.locator("main input:visible, main select:visible, main textarea:visible")).to_have_count(
            0
        )
        with page.expect_navigation():
            press.click()
    expect(page.locator(".success")).to_be_visible()
    assert page.url.endswith(f"/{language}/visit")


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_the_pages_around_a_collection_fit_a_phone_and_pass_axe(page, case, axe, language):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"/c/{case.link}")
    for path in ("status", "status?other=1", "collect/messages", "collect/proxy"):
        page.goto(f"/{language}/{path}")
        assert widest(page) <= 320
        axe(page)
    page.locator("#name").fill("Wolfeschlegelsteinhausenbergerdorff Nguyễn")
    page.locator("input[value=employer]").check()
    page.locator("main form").filter(has=page.locator("#name")).locator("button").click()
    for path in ("collect/proxy", "collect/proxy/sheet"):
        page.goto(f"/{language}/{path}")
        assert widest(page) <= 320
        axe(page)
