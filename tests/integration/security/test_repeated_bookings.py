"""Repeating a booking is safe for who made it, and shows nothing to anybody else."""

import pytest

from app.appointments.booking import operations
from app.appointments.holds import operations as holds
from app.appointments.holds.operations import HoldRequest
from app.appointments.models import Appointment
from app.db import db, transact
from tests.factories import at
from tests.integration.api.steps import TEN, assert_problem, bearer, book, booked, make_hold

LATER = "2026-11-24T10:40:00+08:00"
OTHERS = {"name": "Somebody Else", "email": "else@example.org"}


def tells_nothing_of(answer, visit):
    assert not {"manage_token", "reference"} & set(answer.json)
    assert visit["manage_token"] not in answer.text
    assert visit["reference"] not in answer.text


def test_somebody_elses_key_is_not_in_the_way_of_an_own_time_and_shows_nothing(client, network):
    first = booked(client, key="the key")
    own = make_hold(client, LATER).json["hold_id"]

    answer = book(client, own, "the key", **OTHERS)

    assert answer.status_code == 201
    assert first["reference"] not in answer.text
    assert first["manage_token"] not in answer.text
    assert book(client, own, "the key", **OTHERS).json == answer.json


@pytest.mark.parametrize(
    "other",
    [OTHERS, {"name": "Somebody Else"}, {"email": "else@example.org"}, {"phone": "+8613800138000"},
     {"language": "ru"}],
    ids="+".join,
)  # fmt: skip
def test_somebody_elses_used_time_with_other_contents_is_refused(client, network, other):
    hold_id = make_hold(client).json["hold_id"]
    first = book(client, hold_id, "the key").json

    answer = book(client, hold_id, "another key", **other)

    assert_problem(answer, 422, "key_reused")
    tells_nothing_of(answer, first)
    assert db.session.query(Appointment).count() == 1


def test_the_same_contents_with_another_key_are_the_same_visit(client, network):
    hold_id = make_hold(client).json["hold_id"]

    assert book(client, hold_id, "one tab").data == book(client, hold_id, "another tab").data
    assert db.session.query(Appointment).count() == 1


def test_the_time_that_a_visit_was_moved_to_does_not_give_its_secret(client, network, now):
    first = booked(client)
    visit = db.session.query(Appointment).one()
    wish = HoldRequest("jiangdong", "document-check", at("2026-11-24", "10:40"), moves=visit.id)
    kept = transact(holds.hold, wish, now=now).public_id
    assert_problem(book(client, kept, "before"), 404, "hold_not_found")
    transact(operations.move_to_hold, kept, now=now)

    answer = book(client, kept, "after")

    assert_problem(answer, 422, "key_reused")
    tells_nothing_of(answer, first)


def test_a_token_opens_its_visit_after_all_this(client, network):
    first = booked(client, TEN)
    path = f"/api/v1/appointments/{first['reference']}"
    assert client.get(path, headers=bearer(first)).status_code == 200
