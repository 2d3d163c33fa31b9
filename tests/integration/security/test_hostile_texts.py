"""Texts that try to become code: they are shown as they are on every page and in every answer."""

import html
import json
import re
from html.parser import HTMLParser

import pytest

from app.db import db
from app.localtext import LocalText
from app.stations.hours.plans import forget_plans
from tests.factories import PASSWORD, add_closure, at, build_appointment, build_case, build_user
from tests.hostile import HOSTILE_NAMES

FURTHER = ("49 {{7*7}} {% if 1 %}", "\u202etxt.exe\u2066 \u200b", "two\r\nSet-Cookie: a=b\r\n\r\nlines")
TEXTS = (*HOSTILE_NAMES, *FURTHER)


def everywhere(network, text):
    """Put the text wherever an operator or a visitor can write one."""
    hostile = LocalText(text, text, text)
    for station in (network.central, network.jiangdong):
        station.name = station.full_name = station.address = station.district = station.notice = hostile
    for service in (network.collect, network.document_check):
        service.name = service.description = hostile
    network.visit_type.name = hostile
    for item in network.visit_type.items:
        item.name = hostile
    db.session.commit()
    closed = add_closure(network.jiangdong, at("2026-11-24", "08:00"), at("2026-11-24", "12:00"))
    closed.reason = hostile
    db.session.commit()
    forget_plans()
    case = build_case(network.visit_type, network.central, full_name=text, link="L" * 10)
    return build_appointment(
        network.central, network.collect, case_id=case.id, reference="ABCDEFGH", name=text
    )


def pages_of(client):
    """Return every page that can be got, as somebody with a visit who is also an administrator."""
    client.post("/staff", data={"username": "ada", "password": PASSWORD})
    client.get("/c/" + "L" * 10)
    known = {"lang": "ru", "kind": "book", "slug": "central-window", "reference": "ABCDEFGH"}
    for rule in client.application.url_map.iter_rules():
        arguments = rule.arguments - set(known)
        if "GET" in rule.methods and not arguments and not rule.rule.startswith(("/api", "/staff/sign")):
            path = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda m: known[m[1]], rule.rule)
            answer = client.get(path, query_string={"service": "document-check"})
            if answer.mimetype == "text/html" and answer.status_code == 200:
                yield path, answer.text
            else:
                answer.close()


class Running(HTMLParser):
    """Collects what a browser would run: scripts of the page's own text, handlers, styles."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        if tag in ("base", "iframe") and given.get("src", "") and not given["src"].startswith("/"):
            self.found.append(tag)


def running(page):
    reader = Running()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_page_shows_it_and_runs_nothing(client, network, text):
    everywhere(network, text)
    build_user("ada", role="administrator")
    seen = dict(pages_of(client))

    assert {"/ru/", "/ru/find", "/ru/map", "/ru/places/central-window", "/ru/places/central-window/taxi",
            "/ru/visit", "/ru/visit/cancel", "/staff/today", "/staff/visits/ABCDEFGH",
            "/staff/stations/central-window/hours", "/staff/messages"} <= set(seen)  # fmt: skip
    for path, page in seen.items():
        assert (path, running(page)) == (path, [])
        assert not re.search(r'(?:href|src|action)="(?:javascript|data|//)', page), path
    shown = html.unescape(seen["/ru/places/central-window"])
    assert " ".join(text.split()) in " ".join(shown.split())


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_interfaces_give_it_as_data(client, network, text):
    everywhere(network, text)
    listed = client.get("/api/v1/stations")
    assert (listed.mimetype, listed.json["stations"][0]["name"]) == ("application/json", text)
    for path in ("/api/v1/stations.geojson", "/en/map/points.geojson"):
        answer = client.get(path)
        assert answer.mimetype == "application/geo+json"
        assert text in [f["properties"]["name"] for f in json.loads(answer.data)["features"]]
    assert client.get("/api/v1/services").json["services"][0]["name"] == text
    assert client.get("/api/v1/stations/jiangdong").json["notice"] == text


@pytest.mark.parametrize("text", ["a\0b", "half \ud800 pair", "\udfff"], ids=ascii)
def test_a_text_that_no_page_can_carry_is_not_stored(network, text):
    network.central.name = LocalText(text, text, text)
    db.session.commit()
    db.session.expire_all()

    stored = network.central.name.en
    assert stored == text.replace("\0", "").replace("\ud800", "?").replace("\udfff", "?")
