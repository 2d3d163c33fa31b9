"""Answers are sent small, and what could be guessed by their length is not."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

from tests.factories import Network, build_case

STYLE = "/static/css/site.css?v=1"
HTTPS = "https://localhost"


@pytest.mark.parametrize(("accepts", "unpack"), [("br, gzip", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_static_file_is_packed_and_kept_for_a_year(client: FlaskClient, accepts: str, unpack) -> None:  # type: ignore[no-untyped-def]
    plain = client.get(STYLE, buffered=True)
    packed = client.get(STYLE, buffered=True, headers={"Accept-Encoding": accepts})
    assert unpack(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
    for answer in (plain, packed):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_a_packed_file_is_asked_for_again_by_its_own_mark(client: FlaskClient) -> None:
    packs = {"Accept-Encoding": "br"}
    answers = [client.get(STYLE, buffered=True, headers=headers) for headers in ({}, packs)]
    marks = [answer.headers["ETag"] for answer in answers if answer.data]
    assert marks[0] != marks[1]
    again = client.get(STYLE, buffered=True, headers={**packs, "If-None-Match": marks[1]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_sent_as_it_lies_there(client: FlaskClient) -> None:
    part = client.get(STYLE, buffered=True, headers={"Accept-Encoding": "br", "Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    assert "Content-Encoding" not in part.headers


def test_the_first_page_is_the_same_for_everybody(client: FlaskClient, network: Network) -> None:
    answer = client.get("/en/", headers={"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Content-Encoding"] == "br"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("base", "site", "packed"),
    [
        (HTTPS, "same-origin", True),
        (HTTPS, "none", True),
        (HTTPS, "cross-site", False),
        (HTTPS, "same-site", False),
        (HTTPS, None, False),
        ("http://localhost", None, True),  # without TLS there is nothing to guess
    ],
)
def test_a_persons_page_is_not_packed_for_another_site(
    client: FlaskClient, network: Network, base: str, site: str | None, packed: bool
) -> None:
    case = build_case(network.visit_type, network.central)
    client.get(f"/c/{case.link}", base_url=base)
    headers = {"Accept-Encoding": "br", **({"Sec-Fetch-Site": site} if site else {})}
    answer = client.get("/en/collect", base_url=base, headers=headers)
    assert answer.status_code == 200
    assert ("Content-Encoding" in answer.headers) is packed


def test_a_form_token_counts_as_a_secret(client: FlaskClient, network: Network) -> None:
    headers = {"Accept-Encoding": "br", "Sec-Fetch-Site": "cross-site"}
    answer = client.get("/en/places/central-window/report", base_url=HTTPS, headers=headers)
    assert "csrf_token" in answer.get_data(as_text=True)
    assert "Content-Encoding" not in answer.headers
