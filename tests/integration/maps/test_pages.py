"""The map pages: complete without scripts, strict with them."""

import html
import json
import re

import pytest

from app.db import db
from app.localtext import LocalText
from app.settings import Settings
from app.stations.geography.datum import Datum, from_wgs84
from app.stations.models import Station
from tests.factories import build_station
from tests.hostile import HOSTILE_NAMES

pytestmark = pytest.mark.usefixtures("network")


def policy(response):
    return dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_the_page_lists_every_place_and_draws_each_as_a_link(client, lang):
    page = client.get(f"/{lang}/map").text
    for slug in ("central-window", "jiangdong"):
        assert f'<li data-station="{slug}"' in page
        assert page.count(f'href="/{lang}/places/{slug}"') == 2  # in the list and in the schematic


@pytest.mark.parametrize("path", ["/en/map", "/en/map/frame"])
def test_nothing_in_the_page_needs_a_looser_policy(client, path):
    response = client.get(path)
    assert policy(response)["script-src"] == policy(response)["style-src"] == "'self'"
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", response.text)
    loaded = re.sub(r"<link [^>]*rel=\"?(alternate|canonical)[^>]*>", "", response.text)  # named, not fetched
    assert not re.search(r"(src|href)=\"(https?:)?//", loaded)


def test_only_the_frame_may_be_framed_and_only_by_us(client):
    assert policy(client.get("/en/map/frame"))["frame-ancestors"] == "'self'"
    assert policy(client.get("/en/map"))["frame-ancestors"] == "'none'"


def test_links_in_the_frame_leave_it(client):
    links = re.findall(r"<a [^>]*>", client.get("/en/map/frame").text)
    assert links
    assert all('target="_top"' in link for link in links)


def test_the_points_are_geojson_in_the_language_of_the_page(client):
    response = client.get("/zh/map/points.geojson")
    assert response.mimetype == "application/geo+json"
    first = response.get_json(force=True)["features"][0]
    assert first["geometry"]["coordinates"] == [110.347, 20.0285]
    assert first["properties"]["name"] == "Central Window (zh)"
    assert first["properties"]["link"] == "/zh/places/central-window"


@pytest.mark.parametrize("path", ["/en/map/points.geojson", "/map/base.js"])
def test_what_has_not_changed_is_not_sent_again(client, path):
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_renamed_place_is_sent_again(client, network):
    tag = client.get("/en/map/points.geojson").headers["ETag"]
    network.jiangdong.name = LocalText(en="Another name")
    db.session.commit()
    assert client.get("/en/map/points.geojson", headers={"If-None-Match": tag}).status_code == 200


def test_hostile_names_never_reach_the_script_and_stay_themselves_in_the_data(client):
    script = client.get("/map/base.js").data
    for name in HOSTILE_NAMES:
        build_station(name=LocalText(en=name))
    assert client.get("/map/base.js").data == script
    features = json.loads(client.get("/en/map/points.geojson").data)["features"]
    assert set(HOSTILE_NAMES) <= {feature["properties"]["name"] for feature in features}


@pytest.mark.parametrize("path", ["/en/map", "/en/map/frame"])
def test_hostile_names_are_text_in_the_page(client, path):
    for name in HOSTILE_NAMES:
        build_station(name=LocalText(en=name))
    page = client.get(path).text
    for name in HOSTILE_NAMES:
        assert str(html.escape(name)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "49<img" not in page
    assert not re.search(r"<svg onload", page)


@pytest.mark.parametrize(
    "query", ["?focus=<script>alert(1)</script>", '?focus="onload="x', "?here=1,2;alert(1)", "?here=1e9,nan"]
)
def test_odd_addresses_get_the_plain_map(client, query):
    response = client.get(f"/en/map{query}")
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert 'data-here=""' in response.text


def test_the_place_asked_for_is_marked(client):
    page = client.get("/en/map?focus=jiangdong&here=20.03,110.33").text
    assert '<li data-station="jiangdong" class="is-focus">' in page
    assert 'data-focus="jiangdong"' in page
    assert 'data-here="20.03,110.33"' in page


def test_an_unsure_position_is_told_in_words(client):
    build_station("meilan", precision_m=2500)
    build_station("central-desk", precision_m=300)
    page = client.get("/en/map").text
    assert "Position known to about 2.5 km" in page
    assert "Position known to about 300 m" in page


def test_tiles_are_off_unless_the_operator_sets_them(client):
    assert policy(client.get("/en/map"))["img-src"] == "'self' data:"


def test_the_tiles_of_the_operator_are_let_in_on_the_large_map_only(app, client, monkeypatch):
    settings = app.extensions["settings"]
    tiled = settings.model_copy(
        update={
            "map_tiles": "https://{s}.tiles.example.org/{z}/{x}/{y}.png",
            "map_attribution": "<b>Maps & Co</b>",
        }
    )
    assert isinstance(tiled, Settings)
    monkeypatch.setitem(app.extensions, "settings", tiled)
    page = client.get("/en/map")
    assert policy(page)["img-src"] == (
        "'self' data: https://a.tiles.example.org https://b.tiles.example.org https://c.tiles.example.org"
    )
    assert 'data-tiles-credit="&lt;b&gt;Maps &amp; Co&lt;/b&gt;"' in page.text
    frame = client.get("/en/map/frame")
    assert policy(frame)["img-src"] == "'self' data:"
    assert "tiles.example.org" not in frame.text


def test_a_network_without_places_still_has_a_map(app, client):
    from tests.conftest import empty_tables  # noqa: PLC0415

    empty_tables()
    assert client.get("/en/map").status_code == 200
    assert client.get("/en/map/points.geojson").get_json(force=True)["features"] == []


def test_around_a_place_the_nearest_points_are_drawn(client):
    for number in range(40):
        build_station(f"p-{number}", lat=21 + number / 200, lon=110.3)
    first = client.get("/en/map/points.geojson").json["features"]
    assert [f["properties"]["slug"] for f in first] == [
        "central-window",
        "jiangdong",
        *(f"p-{number}" for number in range(40)),
    ]
    page = client.get("/en/map?here=21.19500,110.30000").text
    assert "This map shows 30 service points." in page
    assert page.count('data-station="p-') == page.count('data-pin="p-') == 30
    link = re.search(r'data-points="([^"]+)"', page)
    assert link
    near = client.get(link[1].replace("&amp;", "&")).json["features"]
    assert [f["properties"]["slug"] for f in near] == [f"p-{number}" for number in range(10, 40)]
    focused = client.get("/en/map?focus=p-39").text
    assert 'data-station="p-39"' in focused
    for wrong in ("here=99,999", "here=x", "focus=nowhere"):
        assert client.get(f"/en/map?{wrong}").status_code == 200


def tiled(app, monkeypatch, **values):
    settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", settings.model_copy(update=values))


def test_the_review_number_stands_with_whose_tiles_they_are(app, client, monkeypatch):
    tiled(app, monkeypatch, map_tiles="https://t{s}.tianditu.gov.cn/{z}/{x}/{y}", map_tiles_subdomains="01",
          map_attribution="天地图", map_review_number="GS(2024)0568号")  # fmt: skip
    page = client.get("/en/map")
    assert 'data-tiles-credit="天地图 · Map review number GS(2024)0568号"' in page.text
    assert policy(page)["img-src"] == "'self' data: https://t0.tianditu.gov.cn https://t1.tianditu.gov.cn"


def test_on_tiles_of_another_datum_the_points_are_shifted_by_the_server(app, client, monkeypatch):
    tiled(app, monkeypatch, map_tiles="https://tiles.example.org/{z}/{x}/{y}", map_tiles_datum="gcj02",
          map_attribution="Amap")  # fmt: skip
    page = client.get("/en/map?here=20.0285,110.3470").text
    address = html.unescape(re.search(r'data-points="([^"]*)"', page)[1])
    assert address.startswith("/en/map/points.geojson?datum=gcj02")
    (lon, lat) = client.get(address).get_json(force=True)["features"][0]["geometry"]["coordinates"]
    expected = from_wgs84((20.0285, 110.3470), Datum.GCJ02)
    assert (lat, lon) == pytest.approx(expected, abs=1e-6)
    assert f'data-here="{expected[0]:.6f},{expected[1]:.6f}"' in page
    assert client.get("/en/map/frame").text.count("datum=gcj02") == 0


def test_a_thousand_points_are_dots_and_a_list(client):
    db.session.add_all(
        Station(slug=f"s-{i}", number=i + 10, kind="station", name=LocalText(en=f"Point {i}"),
                address=LocalText(), district=LocalText(), lat=19.95 + i % 40 * 0.003,
                lon=110.2 + i // 40 * 0.008, precision_m=50, languages=[])
        for i in range(998)
    )  # fmt: skip
    db.session.commit()
    page = client.get("/en/map").text
    assert page.count("<li data-station=") == 1000
    assert page.count('class="s-pin') == 1  # the main one keeps its number
    assert page.count("h0") > 900
    assert len(client.get("/en/map/points.geojson").get_json(force=True)["features"]) == 1000
