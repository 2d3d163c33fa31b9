"""Hold, book, look, move, cancel: as a client that has read the contract and nothing else."""

from datetime import datetime, timedelta

import pytest

from app.appointments.models import Appointment
from app.db import db
from tests import factories
from tests.integration.api.steps import PERSON, TEN, assert_problem, bearer, book, booked, make_hold


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


def test_a_party_that_takes_turns_is_held_and_booked_to_its_end(client, network):
    network.document_check.party_served = "in_a_row"
    db.session.commit()
    services = client.get("/api/v1/services").json["services"]
    assert [(s["code"], s["party_served"]) for s in services] == [
        ("collect-permits", "side_by_side"), ("document-check", "in_a_row"),
    ]  # fmt: skip
    days = client.get(
        "/api/v1/stations/jiangdong/availability?service=document-check&days=1&party_size=3"
    ).json["days"]
    assert days[0]["slots"][3] == {"starts_at": TEN, "ends_at": "2026-11-24T11:00:00+08:00", "remaining": 3}

    visit = booked(client, party_size=3)
    assert (visit["ends_at"], visit["party_size"]) == ("2026-11-24T11:00:00+08:00", 3)
    refused = make_hold(client, starts_at="2026-11-24T10:40:00+08:00", party_size=2)
    assert_problem(refused, 409, "slot_unavailable")
    assert refused.json["alternatives"][-1]["ends_at"] == "2026-11-24T12:00:00+08:00"


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
