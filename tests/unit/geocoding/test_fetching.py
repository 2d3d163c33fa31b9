"""The guarded GET against a server on this machine that does everything wrong."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.geocoding.fetching import FetchLimits, FetchRefused, allowed_address, fetch
from tests import geocoder
from tests.geocoder import Geocoder

LOCAL = FetchLimits(seconds=5, private_host="127.0.0.1")
SHORT = FetchLimits(seconds=0.4, private_host="127.0.0.1")


@pytest.fixture
def server() -> Iterator[Geocoder]:
    with geocoder.running() as running:
        yield running


def test_a_small_answer_of_the_named_host_is_taken(server: Geocoder) -> None:
    server.answer = '{"ok": "万绿园"}'
    assert fetch(f"{server.url}/a?q=%E4%B8%87", LOCAL, headers={"User-Agent": "us"}).decode() == server.answer
    (asked,) = server.asked
    assert (asked.path, asked.query, asked.agent) == ("/a", {"q": "万"}, "us")


@pytest.mark.parametrize("misbehave", geocoder.MISBEHAVING, ids=lambda way: way.__name__)
def test_whatever_a_server_does_is_refused_in_time(server: Geocoder, misbehave: Any) -> None:
    server.answer = misbehave(server)
    with pytest.raises(FetchRefused):
        fetch(server.url, SHORT)
    assert [asked.path for asked in server.asked] == ["/"]  # and no second request


def test_a_host_that_nobody_named_is_not_even_asked(server: Geocoder) -> None:
    for limits in (FetchLimits(1), FetchLimits(1, "localhost"), FetchLimits(1, "127.0.0.2")):
        with pytest.raises(FetchRefused, match="private network"):
            fetch(server.url, limits)
    assert server.asked == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//127.0.0.1/", ""]
)
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(FetchRefused, match="not a web address"):
        fetch(url, LOCAL)


def test_a_closed_port_is_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchRefused, match="no answer"):
            fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/", LOCAL)


NEVER = ["169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "::", "::ffff:169.254.169.254"]
ONLY_NAMED = ["127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "100.100.100.200", "::1", "fd00::1",
              "::ffff:10.0.0.5", "2002:0a00:0005::"]  # fmt: skip
ALWAYS = ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize(
    ("addresses", "asked", "asked_when_named"),
    [
        *(([address], False, False) for address in NEVER),
        *(([address], False, True) for address in ONLY_NAMED),
        *(([address], True, True) for address in ALWAYS),
        (["8.8.8.8", "10.0.0.5"], False, True),
        (["8.8.8.8", "169.254.169.254"], False, False),
        ([], False, False),
    ],
)
def test_which_addresses_a_name_may_have(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], asked: bool, asked_when_named: bool
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    for private_host, allowed in (("", asked), ("other.example", asked), ("Geo.Example", asked_when_named)):
        if allowed:
            assert allowed_address(urlsplit("https://geo.example/x"), private_host) == addresses[0]
        else:
            with pytest.raises(FetchRefused, match="private network"):
                allowed_address(urlsplit("https://geo.example/x"), private_host)


def test_the_checked_address_is_the_one_that_is_connected_to(
    server: Geocoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up, asked = socket.getaddrinfo, []

    def changing(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        first = asked.count("geo.example") == 1
        return look_up("127.0.0.1" if first else "127.0.0.99", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    server.answer = "{}"
    assert fetch(server.url.replace("127.0.0.1", "geo.example"), FetchLimits(5, "geo.example")) == b"{}"
    assert asked.count("geo.example") == 1
