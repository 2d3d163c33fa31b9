"""One walk through all pages, everything named by somebody hostile: nothing runs, all is shown as it is."""

import pytest
from playwright.sync_api import expect

from app.appointments.models import Appointment
from app.appointments.reminders.announcing import announce
from app.db import db, transact
from app.localtext import LocalText
from tests.browser.conftest import LiveServer
from tests.conftest import TUESDAY, make_app
from tests.factories import PASSWORD, build_appointment, build_case, build_network, build_user
from tests.hostile import HOSTILE_NAMES
from tests.server import Server

ALL = " | ".join(HOSTILE_NAMES)
LINK, TOKEN = "L" * 10, "t" * 22
# What a browser makes of a text when it shows it: white space is one blank.
SHOWN = [" ".join(name.split()) for name in HOSTILE_NAMES]


@pytest.fixture
def live_server(databases, tmp_path):
    """A server of its own: stations, services, papers, cases and visitors all have hostile names."""
    url = databases.make("sqlite")
    app = make_app(url, tmp_path)
    with app.app_context():
        network = build_network()
        hostile = LocalText(ALL, ALL, ALL)
        for station in (network.central, network.jiangdong):
            station.name = station.full_name = station.address = station.district = station.notice = hostile
        for service in (network.collect, network.document_check):
            service.name = service.description = hostile
        network.visit_type.title = network.visit_type.lead = hostile
        for item in network.visit_type.items:
            item.name = hostile
        db.session.commit()
        build_case(network.visit_type, network.central, link=LINK, full_name=ALL)
        advice = build_appointment(network.central, network.document_check, token=TOKEN, name=ALL,
                                   reference="ABCDEFGH")  # fmt: skip
        transact(announce, advice, "confirmation", now=TUESDAY)
        build_user("ada", role="administrator", name=HOSTILE_NAMES[0])
        with Server(url, tmp_path) as server:
            yield LiveServer(server.url, app, network, server)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def walker(open_page):
    """A page that notes every dialog, script error and refusal of the policy; it must note none."""
    page = open_page(viewport={"width": 1280, "height": 900})
    heard = []
    page.on("dialog", lambda dialog: (heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("console", lambda line: heard.append(line.text) if "Security Policy" in line.text else None)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => "
        "console.error('Content Security Policy: ' + e.violatedDirective + ' ' + e.blockedURI))"
    )
    yield page
    assert heard == []


def shows_all(page, place="body"):
    text = " ".join(page.locator(place).inner_text().split())
    assert [name for name in SHOWN if name not in text] == [], page.url


def no_element_came_of_it(page):
    """A payload that was parsed leaves such an element or attribute behind."""
    expect(page.locator("img[src='x'], svg[onload], [onerror], [onmouseover], [onfocus]")).to_have_count(0)
    expect(page.locator("script:not([src]):not([type='application/ld+json'])")).to_have_count(0)
    expect(page.locator("a[href^='javascript:'], a[href^='data:'], [src^='javascript:']")).to_have_count(0)


def test_one_walk_over_every_kind_of_page(walker, live_server):
    page = walker
    for path in ("/en/", "/zh/find", "/en/places/central-window", "/ru/places/central-window/taxi"):
        assert page.goto(path).status == 200
        shows_all(page)
        no_element_came_of_it(page)
    walk_the_map(page)
    collect(page)
    for path in (f"/v/{TOKEN}", "/en/visit/cancel"):
        page.goto(path)
        shows_all(page)
        no_element_came_of_it(page)
    work(page)


def walk_the_map(page):
    page.goto("/en/map")
    page.wait_for_selector("[data-ready]")
    pins = page.locator(".map-pin")
    expect(pins).to_have_count(2)
    for pin in pins.all():
        pin.dispatch_event("mouseover")
        pin.focus()
        pin.press("Enter")
        shows_all(page, ".leaflet-popup-content >> nth=-1")
        no_element_came_of_it(page)
        page.keyboard.press("Escape")


def collect(page):
    page.goto(f"/c/{LINK}")
    shows_all(page)
    no_element_came_of_it(page)
    page.locator("button.time").nth(2).click()
    shows_all(page)
    page.get_by_role("button", name="Confirm this visit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is booked")
    shows_all(page)
    no_element_came_of_it(page)


def work(page):
    page.goto("/staff")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff/today")
    for path in ("/staff/today", "/staff/visits/ABCDEFGH", "/staff/stations/central-window/hours"):
        assert page.goto(path).status == 200
        shows_all(page)
        no_element_came_of_it(page)
    page.goto("/staff/visits/ABCDEFGH")
    page.get_by_role("button", name="Show name and contact").click()
    shows_all(page, "h1")
    page.goto("/staff/messages")
    no_element_came_of_it(page)
    assert db.session.query(Appointment).count() == 2
