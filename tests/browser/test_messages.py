"""The staff pages about messages in a real browser: one message to many, and every page by the rules."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from tests import factories
from tests.browser.conftest import widest
from tests.factories import PASSWORD, at

_numbers = count(1)
PAGES = (
    "/staff/messages?show=planned",
    "/staff/messages?show=calls",
    "/staff/messages?about=NOTHING1",
    "/staff/messages/paused",
    "/staff/messages/send-again?from_day=2026-11-24&from_time=00:00&until_day=2026-11-24&until_time=23:59",
    "/staff/texts",
    "/staff/texts/tomorrow/sms",
    "/staff/texts/ready/email",
    "/staff/reminders",
    "/staff/reminders/document-check",
    "/staff/notices",
    "/staff/notices/new",
)


@pytest.fixture
def people(live_server):
    """Return the names of a manager of Jiangdong and of an administrator."""
    number = next(_numbers)
    manager, administrator = f"writer{number}", f"approver{number}"
    factories.build_user(manager, role=Role.MANAGER, stations=(live_server.network.jiangdong,))
    factories.build_user(administrator, role=Role.ADMINISTRATOR)
    return manager, administrator


def sign_in(page: Page, username: str) -> None:
    page.goto("/staff")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_a_message_to_many_needs_two_people_and_can_be_taken_back(open_page, live_server, people):
    network = live_server.network
    factories.build_appointment(
        network.jiangdong, network.document_check, email="many@example.org",
        starts_at=at("2026-12-08", "10:00"), ends_at=at("2026-12-08", "10:20"),
    )  # fmt: skip
    writer = open_page(javascript=False)
    sign_in(writer, people[0])
    writer.goto("/staff/notices/new")
    for field in ("first_day", "last_day"):
        writer.locator(f"#{field}").fill("2026-12-08")
    press(writer, "Count the people")
    expect(writer.locator("#errors")).to_contain_text("Write a title in each language")
    for language in ("en", "zh", "ru"):
        writer.locator(f"#title_{language}").fill("The door")
        writer.locator(f"#body_{language}").fill("Use the side door.")
    press(writer, "Count the people")
    expect(writer.get_by_role("heading", name="1 person gets it")).to_be_visible()
    press(writer, "Save for approval")
    expect(writer.get_by_text("A second person must approve it.")).to_be_visible()
    approver = open_page(javascript=False)
    sign_in(approver, people[1])
    approver.goto(writer.url)
    press(approver, "Approve and send in 10 minutes")
    press(approver, "Undo: do not send it")
    expect(approver.get_by_text("This message is stopped")).to_be_visible()


def test_every_page_about_messages_fits_and_is_accessible(open_page, axe, people):
    for size in ({"width": 320, "height": 568}, {"width": 1280, "height": 720}):
        page = open_page(viewport=size)
        sign_in(page, people[1])
        for path in PAGES:
            page.goto(path)
            assert widest(page) == size["width"], path
            axe(page)
