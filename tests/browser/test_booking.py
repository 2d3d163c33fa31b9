"""Booking on a small phone, with and without JavaScript: presses and fields are counted."""

from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, widest
from tests.factories import build_case

_passports = count(1000)
SIZES = ({"width": 320, "height": 640}, PHONE, {"width": 1280, "height": 800})


class Person:
    """Counts what a person does on a page: deliberate presses, and values supplied."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.fields = page, 0, 0

    def press(self, role: str, name: object, nth: int = 0) -> None:
        self.page.get_by_role(role, name=name).nth(nth).click()
        self.presses += 1

    def press_time(self, nth: int = 0) -> None:
        self.page.locator("button.time").nth(nth).click()
        self.presses += 1

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)
        self.fields += 1

    @property
    def effort(self) -> tuple[int, int]:
        return self.presses, self.fields


@pytest.fixture
def case(live_server):
    network = live_server.network
    return build_case(
        network.visit_type, network.central, email="anna@mail.ru", passport=f"AB12{next(_passports)}"
    )


@pytest.fixture
def person(any_page) -> Person:
    return Person(any_page)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def book_by_link(person: Person, case) -> None:
    person.page.goto(f"/c/{case.link}")
    person.press_time(2)  # the soonest may start this very minute
    person.press("button", "Confirm this visit")
    heading(person.page, "Your visit is booked")


def test_from_the_link_to_the_booked_visit_are_two_presses_and_no_field(person, case):
    book_by_link(person, case)
    assert person.effort == (2, 0)


def test_with_a_typed_code_it_is_three_presses_and_two_fields(person, case):
    person.page.goto("/en/collect/code")
    person.fill("Collection code", case.code)
    person.fill("Last 4 characters of your passport number", case.passport_last4)
    person.press("button", "Continue")
    person.press_time(2)
    person.press("button", "Confirm this visit")
    heading(person.page, "Your visit is booked")
    assert person.effort == (3, 2)


def test_an_open_service_is_at_most_four_presses_and_two_fields(person):
    person.page.goto("/en/book?place=jiangdong&service=document-check")
    person.press_time(8)
    person.fill("Full name, as in the passport", "Maria José")
    person.fill("E-mail address", "maria@example.org")
    person.press("button", "Continue")
    person.press("button", "Confirm this visit")
    heading(person.page, "Your visit is booked")
    assert person.presses <= 4
    assert person.fields == 2


def test_another_day_is_at_most_four_presses(person, case):
    person.page.goto(f"/c/{case.link}")
    person.press("link", "See all times")
    person.page.locator(".strip a").nth(4).click()
    person.page.locator("#day button.time").first.click()
    person.presses += 2
    person.press("button", "Confirm this visit")
    heading(person.page, "Your visit is booked")
    assert person.presses <= 4


def test_moving_is_two_presses_and_no_field(person, case):
    book_by_link(person, case)
    person.presses = 0
    person.press_time(2)
    heading(person.page, "Move your visit")
    person.press("button", "Move my visit")
    heading(person.page, "Your visit is moved")
    assert person.effort == (2, 0)


def test_moving_through_all_times_is_three_presses(person, case):
    book_by_link(person, case)
    person.presses = 0
    person.press("link", "See all times")
    person.press_time(9)
    person.press("button", "Move my visit")
    heading(person.page, "Your visit is moved")
    assert person.effort == (3, 0)


def test_cancelling_is_two_presses_and_undo_is_one(person, case):
    book_by_link(person, case)
    person.presses = 0
    person.press("link", "Cancel this visit")
    person.press("button", "Cancel this visit")
    heading(person.page, "Your visit is cancelled")
    assert person.effort == (2, 0)
    person.press("button", "Undo: keep my visit")
    heading(person.page, "Your visit is booked again")


def test_the_keyboard_alone_books_in_fourteen_keys(page, case):
    page.goto(f"/c/{case.link}")
    keys = 0
    for button in ("button.time", "form.confirm button"):
        while not page.evaluate("s => document.activeElement.matches(s)", button):
            page.keyboard.press("Tab")
            keys += 1
            assert keys <= 14
        with page.expect_navigation():
            page.keyboard.press("Enter")
        keys += 1
    assert keys <= 14


def test_back_after_booking_says_that_it_is_booked(person, case):
    book_by_link(person, case)
    person.page.go_back()
    person.page.reload()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("Your visit")
    expect(person.page.locator("form.confirm")).to_have_count(0)


def test_two_tabs_the_newer_time_wins_and_the_older_page_says_so(person, case):
    older = person.page
    older.goto(f"/c/{case.link}")
    newer = older.context.new_page()
    newer.goto("/en/collect")
    older.locator("button.time").nth(1).click()
    newer.locator("button.time").nth(1).click()
    older.get_by_role("button", name="Confirm this visit").click()
    expect(older.locator("#notice")).to_contain_text("You chose another time after you opened that page.")


# --- what is seen without scrolling ------------------------------------------------------------


def bottoms(page: Page, *selectors: str) -> dict[str, float]:
    return {s: (box := page.locator(s).last.bounding_box())["y"] + box["height"] for s in selectors}


def assert_above_the_fold(page: Page, *selectors: str) -> None:
    below = {s: y for s, y in bottoms(page, *selectors).items() if y > PHONE["height"]}
    assert below == {}


def test_the_first_view_of_each_page_holds_what_matters(plain_page, case):
    page = plain_page
    page.goto(f"/c/{case.link}")
    assert_above_the_fold(page, "h1", ".where", "button.time", "text=See all times")
    page.get_by_role("link", name="See all times").click()
    assert_above_the_fold(page, "h1", "button.time.soonest", ".strip li:nth-child(4)")
    page.goto("/en/collect")
    page.locator("button.time").nth(2).click()
    assert_above_the_fold(page, ".card", "form.confirm button", ".hold-line", "text=I need more time")
    page.goto("/en/collect/details")
    assert_above_the_fold(page, "#email", "#phone")
    page.goto("/en/collect/check")
    page.get_by_role("button", name="Confirm this visit").click()
    assert_above_the_fold(page, ".success", ".big", ".visit-where", ".card .code")
    page.goto("/en/collect/code")
    assert_above_the_fold(page, "#code", "#last4", "main form button")


# --- every page, at every width, by the rules of accessibility --------------------------------


def go(page: Page, target: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        target.click()


def looks_right(page: Page, axe, *, but: tuple[str, ...] = ()) -> None:
    for size in SIZES:
        page.set_viewport_size(size)
        assert widest(page) <= size["width"], f"{page.url} scrolls sideways at {size['width']}"
    page.set_viewport_size(PHONE)
    for target in page.locator("main a:visible, main button:visible, main input:visible").all():
        box = target.bounding_box()
        if target.evaluate("e => getComputedStyle(e).display") != "inline":
            assert box["height"] >= 24, target.evaluate("e => e.outerHTML")
    axe(page, but=but)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_every_page_of_a_collection_is_accessible_and_fits(open_page, axe, live_server, language):
    network = live_server.network
    case = build_case(
        network.visit_type, network.central, language=language, passport=f"AB12{next(_passports)}"
    )
    page = open_page()
    page.goto(f"/c/{case.link}")
    looks_right(page, axe)
    page.goto(f"/{language}/collect/time")
    looks_right(page, axe)
    page.goto(f"/{language}/collect/time?view=month")
    looks_right(page, axe)
    page.goto(f"/{language}/collect/time?taken=2026-11-24T09:07%2B08:00")
    looks_right(page, axe)
    page.goto(f"/{language}/collect")
    go(page, page.locator("button.time").nth(2))
    looks_right(page, axe)
    page.goto(f"/{language}/collect/details")
    page.locator("#email").fill("a@")
    go(page, page.locator("main form button").last)
    looks_right(page, axe)
    page.goto(f"/{language}/collect/check")
    go(page, page.locator("form.confirm button"))
    looks_right(page, axe)
    go(page, page.locator("button.time").nth(2))
    looks_right(page, axe)
    page.goto(f"/{language}/visit/cancel")
    looks_right(page, axe)
    go(page, page.locator("button.warning"))
    looks_right(page, axe)
    page.goto(f"/{language}/collect/code")
    go(page, page.locator("main form button").last)
    looks_right(page, axe)


def test_the_pages_of_an_open_service_are_accessible_and_fit(page, axe):
    page.goto("/en/book?place=central-window&service=document-check")
    looks_right(page, axe)
    page.goto("/en/book/time?place=any&service=document-check")
    looks_right(page, axe)
    go(page, page.locator("button.time:visible").nth(2))
    go(page, page.get_by_role("button", name="Continue"))
    looks_right(page, axe)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_pages_are_accessible_in_the_dark(open_page, axe, case, scheme):
    page = open_page(color_scheme=scheme)
    page.goto(f"/c/{case.link}")
    axe(page)
    go(page, page.locator("button.time").nth(2))
    axe(page)
    go(page, page.get_by_role("button", name="Confirm this visit"))
    axe(page)


def test_the_calendar_file_is_a_plain_link(page, case):
    page.goto(f"/c/{case.link}")
    go(page, page.locator("button.time").nth(2))
    go(page, page.get_by_role("button", name="Confirm this visit"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to my calendar").click()
    assert download.value.suggested_filename.endswith(".ics")


def test_a_collection_page_weighs_little(page, case):
    sizes = []
    page.on("response", lambda answer: sizes.append(len(answer.body())) if answer.status == 200 else None)
    page.goto(f"/c/{case.link}")
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 4
    assert sum(sizes) < 60_000  # before compression
