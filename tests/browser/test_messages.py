"""The staff pages about messages in a real browser: one message to many, and every page by the rules."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from app.appointments.letters.offer_kinds import FREE_AT_LAST
from app.i18n import in_language
from app.notifications.channels.sms_length import SmsLength, sms_length
from app.notifications.texts.kinds import SMS, Text, examples_of
from app.notifications.texts.writing import preview
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
    "/staff/broadcasts",
    "/staff/broadcasts/new",
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
    writer.goto("/staff/broadcasts/new")
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


NEEDED = "{until}{link}"


def counted(text: str) -> SmsLength:
    """Return how long a text is in English once its blanks are filled."""
    with in_language("en"):
        return sms_length(preview(SMS, Text(body=text), examples_of(FREE_AT_LAST)).body)


def filled_to(length: int, sign: str) -> str:
    """Return a beginning that makes the filled text as long as this."""
    return sign * (length - counted(NEEDED).used)


def hostile() -> dict[str, str]:
    return {
        "nothing": "",
        "of the GSM alphabet": "Ready: £1, ¥2, ñ, Ω, Å ",
        "extension signs count two": "€ [1] ~ | ^ \\ ",
        "a grave accent is not GSM": "it`s ",
        "Chinese": "您的证件已办好，请预约领取 ",
        "Russian": "Разрешения готовы ",
        "an emoji takes two": "Ready 🎉 ",
        "a family takes many": "👨‍👩‍👧‍👦 ",
        "a combining accent": "e\u0301 ",
        "right to left": "جاهز ",
        "160": filled_to(160, "a"),
        "161": filled_to(161, "a"),
        "306": filled_to(306, "a"),
        "307": filled_to(307, "a"),
        "159 and an euro": "€" + filled_to(158, "a"),
        "160 and an euro": "€" + filled_to(159, "a"),
        "70": filled_to(70, "я"),
        "71": filled_to(71, "я"),
        "134": filled_to(134, "中"),
        "135": filled_to(135, "中"),
        "an emoji where a part ends": "中" * 66 + "🎉" + "中" * 50,
        "many lines": "One\n\n\nTwo \t Three ",
        "markup": "<b>bold</b> &amp; ",
    }


def test_the_count_of_sms_follows_what_is_typed(open_page, live_server, people):
    page = open_page()
    sign_in(page, people[1])
    page.goto("/staff/texts/offer-free/sms")
    with live_server.app.test_request_context():
        cases = {name: (typed + NEEDED, counted(typed + NEEDED)) for name, typed in hostile().items()}
    assert {(length.parts, length.unicode) for _, length in cases.values()} >= {
        (parts, unicode) for parts in (1, 2, 3) for unicode in (False, True)
    }
    for name, (text, length) in cases.items():
        page.locator("#body_en").fill(text)
        words = f"This text needs {length.parts} SMS in English ({length.used} of {length.room})."
        expect(page.locator("[data-live=length_en]"), name).to_have_text(words)
    assert page.locator("#body_en").input_value() == text, "what is typed is left alone"


def test_the_phone_follows_too_and_what_is_wrong_has_no_preview(open_page, people):
    page = open_page()
    sign_in(page, people[1])
    page.goto("/staff/texts/offer-free/sms")
    before = page.locator("[data-live=phone_ru]").inner_text()

    page.locator("#body_en").fill("<i>Come</i> until {until} to {link}")
    expect(page.locator("[data-live=phone_en] .bubble")).to_contain_text("<i>Come</i> until")
    page.locator("#body_en").fill("No link")
    expect(page.locator("[data-live=length_en]")).to_have_text(
        "The preview comes when the text has no problem."
    )
    expect(page.locator("[data-live=phone_en] .bubble")).to_have_count(0)
    assert page.locator("[data-live=phone_ru]").inner_text() == before
