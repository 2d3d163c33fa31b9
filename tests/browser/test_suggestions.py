"""Suggestions while a place is typed: a combobox as WAI-ARIA describes it, by keyboard and by finger."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.localtext import LocalText
from tests.browser.conftest import LiveServer, OpenPage, widest
from tests.factories import build_place

PARKS = (("evergreen", "Evergreen Park", "万绿园"), ("everbright", "Everbright Plaza", "光大广场"))


@pytest.fixture(autouse=True)
def _parks(live_server: LiveServer) -> Iterator[None]:
    made = [build_place(slug, name=LocalText(en=en, zh=zh), lat=20.03) for slug, en, zh in PARKS]
    yield
    for place in made:
        db.session.delete(place)
    db.session.commit()


def type_in(page: Page, text: str) -> None:
    page.goto("/en/find")
    page.locator("#near").press_sequentially(text)
    expect(page.locator("#near-list > [role=option]")).to_have_count(2)


def test_a_keyboard_opens_goes_through_closes_and_chooses(page: Page) -> None:
    type_in(page, "ever")
    box, options = (
        page.get_by_role("combobox", name="Where are you?"),
        page.locator("#near-list > [role=option]"),
    )
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-controls", page.get_by_role("listbox").get_attribute("id") or "")
    expect(page.locator("[role=status]", has_text="Suggestions: 2")).to_have_count(1)
    for key, chosen in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 0), ("ArrowUp", 1)):
        box.press(key)
        expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", options.nth(chosen).get_attribute("id") or "")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("ever")  # nothing typed is lost
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    name = options.first.get_attribute("data-name")
    box.press("Enter")
    expect(page).to_have_url(re.compile("place=ever"))
    expect(page.locator("h1")).to_have_text(f"Service points near “{name}”")


def test_enter_without_a_choice_asks_for_what_was_typed(page: Page) -> None:
    type_in(page, "ever")
    page.locator("#near").press("Enter")
    expect(page).to_have_url(re.compile(r"near=ever(?!.*place=ever)"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_list_breaks_no_rule_and_fits(open_page: OpenPage, axe, scheme: str) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    type_in(page, "ever")
    page.locator("#near").press("ArrowDown")
    axe(page)
    assert widest(page) <= 320
    page.locator("#near-list > [role=option]").nth(1).click()
    expect(page).to_have_url(re.compile("place=ever"))


def test_without_scripts_the_box_is_a_box(plain_page: Page) -> None:
    plain_page.goto("/en/find")
    expect(plain_page.get_by_role("combobox", name="Where are you?")).to_have_count(0)
    plain_page.locator("#near").fill("Evergreen Park")
    plain_page.locator("#near").press("Enter")
    expect(plain_page.locator("h1")).to_have_text("Service points near “Evergreen Park”")
