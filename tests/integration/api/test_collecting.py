"""Collecting permits by code through the interface."""

import pytest

from app.appointments.models import Appointment
from app.cases.states import LegState
from app.db import db
from tests import factories
from tests.integration.api.steps import TEN, assert_problem, book, make_hold


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
