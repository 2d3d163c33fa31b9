"""Staff change a point in a real browser: by keyboard and by pointer, with and without scripts."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from app.db import db
from app.stations.models import Station
from tests import factories
from tests.browser.conftest import LiveServer, widest
from tests.factories import PASSWORD


@pytest.fixture
def harbour(live_server: LiveServer) -> Iterator[Station]:
    station = factories.build_station(services=(live_server.network.document_check,), lat=20.02, lon=110.35)
    yield station
    db.session.refresh(station)
    station.retired_at = factories.TUESDAY  # the history keeps it from being deleted
    factories.save(station)


@pytest.fixture
def manager(harbour: Station) -> str:
    user = factories.build_user(role=Role.MANAGER, stations=(harbour,))
    return user.username


def sign_in(page: Page, username: str) -> None:
    page.goto("/staff")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def photo() -> bytes:
    file = BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def test_a_point_is_changed_seen_and_published(any_page: Page, harbour: Station, manager: str, axe):
    page = any_page
    sign_in(page, manager)
    page.goto(f"/staff/points/{harbour.slug}")
    page.locator("#address_zh").fill("海口市滨海大道9号")
    page.locator("#photo_file").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.locator("#photo_alt_en").fill("The glass door")
    page.get_by_role("button", name="Save the draft and see it").click()
    framed = page.frame_locator(".page-preview")
    expect(framed.get_by_text("海口市滨海大道9号")).to_be_visible()
    expect(framed.get_by_alt_text("The glass door")).to_have_count(1)

    page.get_by_role("button", name="Publish these changes").click()

    expect(page.get_by_text("The changes are published.")).to_be_visible()
    page.goto(f"/en/places/{harbour.slug}")
    picture = page.get_by_alt_text("The glass door")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 640)
    assert widest(page) <= 360


def test_the_pin_moves_by_pointer_and_by_keyboard(page: Page, harbour: Station, manager: str):
    sign_in(page, manager)
    page.goto(f"/staff/points/{harbour.slug}")
    page.wait_for_selector("[data-pin-map][data-ready]")
    field = page.locator("#position")
    pin = page.locator("#pin-map .map-pin")

    pin.press("ArrowUp")
    expect(field).to_have_value("20.020050, 110.350000")
    pin.press("Shift+ArrowRight")
    expect(field).to_have_value("20.020050, 110.350500")
    page.locator("#datum").select_option("bd09")
    page.locator("#pin-map").click(position={"x": 200, "y": 60})
    expect(field).to_have_value(re.compile(r"^20\.0\d+, 110\.3\d+$"))
    expect(page.locator("#datum")).to_have_value("wgs84")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["", "/{slug}", "/{slug}/preview", "/{slug}/history", "/sheet"])
def test_the_pages_are_accessible_and_fit(open_page, harbour, manager, axe, path: str, width: int):
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, manager)
    if "preview" in path:
        page.goto(f"/staff/points/{harbour.slug}")
        page.locator("#name_en").fill("Draft name")
        page.get_by_role("button", name="Save the draft and see it").click()
    page.goto("/staff/points" + path.format(slug=harbour.slug))
    axe(page)
    assert widest(page) <= width
