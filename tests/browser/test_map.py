"""The map in a real browser, with and without scripts; the rig watches for policy, errors and other hosts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.localtext import LocalText
from app.stations.models import Station
from tests.browser.conftest import LiveServer, OpenPage, widest
from tests.factories import build_station
from tests.hostile import HOSTILE_NAMES

DESKTOP = {"width": 1280, "height": 800}


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-ready]")


@pytest.fixture
def hostile_stations(live_server: LiveServer) -> Iterator[list[Station]]:
    made = [
        build_station(
            name=LocalText(en=name), lat=19.95 + i * 0.007, lon=110.2 + i * 0.01, precision_m=50 + i * 40
        )
        for i, name in enumerate(HOSTILE_NAMES)
    ]
    yield made
    for station in made:
        db.session.delete(station)
    db.session.commit()


@pytest.fixture
def unsure_station(live_server: LiveServer) -> Iterator[Station]:
    station = build_station("bonded-zone", lat=19.96422, lon=110.11933, precision_m=5000)
    yield station
    db.session.delete(station)
    db.session.commit()


def test_hostile_names_are_shown_unchanged_and_run_nothing(
    open_page: OpenPage, hostile_stations: list[Station]
):
    page = open_page(viewport=DESKTOP)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    ready(page, "/en/map")
    for station, name in zip(hostile_stations, HOSTILE_NAMES, strict=True):
        title = f"{station.number}, {name}"
        pins = page.locator(".map-pin")
        shown = pins.evaluate_all("pins => pins.map(pin => [pin.title, pin.getAttribute('aria-label')])")
        assert [title, title] in shown
        pin = pins.nth([pair[0] for pair in shown].index(title))
        pin.dispatch_event("mouseover")
        pin.focus()
        pin.press("Enter")
        popup = page.locator(".leaflet-popup-content").last
        assert popup.locator("strong").evaluate("node => node.textContent") == f"{station.number}. {name}"
        assert popup.locator("*").evaluate_all("nodes => nodes.map(node => node.tagName)") == [
            "DIV",
            "STRONG",
            "A",
        ]
        assert popup.locator("a").get_attribute("href") == f"/en/places/{station.slug}"
        page.keyboard.press("Escape")
    rows = page.locator("[data-station] bdi").evaluate_all("nodes => nodes.map(node => node.textContent)")
    assert set(HOSTILE_NAMES) <= set(rows)
    assert dialogs == []


def test_the_hostile_name_is_text_without_scripts_too(plain_page: Page, hostile_stations: list[Station]):
    plain_page.goto("/en/map")
    for name in HOSTILE_NAMES[:4]:
        expect(plain_page.locator("[data-station] bdi").filter(has_text=name)).to_have_count(1)


def test_without_scripts_the_schematic_and_the_whole_list_are_there(plain_page: Page):
    plain_page.goto("/en/map")
    expect(plain_page.locator(".schematic")).to_be_visible()
    expect(plain_page.locator(".folium-map")).to_be_hidden()
    expect(plain_page.locator('.schematic [data-pin="jiangdong"]')).to_have_attribute(
        "href", "/en/places/jiangdong"
    )
    expect(plain_page.locator('[data-station="central-window"]')).to_be_visible()


def test_with_scripts_the_large_map_takes_the_place_of_the_schematic(page: Page):
    ready(page, "/en/map")
    expect(page.locator(".folium-map")).to_be_visible()
    expect(page.locator(".schematic")).to_be_hidden()
    assert page.locator(".map-land").count() > 5
    expect(page.locator(".leaflet-control-scale")).to_be_visible()


def test_the_schematic_stays_when_the_points_cannot_be_fetched(browser, live_server: LiveServer):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.route("**/points.geojson", lambda route: route.abort())
    page.goto("/en/map")
    page.wait_for_timeout(500)
    expect(page.locator(".schematic")).to_be_visible()
    context.close()


def test_the_credit_names_the_coastline_and_shows_no_flag(page: Page):
    ready(page, "/en/map")
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_have_text("Coastline © OpenStreetMap contributors, ODbL")
    expect(credit.locator("svg")).to_have_count(0)


def test_a_sure_place_has_a_pin_and_an_unsure_one_an_area(page: Page, unsure_station: Station):
    ready(page, "/en/map")
    expect(page.locator(".map-area")).to_have_count(1)
    expect(page.locator(".map-pin.vague")).to_have_text(str(unsure_station.number))
    assert page.locator(".map-area").evaluate("node => getComputedStyle(node).strokeDasharray") != "none"
    # 5 km in the picture are 5 km by the scale bar: both are measured in pixels.
    across = page.locator(".map-area").evaluate("node => node.getBoundingClientRect().width")
    bar = page.locator(".leaflet-control-scale-line")
    per_km = bar.evaluate("node => node.offsetWidth / parseInt(node.textContent)")
    assert abs(across / per_km - 10) < 0.8


def test_the_central_window_is_larger_than_the_others(page: Page):
    ready(page, "/en/map")
    sizes = page.locator(".map-pin b").evaluate_all("nodes => nodes.map(node => node.offsetWidth)")
    assert sorted(set(sizes)) == [28, 36]


def test_list_and_pin_mark_each_other(open_page: OpenPage):
    page = open_page(viewport=DESKTOP)
    ready(page, "/en/map")
    row = page.locator('[data-station="jiangdong"]')
    row.hover()
    expect(page.locator(".map-pin.is-lit")).to_have_count(1)
    assert "Jiangdong" in (page.locator(".map-pin.is-lit").get_attribute("title") or "")
    page.locator('.map-pin[title$="Central Window"]').focus()
    expect(page.locator('[data-station="central-window"].is-lit')).to_have_count(1)


def test_the_map_is_used_by_keyboard(open_page: OpenPage):
    page = open_page(viewport=DESKTOP)
    ready(page, "/en/map")
    pins = page.locator(".map-pin")
    assert pins.evaluate_all("nodes => nodes.filter(node => node.tabIndex === 0).length") == 1
    pins.first.focus()
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.title")
    assert "Jiangdong" in second
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content a")).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.title") == second


def test_buttons_are_large_enough_for_a_thumb(page: Page):
    ready(page, "/en/map")
    for button in page.locator(".leaflet-control-zoom a").all():
        box = button.bounding_box()
        assert box
        assert box["width"] >= 44
        assert box["height"] >= 44


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("path", ["/en/map", "/ru/map", "/zh/map/frame"])
def test_nothing_scrolls_sideways(open_page: OpenPage, unsure_station: Station, width: int, path: str):
    page = open_page(viewport={"width": width, "height": 640})
    ready(page, path)
    assert widest(page) <= width


@pytest.mark.parametrize("path", ["/en/map", "/zh/map", "/ru/map", "/en/map/frame"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_break_no_accessibility_rule(
    open_page: OpenPage, axe, unsure_station: Station, path, scheme
):
    page = open_page(color_scheme=scheme)
    ready(page, path)
    axe(page)


def test_the_schematic_breaks_no_accessibility_rule(open_page: OpenPage, axe, unsure_station: Station):
    page = open_page()
    page.route("**/network-map.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/en/map")
    expect(page.locator(".schematic")).to_be_visible()
    axe(page)


def test_the_frame_works_inside_a_page_of_ours(page: Page):
    page.goto("/en/map")
    page.evaluate("""() => {
        const frame = document.createElement('iframe');
        frame.src = '/en/map/frame?focus=jiangdong';
        frame.width = 340; frame.height = 400; frame.id = 'inside';
        document.querySelector('main').append(frame);
    }""")
    inside = page.frame_locator("#inside")
    expect(inside.locator("[data-ready]")).to_have_count(1)
    expect(inside.locator(".map-pin.is-lit")).to_have_count(1)
    expect(page.locator('[data-station="jiangdong"].is-lit')).to_have_count(1)
    inside.locator(".map-pin.is-lit").focus()
    page.keyboard.press("Enter")
    inside.locator(".leaflet-popup-content a").click()
    page.wait_for_url("**/en/places/jiangdong")


def test_rings_and_words_give_orientation(page: Page):
    ready(page, "/ru/map")
    expect(page.locator(".map-ring")).to_have_count(2)
    expect(page.locator(".map-km")).to_have_text(["5 км", "10 км"])
    expect(page.locator(".map-word")).to_have_count(3)
    # 5 km in the picture are 5 km by the scale bar: both are measured in pixels.
    across = page.locator(".map-ring").first.evaluate("node => node.getBoundingClientRect().width")
    bar = page.locator(".leaflet-control-scale-line")
    per_km = bar.evaluate("node => node.offsetWidth / parseInt(node.textContent)")
    assert abs(across / per_km - 10) < 0.8


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_on_a_small_map_no_word_lies_under_a_number_a_button_or_another_word(
    open_page: OpenPage, unsure_station: Station, language: str
):
    page = open_page(viewport={"width": 290, "height": 368})
    ready(page, f"/{language}/map/frame")
    seen = page.evaluate(
        """() => {
          const rects = (what) => [...document.querySelectorAll(what)]
            .filter((part) => getComputedStyle(part).visibility === 'visible')
            .map((part) => part.getBoundingClientRect());
          const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
          const words = rects('.map-word span, .map-km span');
          const others = rects('.map-pin b, .leaflet-control');
          const covered = (one, i) => [...others, ...words.slice(i + 1)].some((two) => over(one, two));
          const faults = words.filter(covered);
          return [words.length, faults.length];
        }"""
    )
    assert seen[0] >= 2
    assert seen[1] == 0


def test_escape_leaves_the_map_for_the_list(open_page: OpenPage):
    page = open_page(viewport=DESKTOP)
    ready(page, "/en/map")
    page.locator(".map-pin").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#the-list")).to_be_focused()


def test_paper_gets_the_drawing_that_fits_it(page: Page):
    ready(page, "/en/map")
    page.emulate_media(media="print")
    expect(page.locator(".schematic")).to_be_visible()
    expect(page.locator(".folium-map")).to_be_hidden()


@pytest.fixture
def many_stations(live_server: LiveServer) -> Iterator[list[Station]]:
    made = [
        Station(slug=f"many-{i}", number=1000 + i, kind="station", name=LocalText(en=f"Point {i}"),
                address=LocalText(), district=LocalText(), precision_m=50, languages=[],
                lat=19.95 + i % 40 * 0.003, lon=110.2 + i // 40 * 0.008)
        for i in range(990)
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.commit()
    yield made
    for station in made:
        db.session.delete(station)
    db.session.commit()


def test_a_thousand_places_are_drawn_together_until_one_comes_closer(
    open_page: OpenPage, axe, many_stations: list[Station]
):
    page = open_page(viewport=DESKTOP)
    ready(page, "/en/map")
    pins = page.locator(".map-pin")
    assert pins.count() < 250
    counted = page.locator(".map-pin.together b").evaluate_all(
        "nodes => nodes.map(n => Number(n.textContent))"
    )
    assert sum(counted) + page.locator(".map-pin:not(.together)").count() >= 990
    axe(page)

    # A row of the list marks the mark that its place is in.
    page.locator('[data-station="many-500"]').hover()
    expect(page.locator(".map-pin.is-lit")).to_have_count(1)

    assert pins.evaluate_all("nodes => nodes.filter(node => node.tabIndex === 0).length") == 1
    for _step in range(8):  # Enter comes closer until single places are told apart
        first = page.locator(".map-pin.together").first
        if not first.count() or page.locator(".map-pin:not(.together)").count() > 3:
            break
        first.focus()
        drawn = first.element_handle()
        page.keyboard.press("Enter")
        page.wait_for_function("mark => !mark.isConnected", arg=drawn)
    single = page.locator(".map-pin:not(.together)").first
    single.dispatch_event("click")
    expect(page.locator(".leaflet-popup-content strong")).to_have_count(1)


def test_tiles_lie_under_the_points_and_the_coast_stays_until_they_come(browser, live_server: LiveServer):
    """The page has tiles by its attributes here; which hosts may be asked is a test of the server."""
    context = browser.new_context(base_url=live_server.url, viewport=DESKTOP)
    page = context.new_page()
    dot = b"\x89PNG\r\n\x1a\n"
    page.route("**/tile/**", lambda route: route.fulfill(body=dot, status=404))

    def tiled(route):
        answer = route.fetch()
        text = answer.text().replace('data-tiles=""', 'data-tiles="/tile/{z}/{x}/{y}"')
        route.fulfill(response=answer, body=text.replace('data-tiles-credit=""', 'data-tiles-credit="Maps"'))

    page.route("**/en/map", tiled)
    ready(page, "/en/map")
    assert page.locator(".map-land").count() > 5
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("Maps")
    page.unroute("**/tile/**")
    picture = 'path fill="#aaa" d="M0 0h256v256H0z"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><{picture}/></svg>'
    page.route("**/tile/**", lambda route: route.fulfill(body=svg, content_type="image/svg+xml"))
    ready(page, "/en/map")
    expect(page.locator(".network-map.has-tiles")).to_have_count(1)
    expect(page.locator(".map-land")).to_have_count(0)
    context.close()


def test_where_you_are_is_drawn_when_the_page_knows_it(page: Page):
    ready(page, "/en/map?here=20.01,110.33")
    expect(page.locator(".map-here")).to_have_text("You")
