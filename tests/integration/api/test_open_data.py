"""Stations, services and free times: open data, read by programs and by pages of other sites."""

from datetime import datetime, time, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import event

from app.db import db
from app.stations.models import StationFact, StationPhone
from tests import factories

NEAR_JIANGDONG = "19.9901,110.5001"


def get(client, path, status=200, **query):
    answer = client.get(f"/api/v1{path}", query_string=query)
    assert answer.status_code == status, answer.text
    return answer


def slugs(answer):
    return [station["slug"] for station in answer.json["stations"]]


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"


def test_stations_are_listed_in_their_order_without_an_origin(client, network):
    answer = get(client, "/stations")
    assert slugs(answer) == ["central-window", "jiangdong"]
    assert answer.json["origin"] is None
    central = answer.json["stations"][0]
    assert central["services"] == ["collect-permits", "document-check"]
    assert (central["distance_m"], central["uncertainty_m"]) == (None, None)
    assert central["open_now"] is True
    assert central["next_available"] == "2026-11-24T09:00:00+08:00"
    assert central["names"]["ru"] == "Central Window (ru)"


def test_the_nearest_station_comes_first(client, network):
    answer = get(client, "/stations", near=NEAR_JIANGDONG)
    assert slugs(answer) == ["jiangdong", "central-window"]
    nearest = answer.json["stations"][0]
    assert isinstance(nearest["distance_m"], int)
    assert 0 < nearest["distance_m"] < 50
    assert nearest["uncertainty_m"] == 50
    origin = answer.json["origin"]
    assert (origin["lat"], origin["lon"], origin["precision_m"]) == (19.9901, 110.5001, 0)
    assert origin["label"]


def test_a_place_is_an_origin_with_its_own_radius(client, network):
    factories.build_place("east-station", lat=19.9902, lon=110.5002, precision_m=300)
    answer = get(client, "/stations", place="East Station", lang="ru")
    assert slugs(answer)[0] == "jiangdong"
    assert answer.json["origin"]["label"] == "East Station (ru)"
    assert answer.json["origin"]["precision_m"] == 300
    assert answer.json["stations"][0]["uncertainty_m"] == 350


def test_a_service_leaves_only_stations_that_offer_it(client, network):
    answer = get(client, "/stations", service="collect-permits", near=NEAR_JIANGDONG)
    assert slugs(answer) == ["central-window"]


def test_a_limit_keeps_the_nearest(client, network):
    assert slugs(get(client, "/stations", near=NEAR_JIANGDONG, limit=1)) == ["jiangdong"]
    assert slugs(get(client, "/stations", limit=1)) == ["central-window"]


def test_unconfirmed_hours_say_neither_open_nor_closed(client, network):
    factories.build_station("fuxingcheng", hours_confirmed_on=None, desks=1)
    station = get(client, "/stations").json["stations"][-1]
    assert (station["slug"], station["open_now"]) == ("fuxingcheng", None)
    assert station["next_available"] is None  # it offers nothing


def test_next_available_is_after_what_is_taken(client, network):
    body = {"station": "jiangdong", "service": "document-check", "starts_at": "2026-11-24T09:00:00+08:00"}
    assert client.post("/api/v1/holds", json=body).status_code == 201
    for query in ({}, {"service": "document-check"}):
        station = get(client, "/stations", near=NEAR_JIANGDONG, **query).json["stations"][0]
        assert station["next_available"] == "2026-11-24T09:20:00+08:00"


def test_the_number_of_queries_does_not_grow_with_the_stations(client, network):
    few = count_statements(lambda: get(client, "/stations", near=NEAR_JIANGDONG))
    for _ in range(8):
        factories.build_station(services=[network.document_check], desks=1)
    get(client, "/stations")  # each new plan is read once
    many = count_statements(lambda: get(client, "/stations", near=NEAR_JIANGDONG))
    assert many == few
    assert many <= 8


def count_statements(ask):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    ask()  # plans are remembered from here on
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([s for s in statements if s.lstrip().upper().startswith("SELECT")])


def test_a_station_is_told_with_what_is_known_and_how_well(client, network, now):
    db.session.add(
        StationPhone(station_id=network.central.id, number="0898 1234", label=factories.words("Desk"))
    )
    db.session.add(
        StationFact(station_id=network.central.id, field="position", confidence="approximate", source="map")
    )
    db.session.commit()
    factories.add_exception(
        network.central, (now + timedelta(days=1)).date(), time(10), time(11), reason="Drill"
    )
    station = get(client, "/stations/central-window").json
    assert station["phones"] == [{"number": "0898 1234", "label": "Desk"}]
    assert station["facts"][0] == {
        "field": "position", "confidence": "approximate", "source": "map", "note": None, "checked_on": None,
    }  # fmt: skip
    assert len(station["hours"]) == 7
    assert station["hours"][1] == {
        "date": "2026-11-25", "kind": "exception", "reason": "Drill",
        "open": [{"opens_at": "2026-11-25T10:00:00+08:00", "closes_at": "2026-11-25T11:00:00+08:00"}],
    }  # fmt: skip
    assert (station["door"], station["closes_at"]) == ("open", "2026-11-24T12:00:00+08:00")
    assert station["hours_confirmed_on"] == "2026-11-01"


def test_the_stations_are_geojson(client, network):
    answer = get(client, "/stations.geojson")
    assert answer.mimetype == "application/geo+json"
    assert answer.json["type"] == "FeatureCollection"
    feature = answer.json["features"][1]
    assert (feature["type"], feature["id"]) == ("Feature", "jiangdong")
    assert feature["geometry"] == {"type": "Point", "coordinates": [110.5, 19.99]}
    assert feature["properties"]["slug"] == "jiangdong"


def test_services_say_what_they_ask_for(client, network):
    services = get(client, "/services").json["services"]
    assert [(s["code"], s["needs_case"]) for s in services] == [
        ("collect-permits", True),
        ("document-check", False),
    ]


def test_free_times_of_a_day(client, network):
    answer = get(
        client, "/stations/central-window/availability", service="document-check",
        **{"from": "2026-11-24", "days": 1},
    )  # fmt: skip
    (day,) = answer.json["days"]
    assert day["date"] == "2026-11-24"
    assert len(day["slots"]) == 9 + 7
    assert day["slots"][0] == {
        "starts_at": "2026-11-24T09:00:00+08:00", "ends_at": "2026-11-24T09:20:00+08:00", "remaining": 2,
    }  # fmt: skip


def test_free_times_are_for_seven_days_from_today_if_nothing_is_asked(client, network):
    days = get(client, "/stations/jiangdong/availability", service="document-check").json["days"]
    assert [day["date"] for day in days] == [f"2026-11-{d}" for d in range(24, 31)]
    assert days[4]["slots"] == []  # Saturday


def test_free_times_have_room_for_the_party(client, network):
    query = {"service": "document-check", "days": 1, "party_size": 2}
    assert get(client, "/stations/central-window/availability", **query).json["days"][0]["slots"]
    assert not get(client, "/stations/jiangdong/availability", **query).json["days"][0]["slots"]


def test_free_times_count_holds(client, network):
    starts_at = "2026-11-24T09:20:00+08:00"
    body = {"station": "central-window", "service": "document-check", "starts_at": starts_at}
    client.post("/api/v1/holds", json=body)
    slots = get(client, "/stations/central-window/availability", service="document-check").json["days"][0][
        "slots"
    ]
    assert {s["starts_at"]: s["remaining"] for s in slots}[starts_at] == 1


def test_times_are_on_the_stations_own_clock(client, network):
    factories.build_station("berlin", services=[network.document_check], desks=1, timezone="Europe/Berlin")
    slots = get(
        client, "/stations/berlin/availability", service="document-check", **{"from": "2026-11-25", "days": 1}
    ).json["days"][0]["slots"]
    assert slots[0]["starts_at"] == "2026-11-25T09:00:00+01:00"


AV = "/stations/jiangdong/availability"
DC = {"service": "document-check"}

BAD = {
    "latitude alone": ("/stations", {"near": "20.04"}, 400, "bad_coordinates"),
    "no numbers": ("/stations", {"near": "here"}, 400, "bad_coordinates"),
    "nothing": ("/stations", {"near": ""}, 400, "bad_coordinates"),
    "not a number": ("/stations", {"near": "nan,nan"}, 400, "bad_coordinates"),
    "infinity": ("/stations", {"near": "inf,110"}, 400, "bad_coordinates"),
    "off the earth": ("/stations", {"near": "20,1e9"}, 400, "bad_coordinates"),
    "swapped": ("/stations", {"near": "110.32,20.04"}, 400, "coordinates_swapped"),
    "unknown place": ("/stations", {"place": "Atlantis"}, 400, "place_unknown"),
    "empty place": ("/stations", {"place": ""}, 400, "place_unknown"),
    "zero byte": ("/stations", {"place": "a\0b"}, 400, "bad_request"),
    "long place": ("/stations", {"place": "x" * 5000}, 422, "invalid_request"),
    "unknown service": ("/stations", {"service": "nothing"}, 404, "not_found"),
    "limit of none": ("/stations", {"limit": "0"}, 422, "invalid_request"),
    "limit below none": ("/stations", {"limit": "-1"}, 422, "invalid_request"),
    "limit of 1e3": ("/stations", {"limit": "1e3"}, 422, "invalid_request"),
    "limit of 2^63": ("/stations", {"limit": str(2**63)}, 422, "invalid_request"),
    "limit in other digits": ("/stations", {"limit": "٣"}, 422, "invalid_request"),
    "other language": ("/stations", {"lang": "de"}, 422, "invalid_request"),
    "unknown station": ("/stations/nowhere", {}, 404, "not_found"),
    "zero byte in an address": ("/stations/a%00b", {}, 400, "bad_request"),
    "no service": (AV, {}, 422, "invalid_request"),
    "service not offered": (AV, {"service": "collect-permits"}, 422, "service_not_offered"),
    "days of none": (AV, DC | {"days": "0"}, 422, "invalid_request"),
    "days of a year": (AV, DC | {"days": "365"}, 422, "invalid_request"),
    "no party": (AV, DC | {"party_size": "0"}, 422, "invalid_request"),
    "a word for a day": (AV, DC | {"from": "today"}, 422, "invalid_request"),
    "no such day": (AV, DC | {"from": "2026-02-30"}, 422, "invalid_request"),
    "the last day": (AV, DC | {"from": "9999-12-31"}, 422, "invalid_request"),
    "the first day": (AV, DC | {"from": "0001-01-01"}, 422, "invalid_request"),
    "other route": ("/nothing", {}, 404, "not_found"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "query", "status", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_question_gets_a_clear_answer(client, network, path, query, status, code):
    answer = client.get(f"/api/v1{path}", query_string=query)
    assert_problem(answer, status, code)
    if code == "invalid_request":
        assert list(answer.json["errors"]) == [next(iter(set(query) - {"service"}), "service")]


def test_a_name_of_several_places_is_answered_with_them(client, network):
    for district, lat in (("Longhua", 20.01), ("Meilan", 20.05)):
        factories.build_place(
            f"plaza-{district}", name=factories.words("Plaza"), district=factories.words(district), lat=lat
        )
    answer = client.get("/api/v1/stations?place=Plaza")
    assert_problem(answer, 400, "place_ambiguous")
    assert [c["district"] for c in answer.json["candidates"]] == ["Longhua", "Meilan"]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Nothing here has this name"), ("zh", "没有"), ("ru", "нет")]
)
def test_a_name_that_nothing_has_is_no_lost_page(client, network, lang, said):
    answer = client.get(f"/api/v1/stations?service=nope&lang={lang}")
    assert said in answer.json["detail"]
    assert "page" not in answer.json["detail"]


@pytest.mark.parametrize("path", ["/stations", "/stations/nowhere", "/nothing", "/closures.ics"])
def test_an_answer_says_its_language(client, network, path):
    for asked, told in (("zh-CN", "zh-Hans"), ("ru", "ru"), ("de", "en")):
        answer = client.get(f"/api/v1{path}", headers={"Accept-Language": asked})
        assert answer.headers["Content-Language"] == told


def test_a_wrong_method_is_told_the_right_ones(client, network):
    answer = client.delete("/api/v1/stations")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


OPEN = (
    "/stations",
    "/stations.geojson",
    "/stations/jiangdong",
    "/services",
    "/stations/jiangdong/availability?service=document-check",
    "/stations/nowhere",
    "/openapi.json",
)


@pytest.mark.parametrize("path", OPEN)
def test_other_sites_may_read_open_data(client, network, path):
    answer = client.get(f"/api/v1{path}", headers={"Origin": "https://example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


def test_other_sites_may_not_read_visits(client, network):
    for answer in (client.get("/api/v1/appointments/HK7R4M2P"), client.post("/api/v1/holds", json={})):
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", OPEN[:4])
def test_what_has_not_changed_is_not_sent_again(client, network, path):
    first = client.get(f"/api/v1{path}")
    again = client.get(f"/api/v1{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    factories.build_station("new-one", number=0)
    factories.build_service("new-service")
    network.jiangdong.precision_m = 77
    db.session.commit()
    assert client.get(f"/api/v1{path}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_names_of_operators_stay_data(client, network):
    name = "{{7*7}}<img src=x onerror=alert(1)>${1}\"'\\"
    network.jiangdong.name = factories.words(name)
    db.session.commit()
    assert get(client, "/stations/jiangdong").json["name"] == name
    assert get(client, "/stations.geojson").json["features"][1]["properties"]["name"] == name


def test_every_time_is_written_with_its_offset(client, network):
    text = get(client, "/stations/jiangdong/availability", service="document-check").json["days"][0]["slots"]
    assert all(datetime.fromisoformat(slot["starts_at"]).utcoffset() == timedelta(hours=8) for slot in text)
    assert quote("+") not in str(text)
