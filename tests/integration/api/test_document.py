"""The OpenAPI document says what the routes do, and the page says what the document says."""

import csv
import json
import re
from datetime import datetime
from html.parser import HTMLParser

import pytest

from tests.house.sources import ROOT

CONTRACT = {
    ("GET", "/api/v1/stations"),
    ("GET", "/api/v1/stations.geojson"),
    ("GET", "/api/v1/stations/{slug}"),
    ("GET", "/api/v1/stations/{slug}/availability"),
    ("GET", "/api/v1/services"),
    ("POST", "/api/v1/holds"),
    ("POST", "/api/v1/appointments"),
    ("GET", "/api/v1/appointments/{reference}"),
    ("POST", "/api/v1/appointments/{reference}/reschedule"),
    ("POST", "/api/v1/appointments/{reference}/cancel"),
    ("GET", "/api/v1/appointments/{reference}/calendar.ics"),
    ("GET", "/api/v1/openapi.json"),
}


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json


def operations(document):
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def offered_pairs() -> set[tuple[str, str]]:
    rows = csv.DictReader((ROOT / "seed_data" / "station_services.csv").read_text("utf-8").splitlines())
    return {(row["slug"], row["service"]) for row in rows}


def test_the_examples_ask_for_what_the_station_offers(document):
    schemas = document["components"]["schemas"]
    examples = [
        tuple(schema["properties"][name]["example"] for name in ("station", "service"))
        for schema in schemas.values()
        if {"station", "service"} <= schema.get("properties", {}).keys()
        and "example" in schema["properties"]["station"]
    ]
    text = (ROOT / "docs" / "api.md").read_text()
    examples += re.findall(r"/stations/([\w-]+)/availability\?service=([\w-]+)", text)
    examples += re.findall(r'"station": "([\w-]+)", "service": "([\w-]+)"', text)
    assert len(examples) >= 3
    assert set(examples) <= offered_pairs()
    assert set(re.findall(r"service=([\w-]+)", text)) <= {s for _, s in offered_pairs()}


def test_every_station_and_the_talent_home_help_businesses_to_recruit():
    advised = {slug for slug, service in offered_pairs() if service == "recruitment-advice"}
    assert advised == {slug for slug, _service in offered_pairs()} - {"central-window"}


def test_the_document_names_every_route_and_no_other(app, document):
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert set(operations(document)) == routes
    assert routes >= CONTRACT


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert set(document) >= {"openapi", "info", "paths", "components", "tags"}
    assert document["info"]["title"]
    assert document["info"]["version"]


def test_every_reference_in_the_document_leads_somewhere(document):
    found = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)))
    assert found
    for reference in found:
        node = document
        for part in reference.split("/"):
            node = node[part]


def test_every_operation_is_described(document):
    for (method, path), operation in operations(document).items():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["tags"], where
        assert any(status.startswith("2") for status in operation["responses"]), where
        named = {p["name"] for p in parameters(document, path, operation) if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), where


def parameters(document, path, operation):
    listed = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    return [p for p in listed if "$ref" not in p]


def test_errors_are_described_as_problems(document):
    for name, answer in document["components"]["responses"].items():
        assert set(answer["content"]) == {"application/problem+json"}, name


def test_answers_stay_open_for_what_comes_with_a_later_release(document):
    shapes = document["components"]["schemas"]
    assert [name for name, shape in shapes.items() if shape.get("additionalProperties") is False] == []
    assert {"candidates", "districts"} <= shapes["PlaceQuestion"]["properties"].keys()


def test_an_example_is_of_the_format_it_illustrates(document):
    asked = {
        p["name"]: p["schema"]
        for p in parameters(document, "/api/v1/stations", operations(document)["GET", "/api/v1/stations"])
    }
    assert "format" not in asked["open_at"]
    assert asked["open_at"]["anyOf"] == [{"const": "now"}, {"format": "date-time"}]
    for shape in document["components"]["schemas"].values():
        for node in shape.get("properties", {}).values():
            if node.get("format") == "date-time" and "example" in node:
                assert datetime.fromisoformat(node["example"]).tzinfo


def test_signs_that_are_refused_are_declared(document):
    for shape in ("NewHold", "NewAppointment", "Move"):
        texts = [
            node
            for node in document["components"]["schemas"][shape]["properties"].values()
            if "string" in node["type"] and not {"format", "enum"} & node.keys()
        ]
        assert texts
        for node in texts:
            assert re.search(node["pattern"], "Анна 安娜 😀")
            assert not re.search(node["pattern"], "a\tb")


def test_the_document_and_the_files_are_not_sent_again(client, network):
    for path in ("/api/v1/openapi.json", "/robots.txt"):
        mark = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": mark}).status_code == 304, path


def test_a_booking_names_its_key_and_a_visit_its_token(document):
    book = operations(document)["POST", "/api/v1/appointments"]
    header = next(p for p in book["parameters"] if p["in"] == "header")
    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    for (_method, path), operation in operations(document).items():
        assert bool(operation.get("security")) == path.startswith("/api/v1/appointments/"), path


def test_times_are_described_as_times(document):
    shapes = document["components"]["schemas"]
    assert shapes["NewHold"]["properties"]["starts_at"]["format"] == "date-time"
    assert shapes["Slot"]["properties"]["ends_at"]["format"] == "date-time"
    assert set(shapes["NewHold"]["required"]) == {"station", "service", "starts_at"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.tags, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.attributes += given
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]


def test_the_page_tells_every_operation_and_asks_no_other_host(client, document):
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    page = Page()
    page.feed(answer.text)
    for method, path in operations(document):
        assert f"{method} {path}" in answer.text
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in page.links)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "style" not in page.attributes
    assert not [a for a in page.attributes if a.startswith("on")]
    assert all(given.get("src") for tag, given in page.tags if tag == "script")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
