"""Hold, book, look, move, cancel: as a client that has read the contract and nothing else."""

import json
from datetime import datetime, timedelta

import pytest

from app.appointments.models import Appointment
from app.cases.models import LegState
from app.db import db
from tests import factories

NINE = "2026-11-24T09:00:00+08:00"
TEN = "2026-11-24T10:00:00+08:00"
PERSON = {"name": "Maria Example", "email": "maria@example.org"}


def make_hold(client, starts_at=TEN, station="jiangdong", service="document-check", **more):
    body = {"station": station, "service": service, "starts_at": starts_at, "party_size": 1, **more}
    return client.post("/api/v1/holds", json=body)


def book(client, hold_id, key="key-1", **more):
    body = {"hold_id": hold_id, **PERSON, **more}
    return client.post("/api/v1/appointments", json=body, headers={"Idempotency-Key": key})


def booked(client, starts_at=TEN, key="key-1", **more):
    answer = book(client, make_hold(client, starts_at, **more).json["hold_id"], key)
    assert answer.status_code == 201, answer.text
    return answer.json


def bearer(visit):
    return {"Authorization": f"Bearer {visit['manage_token']}"}


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]


def test_a_visit_is_held_booked_seen_moved_and_cancelled(client, network):
    held = make_hold(client)
    assert held.status_code == 201
    assert datetime.fromisoformat(held.json["expires_at"]) == factories.TUESDAY + timedelta(minutes=15)

    made = book(client, held.json["hold_id"])
    assert made.status_code == 201
    visit = made.json
    assert (visit["starts_at"], visit["ends_at"]) == (TEN, "2026-11-24T10:20:00+08:00")
    assert (visit["station"], visit["service"], visit["status"]) == ("jiangdong", "document-check", "booked")

    address = f"/api/v1/appointments/{visit['reference']}"
    seen = client.get(address, headers=bearer(visit))
    assert seen.status_code == 200
    assert seen.json["starts_at"] == TEN
    assert seen.headers["Cache-Control"] == "no-store"

    moved = client.post(
        f"{address}/reschedule",
        json={"starts_at": "2026-11-25T09:20:00+08:00", "station": "central-window"},
        headers=bearer(visit),
    )
    assert (moved.status_code, moved.json["station"]) == (200, "central-window")
    assert moved.json["starts_at"] == "2026-11-25T09:20:00+08:00"

    file = client.get(f"{address}/calendar.ics", headers=bearer(visit))
    assert file.status_code == 200
    assert file.mimetype == "text/calendar"
    assert b"BEGIN:VEVENT" in file.data

    cancelled = client.post(f"{address}/cancel", headers=bearer(visit))
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    again = client.post(f"{address}/cancel", headers=bearer(visit))
    assert (again.status_code, again.json["status"]) == (200, "cancelled")


def test_no_cookie_is_set_or_needed(csrf_client, network):
    made = book(csrf_client, make_hold(csrf_client).json["hold_id"])
    assert made.status_code == 201
    assert "Set-Cookie" not in made.headers


def test_the_same_key_gives_the_same_bytes_even_after_a_move(client, network):
    hold_id = make_hold(client).json["hold_id"]
    first = book(client, hold_id)
    moved = client.post(
        f"/api/v1/appointments/{first.json['reference']}/reschedule",
        json={"starts_at": "2026-11-25T09:20:00+08:00"},
        headers=bearer(first.json),
    )
    assert moved.status_code == 200
    again = book(client, hold_id)
    assert (again.status_code, again.data) == (201, first.data)
    assert db.session.query(Appointment).count() == 1


def test_a_key_with_other_contents_is_refused(client, network):
    booked(client)
    other = make_hold(client, "2026-11-24T10:40:00+08:00").json["hold_id"]
    assert_problem(book(client, other), 422, "key_reused")
    assert db.session.query(Appointment).count() == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 256}])
def test_a_booking_needs_a_key(client, network, headers):
    hold_id = make_hold(client).json["hold_id"]
    answer = client.post("/api/v1/appointments", json={"hold_id": hold_id, **PERSON}, headers=headers)
    assert_problem(answer, 400, "invalid_request")
    assert "Idempotency-Key" in answer.json["errors"]


def test_a_full_time_is_answered_with_free_ones(client, network):
    assert make_hold(client).status_code == 201
    answer = make_hold(client)
    assert_problem(answer, 409, "slot_unavailable")
    alternatives = answer.json["alternatives"]
    assert len(alternatives) == 3
    assert {tuple(a) for a in alternatives} == {("starts_at", "ends_at", "remaining")}
    assert TEN not in [a["starts_at"] for a in alternatives]
    assert make_hold(client, alternatives[0]["starts_at"]).status_code == 201


def test_a_sold_out_time_is_refused_without_a_write_transaction(client, network, monkeypatch):
    make_hold(client)

    def no_writing(*_args, **_kwargs):
        raise AssertionError("a write transaction began")

    monkeypatch.setattr("app.api.v1.bookings.transact", no_writing)
    assert_problem(make_hold(client), 409, "slot_unavailable")


def test_a_time_that_is_lost_while_deciding_is_answered_with_free_ones(client, network, clock):
    late = make_hold(client).json["hold_id"]
    clock.move(minutes=16)
    assert make_hold(client).status_code == 201
    answer = book(client, late)
    assert_problem(answer, 409, "slot_unavailable")
    assert len(answer.json["alternatives"]) == 3


def test_moving_to_a_full_time_keeps_the_old_one(client, network):
    visit = booked(client)
    make_hold(client, "2026-11-24T11:00:00+08:00")
    address = f"/api/v1/appointments/{visit['reference']}"
    answer = client.post(
        f"{address}/reschedule", json={"starts_at": "2026-11-24T11:00:00+08:00"}, headers=bearer(visit)
    )
    assert_problem(answer, 409, "slot_unavailable")
    assert answer.json["alternatives"]
    assert client.get(address, headers=bearer(visit)).json["starts_at"] == TEN


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer ÿ"}],
)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/cancel"), ("POST", "/reschedule"), ("GET", "/calendar.ics")],
)
def test_without_its_token_no_visit_is_confirmed_or_denied(client, network, headers, known, method, path):
    reference = booked(client)["reference"] if known else "HK7R4M2P"
    answer = client.open(
        f"/api/v1/appointments/{reference}{path}",
        method=method,
        headers=headers,
        json={"starts_at": TEN} if method == "POST" else None,
    )
    assert_problem(answer, 401, "token_wrong")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_one_visits_token_does_not_open_another(client, network):
    mine, other = booked(client), booked(client, "2026-11-24T11:00:00+08:00", "key-2")
    answer = client.post(f"/api/v1/appointments/{other['reference']}/cancel", headers=bearer(mine))
    assert_problem(answer, 401, "token_wrong")


# --- collecting permits ------------------------------------------------------------------------


@pytest.fixture
def case(network):
    return factories.build_case(network.visit_type, network.central, code="HK7R4M2P", passport="P1234567")


def hold_by_code(client, code="hk7r 4m2p", last4="4567", starts_at=TEN):
    return make_hold(
        client, starts_at, "central-window", "collect-permits", collection_code=code, passport_last4=last4
    )


def test_permits_are_collected_by_code(client, case):
    held = hold_by_code(client)
    assert held.status_code == 201, held.text
    answer = client.post(
        "/api/v1/appointments",
        json={"hold_id": held.json["hold_id"]},
        headers={"Idempotency-Key": "by-code"},
    )
    assert answer.status_code == 201
    assert db.session.query(Appointment).one().case_id == case.id


def test_the_language_of_the_case_is_taken_when_none_is_asked_for(client, network):
    factories.build_case(
        network.visit_type, network.central, code="HK7R4M2P", passport="P1234567", language="ru"
    )
    hold_id = hold_by_code(client).json["hold_id"]
    client.post("/api/v1/appointments", json={"hold_id": hold_id}, headers={"Idempotency-Key": "k"})
    assert db.session.query(Appointment).one().language == "ru"


def test_collecting_needs_a_code(client, case):
    assert_problem(make_hold(client, station="central-window", service="collect-permits"), 422, "case_needed")
    answer = make_hold(
        client, station="central-window", service="collect-permits", collection_code="HK7R4M2P"
    )
    assert_problem(answer, 422, "invalid_request")
    assert "passport_last4" in answer.json["errors"]


@pytest.mark.parametrize(
    ("code", "last4"),
    [("HK7R4M2P", "0000"), ("AAAAAAAA", "4567"), ("0000", "4567"), ("HK7R4M2P", "é"), ("*", "****")],
)
def test_a_wrong_code_and_a_wrong_ending_get_the_same_answer(client, case, code, last4):
    assert_problem(hold_by_code(client, code, last4), 404, "case_not_found")


def test_a_case_holds_one_time_and_has_one_visit(client, case):
    first = hold_by_code(client).json["hold_id"]
    assert hold_by_code(client, starts_at="2026-11-24T11:00:00+08:00").status_code == 201
    answer = book(client, first)
    assert_problem(answer, 404, "hold_not_found")
    second = hold_by_code(client).json["hold_id"]
    assert book(client, second, "key-2").status_code == 201
    assert_problem(hold_by_code(client, starts_at="2026-11-25T09:00:00+08:00"), 409, "already_booked")


def test_a_case_may_ask_again_for_the_last_place_it_holds_itself(client, network, case):
    make_hold(client, station="central-window")  # one of two desks
    assert hold_by_code(client).status_code == 201
    assert hold_by_code(client).status_code == 201


def test_a_case_that_waits_is_told_so(client, network):
    factories.build_case(
        network.visit_type,
        network.central,
        code="HK7R4M2P",
        passport="P1234567",
        legs=(LegState.APPROVED, LegState.IN_REVIEW),
    )
    assert_problem(hold_by_code(client), 409, "case_not_ready")


def test_after_five_wrong_tries_the_right_one_has_to_wait(client, case, clock):
    for _ in range(5):
        assert_problem(hold_by_code(client, last4="0000"), 404, "case_not_found")
    answer = hold_by_code(client)
    assert_problem(answer, 429, "too_many_tries")
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60 + 1
    clock.move(minutes=15, seconds=1)
    assert hold_by_code(client).status_code == 201


def test_a_code_is_guarded_against_tries_from_many_addresses(app, clock, case):
    for i in range(5):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{i}"
        assert_problem(hold_by_code(client, last4="0000"), 404, "case_not_found")
    client.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    assert_problem(hold_by_code(client), 429, "too_many_tries")


def test_right_codes_are_no_wrong_tries(client, case):
    for minute in range(8):
        assert (
            hold_by_code(
                client, starts_at=f"2026-11-25T{9 + minute // 3:02}:{minute % 3 * 20:02}:00+08:00"
            ).status_code
            == 201
        )


# --- hostile and clumsy requests ---------------------------------------------------------------

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
