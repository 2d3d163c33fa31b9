"""A real server with a small network, and pages in Debian's Chromium that watch themselves."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests import factories
from tests.browser.mailbox import Mailbox
from tests.conftest import make_app
from tests.databases import Databases
from tests.server import Server, free_port

PHONE = {"width": 360, "height": 640}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass(frozen=True)
class LiveServer:
    """A running server, an app on the same database to build rows with, and the network built there."""

    url: str
    app: Flask
    network: factories.Network
    server: Server


@pytest.fixture(scope="session")
def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("browser")
    database_url = databases.make("sqlite")
    flask_app = make_app(database_url, folder)
    with flask_app.app_context():
        network = factories.build_network()
    with Server(database_url, folder) as server:
        yield LiveServer(server.url, flask_app, network, server)


@pytest.fixture
def live_server(running: LiveServer) -> Iterator[LiveServer]:
    """The server at Tuesday 09:00 in Haikou, with an app context for factories.

    Rows stay from test to test: each builds the case or the visit that it needs.
    """
    with running.app.app_context():
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("The browser tests need Chromium: run `make test`, or `apt-get install chromium`.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


class Watcher:
    """Notes what a page must never do: script errors, broken policy, missing files, other hosts."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self.faults: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 on purpose is logged too; files are judged in _response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self.faults.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "fetch", "xhr"):
            self.faults.append(f"{response.status} for {response.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Return a maker of pages: `open_page(javascript=False, viewport=…, locale="ru")`.

    Addresses are relative to the server: `page.goto("/en/")`. The test fails when a page did wrong.
    """
    watcher = Watcher(live_server.url)
    contexts: list[BrowserContext] = []

    def opened(*, javascript: bool = True, **options: Any) -> Page:
        given = {"viewport": PHONE, "locale": "en-GB", "base_url": live_server.url, **options}
        context = browser.new_context(java_script_enabled=javascript, **given)
        context.set_default_timeout(10_000)
        watcher.watch(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watcher.faults == []


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the port at which it takes in letters."""
    port, made = free_port(), Mailbox()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A phone, 360 × 640, with JavaScript."""
    return open_page()


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A phone without JavaScript."""
    return open_page(javascript=False)


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def any_page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A phone, once with and once without JavaScript."""
    return open_page(javascript=request.param)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return the check that a page breaks no accessibility rule. The page needs JavaScript."""
    checker = Axe()

    def check(page: Page, *, but: tuple[str, ...] = ()) -> None:
        rules = {rule: {"enabled": False} for rule in but}
        result = checker.run(page, options={**AXE_RULES, "resultTypes": ["violations"], "rules": rules})
        found = [
            f"{violation['id']}: {node['html']}"
            for violation in result.response["violations"]
            for node in violation["nodes"]
        ]
        assert found == [], f"{page.url} breaks accessibility rules"

    return check


def widest(page: Page) -> int:
    """Return how many pixels the page is wide: more than its window means sideways scrolling."""
    page.wait_for_load_state()  # a click waits for the answer to begin, not for the page to be there
    return int(page.evaluate("document.documentElement.scrollWidth"))


def path_of(page: Page) -> str:
    """Return the path of the page's address."""
    return re.sub(r"^https?://[^/]+", "", page.url)
