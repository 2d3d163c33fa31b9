"""What people type into the address line, and what search engines are told of the pages."""

import re
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Network
from tests.house.sources import templates

XHTML = "{http://www.w3.org/1999/xhtml}link"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/staff/", "/staff"),
        ("/EN/", "/en/"),
        ("/EN", "/en/"),
        ("/en/find/?near=Plaza%20x", "/en/find?near=Plaza%20x"),
        ("/places/jiangdong", "/ru/places/jiangdong"),
        ("/Places/Jiangdong/", "/ru/places/jiangdong"),
        ("/en/places/Jiangdong", "/en/places/jiangdong"),
        ("/find", "/ru/find"),
        ("/C/AbCd/", "/c/AbCd"),
    ],
)
def test_an_address_nearly_right_leads_to_what_is_meant(
    client: FlaskClient, network: Network, typed: str, meant: str
) -> None:
    answer = client.get(typed, headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.location) == (302, meant)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nowhere/", "/en/places/Nowhere", "/en/nowhere/", "/api/v1/stations/"])
def test_what_means_nothing_is_not_found(client: FlaskClient, network: Network, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


def test_nothing_is_posted_to_another_address(client: FlaskClient, network: Network) -> None:
    assert client.post("/staff/").status_code == 404
    assert client.post("/EN/collect/code").status_code == 404


def test_the_help_line_is_that_of_the_settings() -> None:
    """The city's hotline is named as such on one page; everywhere else the number is a setting."""
    assert {path.name for path in templates() if "12345" in path.read_text()} == {"contact.html"}


def test_every_page_has_the_help_line(client: FlaskClient, network: Network) -> None:
    for path in ("", "find", "places/jiangdong", "collect/code", "nowhere"):
        assert 'href="tel:12345"' in client.get(f"/en/{path}").text, path


@pytest.mark.parametrize("path", ["", "find", "places/jiangdong", "map", "privacy"])
def test_a_public_page_says_what_it_is_and_where_it_is_in_each_language(
    client: FlaskClient, network: Network, path: str
) -> None:
    page = client.get(f"/ru/{path}?service=document-check").text
    assert re.search(r'<meta name="description" content="[^"]{20,}">', page)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/ru/{path}">' in page
    for language, code in (("en", "en"), ("zh", "zh-Hans"), ("ru", "ru"), ("en", "x-default")):
        assert (
            f'<link rel="alternate" hreflang="{code}" href="http://127.0.0.1:8000/{language}/{path}">' in page
        )


def test_answers_to_one_persons_question_are_not_listed(client: FlaskClient, network: Network) -> None:
    noindex = '<meta name="robots" content="noindex">'
    assert noindex in client.get("/en/find?near=20.04,110.32").text
    assert noindex in client.get("/en/find?near=Atlantis").text
    assert noindex not in client.get("/en/find?service=document-check").text
    assert "canonical" not in client.get("/en/nowhere").text
    assert "canonical" not in client.get("/en/collect/code").text


def test_the_sitemap_names_every_point_in_each_language(client: FlaskClient, network: Network) -> None:
    answer = client.get("/sitemap.xml")
    pages = ElementTree.fromstring(answer.data)
    addresses = [page[0].text for page in pages]
    assert len(addresses) == len(set(addresses))
    assert {f"http://127.0.0.1:8000/{lang}/places/jiangdong" for lang in ("en", "zh", "ru")} <= set(addresses)
    assert all(len(page.findall(XHTML)) == 3 for page in pages)
    for address in addresses:
        assert client.get((address or "").removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").text


def test_the_place_to_report_a_weakness_is_told_where_it_is_set(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings = app.extensions["settings"]
    told = settings.model_copy(update={"security_contact": "mailto:safe@example.org"})
    monkeypatch.setitem(app.extensions, "settings", told)

    lines = client.get("/.well-known/security.txt").text.splitlines()
    assert lines[0] == "Contact: mailto:safe@example.org"
    assert lines[1] == "Expires: 2027-05-23T01:00:00+00:00"
