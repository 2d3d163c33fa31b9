"""Hostile and clumsy requests get a clear problem, never a 500."""

import json

import pytest

from tests.integration.api.steps import assert_problem, book, make_hold

BAD_HOLDS = {
    "no station": ({"station": None}, "station"),
    "station is a list": ({"station": ["jiangdong"]}, "station"),
    "station with a zero byte": ({"station": "jiang\x00dong"}, "station"),
    "station with half a character": ({"station": "\ud800"}, "station"),
    "station is very long": ({"station": "x" * 100_000}, "station"),
    "service is a number": ({"service": 7}, "service"),
    "time is naive": ({"starts_at": "2026-11-24T10:00:00"}, "starts_at"),
    "time is a date": ({"starts_at": "2026-11-24"}, "starts_at"),
    "time is a number": ({"starts_at": 1795485600}, "starts_at"),
    "time is a word": ({"starts_at": "tomorrow"}, "starts_at"),
    "time is an object": ({"starts_at": {"$gt": ""}}, "starts_at"),
    "time is true": ({"starts_at": True}, "starts_at"),
    "first year": ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
    "last year": ({"starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
    "party is none": ({"party_size": 0}, "party_size"),
    "party is negative": ({"party_size": -1}, "party_size"),
    "party is a text": ({"party_size": "2"}, "party_size"),
    "party is a fraction": ({"party_size": 1.5}, "party_size"),
    "party is tiny": ({"party_size": 2.6e-42}, "party_size"),
    "party is 1e3": ({"party_size": 1e3}, "party_size"),
    "party is true": ({"party_size": True}, "party_size"),
    "party is 2^63": ({"party_size": 2**63}, "party_size"),
    "party is empty": ({"party_size": None}, "party_size"),
    "code is a number": ({"collection_code": 12345678}, "collection_code"),
}


@pytest.mark.parametrize(("change", "field"), BAD_HOLDS.values(), ids=BAD_HOLDS.keys())
def test_a_bad_field_is_named(client, network, change, field):
    answer = make_hold(client, **change)
    assert_problem(answer, 422, "invalid_request")
    assert list(answer.json["errors"]) == [field]
    assert all(isinstance(sentence, str) for sentence in answer.json["errors"][field])


BAD_BODIES = {
    "nothing": (b"", 422),
    "half an object": (b'{"station": ', 400),
    "no text": (b"\xff\xfe\xff", 400),
    "NaN": (b'{"party_size": NaN}', 400),
    "Infinity": (b'{"party_size": -Infinity}', 400),
    "a deep nest": (b"[" * 200_000, 400),
    "a number of 5000 digits": (b'{"party_size": ' + b"9" * 5000 + b"}", 400),
    "a list": (b"[]", 422),
    "a text": (b'"hold"', 422),
    "null": (b"null", 422),
    "a number": (b"1e400", 422),
}


@pytest.mark.parametrize("path", ["/api/v1/holds", "/api/v1/appointments"])
@pytest.mark.parametrize(("body", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_no_json_object_is_refused(client, network, path, body, status):
    headers = {"Idempotency-Key": "k"}
    answer = client.post(path, data=body, content_type="application/json", headers=headers)
    assert_problem(answer, status, "invalid_request")
    assert answer.json["errors"]


def test_another_content_type_is_refused(client, network):
    answer = client.post("/api/v1/holds", data={"station": "jiangdong"})
    assert_problem(answer, 415, "unsupported_media_type")


def test_a_huge_body_is_refused(client, network):
    answer = client.post("/api/v1/holds", data=b" " * 3_000_000 + b"{}", content_type="application/json")
    assert_problem(answer, 413, "request_entity_too_large")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"station": "nowhere"}, 404, "not_found"),
        ({"service": "nothing"}, 404, "not_found"),
        (
            {"service": "collect-permits", "collection_code": "HK7R4M2P", "passport_last4": "1"},
            404,
            "case_not_found",
        ),
        ({"party_size": 6}, 422, "party_too_large"),
        ({"starts_at": "2026-11-23T10:00:00+08:00"}, 422, "outside_window"),
        ({"starts_at": "2027-11-23T10:00:00+08:00"}, 422, "outside_window"),
        ({"starts_at": "2026-11-24T10:07:00+08:00"}, 409, "slot_unavailable"),
        ({"starts_at": "2026-11-24T10:00:00.000001+08:00"}, 409, "slot_unavailable"),
        ({"starts_at": "2026-11-28T10:00:00+08:00"}, 409, "slot_unavailable"),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(client, network, change, status, code):
    assert_problem(make_hold(client, **change), status, code)


def test_a_time_may_be_written_in_any_zone(client, network):
    assert make_hold(client, "2026-11-24T02:00:00Z").status_code == 201
    assert make_hold(client, "2026-11-23T22:00:00-04:00").status_code == 409


def test_unknown_fields_are_left_aside(client, network):
    assert make_hold(client, colour="blue").status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "name_needed"),
        ({"name": None}, "name_needed"),
        ({"email": ""}, "contact_needed"),
        ({"email": "no address"}, "email_unreadable"),
        ({"email": "a@example.org\r\nBcc: x@example.org"}, "invalid_request"),
        ({"phone": "call me"}, "phone_unreadable"),
        ({"language": "de"}, "invalid_request"),
    ],
)
def test_a_contact_that_does_not_reach_anybody_is_refused(client, network, change, code):
    hold_id = make_hold(client).json["hold_id"]
    assert_problem(book(client, hold_id, **change), 422, code)
    assert book(client, hold_id).status_code == 201


def test_a_hold_that_never_was_is_not_found(client, network):
    assert_problem(book(client, "never"), 404, "hold_not_found")


def test_problems_speak_the_language_asked_for(client, network):
    answer = client.post("/api/v1/holds?lang=zh", json={})
    assert json.loads(answer.data)["code"] == "invalid_request"
