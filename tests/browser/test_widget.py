"""The frame on an employer's page, of another origin and without cookies; linked data and reports on ours."""

import http.server
import secrets
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories
from tests.browser.conftest import LiveServer, widest

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intranet</title></head>
<body><h1>For our new colleagues</h1><div data-haikou-points data-lang="en"></div>
<script src="{url}/widget.js" async></script></body></html>"""


@pytest.fixture
def employer(live_server: LiveServer) -> Iterator[str]:
    """Serve an employer's page from a port of its own: another origin on the same machine."""
    body = PAGE.format(url=live_server.url).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("width", [320, 1280])
def test_one_line_shows_the_points_on_a_page_of_another_origin(
    browser: Browser, live_server: LiveServer, employer: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    told: list[str] = []
    cookies_set: list[str] = []
    context.on("console", lambda message: told.append(message.text))
    context.on(
        "response",
        lambda response: cookies_set.extend(response.header_values("set-cookie")),
    )
    page = context.new_page()
    page.goto(employer + "/")
    frame = page.frame_locator("[data-haikou-points] iframe")
    frame.get_by_role("link", name="Jiangdong", exact=True).wait_for()
    page.wait_for_function("document.querySelector('iframe').height !== '480'")
    assert page.locator("iframe").get_attribute("title") == "Service points for foreign talent in Haikou"
    inside = page.frames[1]
    assert inside.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert inside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert widest(page) == width
    assert context.cookies() == []
    assert cookies_set == []
    assert [text for text in told if "Failed to load resource" not in text or "favicon" not in text] == []
    frame.get_by_role("link", name="Jiangdong", exact=True).click()
    page.wait_for_url(f"{live_server.url}/en/places/jiangdong")
    context.close()


def test_other_pages_of_ours_refuse_the_frame(
    browser: Browser, live_server: LiveServer, employer: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(employer + "/")
    refused = []
    context.on("console", lambda message: refused.append(message.text))
    page.evaluate(
        """url => new Promise(done => {
            const frame = document.createElement("iframe");
            frame.onload = done; frame.src = url; document.body.append(frame);
        })""",
        f"{live_server.url}/en/places/jiangdong",
    )
    page.wait_for_timeout(200)
    assert any("frame-ancestors" in text for text in refused)
    context.close()


def test_the_linked_data_breaks_no_policy(page: Page, axe) -> None:
    """The page's watcher fails on any word of the console about a broken policy."""
    page.add_init_script(
        "window.broken = [];"
        "addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective))"
    )
    page.goto("/en/places/central-window")
    data = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').text)")
    assert data["@type"] == "GovernmentOffice"
    assert page.evaluate("window.broken") == []
    axe(page)


def test_something_wrong_is_told_with_and_without_javascript(any_page: Page) -> None:
    any_page.goto("/en/places/central-window")
    any_page.get_by_role("link", name="Something wrong? Tell us.").click()
    any_page.get_by_role("button", name="Send").click()
    expect(any_page.get_by_role("alert").get_by_text("Write what is wrong.")).to_be_visible()
    any_page.get_by_label("What is wrong?").fill("The door is on the other side.")
    any_page.get_by_role("button", name="Send").click()
    expect(any_page.get_by_role("heading", name="Thank you.")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/en/widget", "/en/places/central-window", "/en/places/central-window/report"]
)
def test_the_new_pages_fit_a_small_phone_and_break_no_rule(open_page, axe, path: str) -> None:
    small = open_page(viewport={"width": 320, "height": 640})
    small.goto(path)
    assert widest(small) == 320
    axe(small)


def test_staff_settle_a_report_on_a_small_phone(open_page, live_server: LiveServer, axe) -> None:
    name = f"boss-{secrets.token_hex(4)}"
    factories.build_user(name, role="manager", stations=(live_server.network.jiangdong,))
    text = f"Wrong hours {name} " + "x" * 200
    small = open_page(viewport={"width": 320, "height": 640})
    small.goto("/ru/places/jiangdong/report")
    small.locator("textarea").fill(text)
    small.locator("main form button").click()
    small.goto("/staff")
    small.locator("[name=username]").fill(name)
    small.locator("[name=password]").fill(factories.PASSWORD)
    small.locator("main form button").click()
    small.goto("/staff/reports-of-facts")
    expect(small.get_by_text(text)).to_be_visible()
    assert widest(small) == 320
    axe(small)
    small.locator(".card", has_text=text).get_by_role("button").click()
    expect(small.get_by_text(text)).to_have_count(0)
