"""A day at the counter and a change of the hours, in a real browser; every staff page by the rules."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from app.accounts.models import Role
from app.appointments.availability import free_times
from app.appointments.booking.operations import BookingRequest, book
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Appointment
from app.db import db, transact
from app.notifications.models import MessageStatus, OutboxMessage
from tests import factories
from tests.browser.conftest import widest
from tests.conftest import TUESDAY
from tests.factories import PASSWORD

DESK = {"width": 1280, "height": 720}
SIZES = ({"width": 320, "height": 568}, {"width": 360, "height": 640}, DESK)
THURSDAY = date(2026, 11, 26)
HOURS = "/staff/stations/jiangdong/hours"
_numbers = count()


@pytest.fixture
def staff(live_server):
    """Return the names of a clerk of the central window and a manager of Jiangdong."""
    number = next(_numbers)
    clerk, manager = f"clerk{number}", f"manager{number}"
    factories.build_user(clerk, stations=(live_server.network.central,))
    factories.build_user(manager, role=Role.MANAGER, stations=(live_server.network.jiangdong,))
    return clerk, manager


@pytest.fixture
def visit(live_server):
    """A visit of today for both permits."""
    network = live_server.network
    case = factories.build_case(
        network.visit_type,
        network.central,
        full_name="Maria Example",
        passport=f"ZZ55{next(_numbers) + 1000}",
    )
    return factories.build_appointment(
        network.central,
        network.collect,
        case_id=case.id,
        name="",
        email="maria@example.org",
        starts_at=TUESDAY + timedelta(hours=2),
    )


@pytest.fixture
def advice(live_server):
    """A visit at Jiangdong on Thursday, booked as people do."""
    station, service = live_server.network.jiangdong, live_server.network.document_check
    [thursday] = free_times.availability(station, service, first_day=THURSDAY, days=1, now=TUESDAY)
    request = HoldRequest("jiangdong", "document-check", thursday.slots[-1].interval.start)
    kept = transact(hold, request, now=TUESDAY)
    contact = Contact("Maria Example", "maria@example.org")
    return transact(book, BookingRequest(kept.public_id, kept.public_id, contact, "en"), now=TUESDAY)


def go(page: Page, target: Locator) -> None:
    with page.expect_navigation():
        target.click()


def press(page: Page, name: str) -> None:
    go(page, page.get_by_role("button", name=name, exact=True))


def sign_in(page: Page, username: str) -> None:
    page.goto("/staff")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def row_of(page: Page, visit) -> Locator:
    return page.locator("table.board tr", has_text=visit.reference)


# --- what a clerk and a manager do, without JavaScript -------------------------------------------


def test_a_clerk_checks_in_and_hands_over_everything(plain_page, staff, visit):
    page = plain_page
    sign_in(page, staff[0])
    go(page, row_of(page, visit).get_by_role("button", name="Check in"))
    expect(page.locator(".undo")).to_contain_text("Arrived")
    go(page, row_of(page, visit).get_by_role("link", name="Hand over"))
    expect(page.get_by_role("heading", level=1)).to_have_text("M. E.")
    press(page, "Show name and contact")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maria Example")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    press(page, "Complete the visit")
    expect(page.locator(".tag").first).to_contain_text("Collected")
    page.goto("/staff/today")
    press(page, f"Undo {visit.reference}")
    expect(row_of(page, visit)).to_contain_text("Arrived")


def test_a_clerk_says_why_something_is_missing(plain_page, staff, visit):
    page = plain_page
    sign_in(page, staff[0])
    page.goto(f"/staff/visits/{visit.reference}")
    press(page, "Check in")
    page.get_by_role("checkbox").first.check()
    press(page, "Complete the visit")
    expect(page.get_by_role("alert")).to_contain_text("Not everything was handed over.")
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.get_by_label("If something is missing: why?").fill("The photo is wrong.")
    press(page, "Save as not complete")
    expect(page.locator(".tag").first).to_contain_text("Not complete")
    expect(page.locator("main")).to_contain_text("The photo is wrong.")


def test_a_visit_is_moved_in_one_press_and_cancelled_in_two(plain_page, staff, advice):
    page = plain_page
    sign_in(page, staff[1])
    page.goto(f"/staff/visits/{advice.reference}")
    time = page.locator("button.time strong").last.inner_text()
    go(page, page.locator("button.time").last)
    expect(page.get_by_role("status")).to_contain_text("The visit is moved.")
    expect(page.locator("h1 + p")).to_contain_text(time)
    go(page, page.get_by_role("link", name="See all times"))
    go(page, page.locator("button.time:visible").last)
    expect(page.get_by_role("status")).to_contain_text("The visit is moved.")
    go(page, page.get_by_role("link", name="Cancel this visit"))
    press(page, "Cancel this visit")
    expect(page.get_by_role("status")).to_contain_text("The visit is cancelled.")
    expect(page.get_by_role("heading", name="Move this visit")).to_have_count(0)


def test_a_manager_sees_whom_a_closure_touches_before_saving_it(plain_page, staff, advice):
    page = plain_page
    sign_in(page, staff[1])
    page.goto(HOURS)
    close(page)
    expect(page.locator("main")).to_contain_text(advice.reference)
    page.get_by_label("Why no messages?").fill("I called.")
    press(page, "Save without messages")
    expect(page.get_by_role("status").first).to_contain_text("The opening plan is saved.")
    page.goto("/staff/today")
    expect(page.get_by_role("heading", name="Needs a call")).to_be_visible()
    go(page, row_of(page, advice).get_by_role("button", name="Person was told"))
    expect(row_of(page, advice)).to_have_count(0)
    page.goto(HOURS)
    go(page, page.get_by_role("button", name="Remove").last)
    press(page, "Save the plan")


def test_half_a_day_is_closed_with_everybody_told_in_six_presses_and_undone(plain_page, staff, advice):
    page, booked = plain_page, advice.starts_at
    sign_in(page, staff[1])
    go(page, page.get_by_role("link", name="Close now"))
    close_thursday_afternoon(page)
    press(page, "See what this changes")
    expect(page.locator("main")).to_contain_text(advice.reference)
    go(page, page.get_by_role("button", name="Save and send at"))
    expect(page.get_by_role("status").first).to_contain_text("The opening plan is saved.")
    assert start_of(advice) != booked
    press(page, "Undo the change")
    expect(page.get_by_role("status").first).to_contain_text("The change is undone")
    assert start_of(advice) == booked


def close_thursday_afternoon(page: Page) -> None:
    """Two presses and four fields; the reason is there already."""
    page.get_by_label("Other times:").check()
    for name, value in (
        ("from_day", "2026-11-26"),
        ("from_time", "13:00"),
        ("until_day", "2026-11-26"),
        ("until_time", "18:00"),
    ):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_label("typhoon").check()


def start_of(visit) -> datetime:
    db.session.rollback()  # ends the read, and with it what it saw
    db.session.expire_all()
    return db.session.get(Appointment, visit.id).starts_at


def close(page: Page) -> None:
    """Fill in a closure of Thursday and ask what it changes."""
    for name, value in (
        ("from_day", "2026-11-26"),
        ("from_time", "09:00"),
        ("until_day", "2026-11-26"),
        ("until_time", "17:30"),
    ):
        page.locator(f"[name={name}]").fill(value)
    page.locator("#closure-reason-en").fill("Typhoon")
    go(page, page.locator("form[action$='/closures'] button"))


def test_the_second_of_two_managers_keeps_what_was_typed(open_page, staff):
    first, second = open_page(), open_page()
    for page in (first, second):
        sign_in(page, staff[1])
        page.goto(HOURS)
        page.locator("#d0-0-opens").fill("10:00" if page is first else "09:30")
        go(page, page.locator("form[action$='/week'] button"))
    press(first, "Save the plan")
    press(second, "Save the plan")
    expect(second.get_by_role("alert")).to_contain_text("Somebody else changed this plan")
    expect(second.locator("#d0-0-opens")).to_have_value("09:30")
    go(second, second.locator("form[action$='/week'] button"))
    press(second, "Save the plan")
    expect(second.locator("#d0-0-opens")).to_have_value("09:30")


# --- every staff page ----------------------------------------------------------------------------


def looks_right(page: Page, axe, *, but: tuple[str, ...] = ()) -> None:
    for size in SIZES:
        page.set_viewport_size(size)
        assert widest(page) <= size["width"], f"{page.url} scrolls sideways at {size['width']}"
        for target in page.locator("main a:visible, main button:visible, main input:visible").all():
            if target.evaluate("e => getComputedStyle(e).display") != "inline":
                assert target.bounding_box()["height"] >= 24, target.evaluate("e => e.outerHTML")
        if size["width"] != 320:
            axe(page, but=but)
    page.set_viewport_size(DESK)


def close_quietly(page: Page, axe) -> None:
    """Close Thursday and look at each page on the way."""
    close(page)
    page.locator("details summary").last.click()
    looks_right(page, axe)
    page.get_by_label("Why no messages?").fill("I called.")
    press(page, "Save without messages")
    looks_right(page, axe)
    go(page, page.get_by_role("link", name="See the change"))
    looks_right(page, axe)


@pytest.fixture
def desk(open_page) -> Page:
    return open_page(viewport=DESK)


def test_the_pages_of_a_clerk_are_accessible_and_fit(desk, axe, staff, visit):
    page = desk
    page.goto("/staff")
    looks_right(page, axe)
    press(page, "Sign in")
    looks_right(page, axe)
    sign_in(page, staff[0])
    # The board loads itself again, and says how to stop that: axe knows only the first half.
    looks_right(page, axe, but=("meta-refresh",))
    go(page, page.get_by_role("link", name="Stop refreshing"))
    looks_right(page, axe)
    page.goto("/staff/today?day=2026-11-28")
    looks_right(page, axe)
    page.goto(f"/staff/visits/{visit.reference}")
    looks_right(page, axe)
    page.goto(f"/staff/visits/{visit.reference}/times")
    looks_right(page, axe)
    page.goto(f"/staff/visits/{visit.reference}/cancel")
    looks_right(page, axe)
    page.goto(f"/staff/visits/{visit.reference}")
    press(page, "Check in")
    looks_right(page, axe)
    press(page, "Complete the visit")
    looks_right(page, axe)
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    press(page, "Complete the visit")
    looks_right(page, axe)
    page.goto("/staff/hours")
    looks_right(page, axe)


def test_the_pages_of_a_manager_are_accessible_and_fit(desk, axe, staff, advice):
    message = OutboxMessage(
        dedupe_key=advice.reference, topic="appointment", subject_id=advice.id, revision=0,
        kind="reminder-1440", channel="email", send_at=TUESDAY, status=MessageStatus.SKIPPED,
        reason="visit changed since", due_at=TUESDAY, created_at=TUESDAY,
    )  # fmt: skip
    factories.save(message)
    page = desk
    sign_in(page, staff[1])
    page.goto(HOURS)
    looks_right(page, axe)
    page.locator("#d0-0-opens").fill("23:00")
    go(page, page.locator("form[action$='/week'] button"))
    expect(page.get_by_role("alert")).to_be_visible()
    looks_right(page, axe)
    page.goto(HOURS)
    page.goto("/staff/close")
    looks_right(page, axe)
    page.goto(HOURS)
    close_quietly(page, axe)
    page.goto("/staff/today?refresh=off")
    expect(page.get_by_role("heading", name="Needs a call")).to_be_visible()
    looks_right(page, axe)
    page.goto("/staff/messages?show=skipped")
    looks_right(page, axe)
    page.goto("/staff/messages?show=failed")
    looks_right(page, axe)
    page.goto(HOURS)
    go(page, page.get_by_role("button", name="Remove").last)
    press(page, "Save the plan")
