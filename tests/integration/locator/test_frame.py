"""What every page has: one heading, a language, display settings, small files of ours only."""

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Network
from tests.integration.locator.pages import words_of

PATHS = ["", "find", "places/central-window", "places/central-window/taxi", "contact", "privacy",
         "accessibility", "nowhere"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_one_heading_a_title_of_its_own_and_no_outside_or_inline_code(
    client: FlaskClient, network: Network, path: str
) -> None:
    page = client.get(f"/en/{path}").text
    assert page.count("<h1") == 1
    assert re.search(r"<title>[^<]+ – Haikou Foreigners’ Service</title>", page)
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=\"/)(?! type=\"application/ld)", page)
    assert not re.search(r'(src|<link (?!rel="(?:canonical|alternate)")[^>]*href)="(https?:)?//', page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "Need help?" in words_of(page) or path == "contact"


@pytest.mark.parametrize("path", PATHS)
def test_ids_are_unique_and_labels_point_at_fields(client: FlaskClient, network: Network, path: str) -> None:
    page = client.get(f"/en/{path}").text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label for="([^"]+)"', page)) <= set(ids)
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)


def test_display_settings_are_kept_in_a_cookie_and_lead_back(client: FlaskClient, network: Network) -> None:
    answer = client.get("/en/display?text=larger&back=/en/contact")
    assert (answer.status_code, answer.location) == (302, "/en/contact")
    client.get("/en/display?contrast=high")
    page = client.get("/en/contact").text
    assert 'class="larger contrast"' in page
    assert "Normal text" in page
    client.get("/en/display?text=normal&contrast=normal")
    assert 'class=""' in client.get("/en/contact").text


def test_display_settings_never_lead_to_another_site(client: FlaskClient) -> None:
    for back in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        assert client.get("/en/display", query_string={"back": back}).location == "/en/"


def test_unknown_display_wishes_change_nothing(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/en/display?text=huge&contrast=1").headers


def test_static_files_are_asked_for_by_their_contents_and_kept_a_year(client: FlaskClient) -> None:
    page = client.get("/en/contact").text
    sheet = re.search(r'href="(/static/css/site\.css\?v=[0-9a-f]{10})"', page)
    assert sheet
    answer = client.get(sheet[1], buffered=True)
    assert answer.cache_control.max_age == 31_536_000
    assert client.get("/static/css/site.css", buffered=True).cache_control.max_age != 31_536_000


def test_the_style_sheet_and_the_script_stay_small(app: Flask, client: FlaskClient) -> None:
    assert len(gzip.compress(client.get("/static/css/site.css", buffered=True).data)) <= 10_240
    assert len(gzip.compress(client.get("/static/js/site.js", buffered=True).data)) <= 6_144


def test_pages_stay_small(client: FlaskClient, network: Network) -> None:
    for path in PATHS:
        assert len(gzip.compress(client.get(f"/en/{path}").data)) <= 10_240, path


def test_style_uses_logical_directions_only(client: FlaskClient) -> None:
    sheet = (
        client.get("/static/css/site.css", buffered=True).text
        + client.get("/static/css/staff.css", buffered=True).text
    )
    physical = re.findall(
        r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|\b(?:left|right):", sheet
    )
    assert physical == []


def test_robots_stay_out_of_personal_links(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert "Disallow: /c/" in answer.text
    assert "Disallow: /staff\n" in answer.text


def test_the_mark_of_the_site_is_a_small_drawing(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico", buffered=True)
    assert answer.mimetype == "image/svg+xml"
    assert len(answer.data) < 1024


def test_a_bad_request_of_a_page_is_a_page(client: FlaskClient) -> None:
    answer = client.post("/en/contact")
    assert answer.status_code == 405
    assert "This did not work" in words_of(answer.text)
