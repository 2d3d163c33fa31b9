"""The rig itself: what the other tests lean on."""

import socket

import pytest
from flask import g

from app import clock as app_clock
from app.db import db
from app.stations.models import Station
from tests import factories


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_starts_with_empty_tables(app, round_):
    assert db.session.query(Station).count() == 0
    factories.build_station()
    assert db.session.query(Station).count() == 1


def test_a_small_network_is_built(network):
    case = factories.build_case(network.visit_type, network.central)
    assert case.full_name == "Maria Example"
    assert network.central.offers[0].service.code == "collect-permits"
    appointment = factories.build_appointment(network.central, network.collect, case_id=case.id)
    assert appointment.email == "maria@example.org"
    assert factories.build_user(stations=[network.central]).role == "clerk"


def test_a_request_leaves_nothing_in_the_context_of_the_test(app, client):
    client.get("/nothing-here")
    assert not list(g)


def test_the_clock_of_the_app_stands_still(clock, now, client):
    assert app_clock.now() == now
    clock.move(minutes=5)
    assert (app_clock.now() - now).total_seconds() == 300


def test_reaching_for_another_machine_fails():
    with pytest.raises(AssertionError, match="another machine"):
        socket.create_connection(("203.0.113.1", 80), timeout=0.1)
    with pytest.raises(AssertionError, match="another machine"):
        socket.getaddrinfo("example.org", 80)
