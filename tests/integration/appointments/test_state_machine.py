"""No order of steps loses or doubles a desk, and the machine that says so finds each planted mistake.

SQLite alone: the rules are the same on PostgreSQL, and what differs there (locks) needs processes,
not orders.
"""

import pytest
from hypothesis import Phase
from hypothesis.errors import Unsatisfiable

from app.appointments.availability import capacity, free_times, slots
from app.appointments.booking import operations
from app.appointments.holds import operations as holds
from app.db import db
from tests.conftest import empty_tables
from tests.integration.appointments.journeys import run


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_order_of_steps_loses_or_doubles_a_desk(network, now):
    run(network, now, examples=40, phases=(Phase.generate,))  # to shrink what is found takes minutes
    empty_tables()


# --- the machine is worth something: each of these mistakes, planted, is found -----------------------


def gives_nothing_back(monkeypatch):
    monkeypatch.setattr(capacity, "give_back", lambda *_args, **_more: None)


def takes_nothing(monkeypatch):
    monkeypatch.setattr(capacity, "take", lambda *_args, **_more: True)


def leaves_what_ran_out(monkeypatch):
    for module in (holds, operations):
        monkeypatch.setattr(module, "release_expired", lambda **_more: 0)


def restores_without_a_desk(monkeypatch):
    monkeypatch.setattr(operations, "take_again", lambda *_args, **_more: None)


def keeps_what_ran_out(monkeypatch):
    for module in (holds, operations):
        monkeypatch.setattr(module, "keep_or_retake", lambda *_args, **_more: None)


def counts_one_cell_too_few(monkeypatch):
    cells_of = slots.cells_of
    monkeypatch.setattr(capacity, "cells_of", lambda interval: cells_of(interval)[:-1])


def lets_kept_times_outlive_the_door(monkeypatch):
    monkeypatch.setattr(holds, "end", lambda *_args, **_more: None)


def counts_people_for_desks(monkeypatch):
    monkeypatch.setattr(slots.Candidate, "desks_for", lambda _candidate, party_size: party_size)


def serves_all_in_the_first_slot(monkeypatch):
    monkeypatch.setattr(free_times, "in_a_row", lambda found, _people: found)


PLANTED = (
    counts_people_for_desks,
    serves_all_in_the_first_slot,
    lets_kept_times_outlive_the_door,
    gives_nothing_back,
    takes_nothing,
    leaves_what_ran_out,
    restores_without_a_desk,
    keeps_what_ran_out,
    counts_one_cell_too_few,
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_mistake_is_found(network, now, monkeypatch, plant):
    plant(monkeypatch)
    try:
        with pytest.raises(Exception) as found:  # noqa: PT011 - a rule, an invariant or the database may object
            run(network, now, examples=400, phases=(Phase.generate,))
    finally:
        db.session.rollback()
        empty_tables()
    assert not isinstance(found.value, Unsatisfiable)
