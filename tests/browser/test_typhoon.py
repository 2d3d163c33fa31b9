"""A typhoon: three points closed by phone in Chinese, taken back, closed again; people told; open next day.

Everything is real but the clock and the people: gunicorn, a delivery by command, SMTP, Chromium.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.models import Role
from app.appointments.booking.operations import BookingRequest, book
from app.appointments.contacts import Contact
from app.appointments.holds.operations import HoldRequest, hold
from app.appointments.models import Appointment
from app.db import db, transact
from tests import factories
from tests.browser.conftest import PHONE, Watcher, widest
from tests.browser.mailbox import Mailbox, text_of
from tests.conftest import make_app
from tests.databases import Databases
from tests.factories import PASSWORD, at
from tests.server import BIN, ROOT, TUESDAY, Server, environment

CLOSED = ("central-window", "jiangdong", "longhua")
LANGUAGES = dict(zip(CLOSED, ("en", "zh", "ru"), strict=True))
BEFORE = at("2026-11-24", "15:10")
NEXT_MORNING = at("2026-11-25", "08:30")


@dataclass
class Town:
    """Four points, a manager of all, and somebody with a visit this afternoon at each that will close."""

    database_url: str
    folder: Path
    mailbox: Mailbox
    settings: dict[str, str]
    visits: dict[str, int]

    def server(self, now: datetime) -> Server:
        return Server(self.database_url, self.folder, **self._at(now))

    def deliver(self, now: datetime) -> None:
        """Send what is due by then."""
        subprocess.run(
            [BIN / "flask", "--app", "wsgi", "messages", "deliver"],
            cwd=ROOT, check=True, capture_output=True,
            env=environment(self.database_url, self.folder, **self._at(now)),
        )  # fmt: skip

    def _at(self, now: datetime) -> dict[str, str]:
        shift = (now - datetime.now(UTC)).total_seconds()
        return {**self.settings, "CLOCK_SHIFT_SECONDS": f"{shift:.0f}"}

    def visit(self, slug: str) -> Appointment:
        db.session.rollback()  # what was read before is of an older moment
        db.session.expire_all()
        return db.session.get_one(Appointment, self.visits[slug])

    def letters(self, slug: str) -> list[str]:
        """Return what came to the person of this point after the confirmation."""
        found = self.mailbox.letters_to(f"{slug}@example.org")[1:]
        return [f"{letter['Subject']}\n{text_of(letter)}" for letter in found]


@pytest.fixture
def town(databases: Databases, tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[Town]:
    database_url = databases.make("sqlite")
    app = make_app(database_url, tmp_path)
    settings = {"SMTP_URL": f"smtp://127.0.0.1:{mailbox[1]}", "SMTP_TLS": "optional"}
    with app.app_context():
        network = factories.build_network()
        more = [
            factories.build_station(slug, services=(network.document_check,), desks=1)
            for slug in ("longhua", "xiuying")
        ]
        stations = (network.central, network.jiangdong, *more)
        factories.build_user("wang", role=Role.MANAGER, stations=stations)
        visits = {slug: _book(slug, language) for slug, language in LANGUAGES.items()}
        yield Town(database_url, tmp_path, mailbox[0], settings, visits)
        db.session.remove()
        db.engine.dispose()


def _book(slug: str, language: str) -> int:
    kept = transact(hold, HoldRequest(slug, "document-check", BEFORE), now=TUESDAY)
    contact = Contact("Maria Example", f"{slug}@example.org", "")
    return transact(book, BookingRequest(kept.public_id, slug, contact, language), now=TUESDAY).id


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def opened(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Any]:
    """Return a maker of phones in Chinese that watch themselves."""
    contexts, watchers = [], []

    def opened(url: str) -> Page:
        context = browser.new_context(
            base_url=url, viewport=PHONE, locale="zh-CN", java_script_enabled=request.param
        )
        watchers.append(Watcher(url))
        watchers[-1].watch(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert [fault for watcher in watchers for fault in watcher.faults] == []


def sign_in(page: Page) -> None:
    page.goto("/staff")
    page.locator("[name=username]").fill("wang")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").click()
    chinese = page.get_by_role("button", name="中文")
    if chinese.count():  # the second time it is remembered
        with page.expect_navigation():
            chinese.click()
    fits(page)


def fits(page: Page) -> None:
    assert widest(page) <= PHONE["width"], page.url


def look(page: Page) -> None:
    """Say what closes and see whom it touches; one is asked, one is cancelled, one moves like all."""
    page.goto("/staff/today")
    page.get_by_role("link", name="立即关闭").last.click()
    for slug in CLOSED:
        page.locator(f"[name=station][value={slug}]").check()
    fits(page)
    page.get_by_role("button", name="查看会影响什么").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("这次更改影响3个预约")
    rows = page.locator("table.board tbody tr")
    expect(rows.get_by_text("新时间")).to_have_count(3)
    rows.filter(has_text="Jiangdong").locator("select").select_option(label="请本人选择：时间保留 48 小时")
    rows.filter(has_text="Longhua").locator("select").select_option(label="取消并发消息")
    fits(page)


def save(page: Page) -> None:
    page.locator("button[name=step][value=save]").click()
    undo = page.get_by_role("button", name="撤销更改")
    expect(undo).to_be_visible()
    box = undo.bounding_box()
    assert box
    assert box["height"] < box["width"], "the words of the button stand on one line"
    fits(page)


def take_back(town: Town, page: Page) -> None:
    page.get_by_role("button", name="撤销更改").click()
    expect(page.get_by_role("status").first).to_contain_text("更改已撤销")
    for slug in CLOSED:
        assert (town.visit(slug).status, town.visit(slug).starts_at) == ("booked", BEFORE)
    town.deliver(TUESDAY + timedelta(minutes=11))
    assert [town.letters(slug) for slug in CLOSED] == [[], [], []]


def test_three_points_close_before_a_typhoon_and_open_the_next_morning(town: Town, opened: Any) -> None:
    town.deliver(TUESDAY)
    with town.server(TUESDAY) as server:
        page = opened(server.url)
        sign_in(page)
        look(page)
        save(page)
        assert [town.visit(slug).status for slug in CLOSED] == ["booked", "booked", "cancelled"]
        take_back(town, page)

        look(page)
        save(page)
        page.goto("/zh/places/central-window")
        expect(page.get_by_text("台风").first).to_be_visible()

    town.deliver(TUESDAY + timedelta(minutes=12))
    assert [len(town.letters(slug)) for slug in CLOSED] == [1, 1, 1]
    moved, asked, cancelled = (town.letters(slug)[0] for slug in CLOSED)
    assert "We moved your visit" in moved
    assert "typhoon" in moved
    assert asked.startswith("您的预约有新时间")
    assert "тайфун" in cancelled

    with town.server(NEXT_MORNING) as server:
        page = opened(server.url)
        sign_in(page)
        page.goto("/staff/today?station=central-window")
        expect(page.locator("table.board tbody tr")).to_have_count(1)
        expect(page.locator("main")).not_to_contain_text("需要致电")
        page.goto("/zh/places/central-window")
        expect(page.get_by_text("台风")).to_have_count(0)
        expect(page.get_by_role("heading", name="最近可约时间")).to_be_visible()
