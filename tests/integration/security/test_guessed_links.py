"""Guessing links of messages ends after twenty dead ones from one network."""

import pytest

from app.appointments.entry.by_link import MOST_DEAD_LINKS
from app.db import db
from app.throttle import ThrottleBucket
from tests.factories import build_appointment, build_case

HOME = "203.0.113.7"
TOKEN = "t" * 22


@pytest.fixture
def right(network):
    case = build_case(network.visit_type, network.central, link="L" * 10)
    build_appointment(network.central, network.document_check, token=TOKEN)
    return [f"/c/{case.link}", f"/v/{TOKEN}"]


def follow(client, link, address=HOME):
    return client.get(link, environ_base={"REMOTE_ADDR": address})


def use_up(client, address=HOME):
    return [follow(client, f"/{'cv'[i % 2]}/guess-{i}", address).status_code for i in range(MOST_DEAD_LINKS)]


def test_the_twenty_first_dead_link_is_refused_and_told_when_to_come_back(client, right, clock):
    assert use_up(client) == [410] * MOST_DEAD_LINKS
    clock.move(minutes=5)

    refused = follow(client, "/c/guess-again")

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "601"
    assert refused.headers["Cache-Control"] == "no-store"
    assert "<h1>Too many tries</h1>" in refused.text


def test_a_right_link_opens_while_strangers_of_the_same_network_are_refused(client, right):
    use_up(client)

    assert follow(client, "/v/guess").status_code == 429
    assert [follow(client, link).status_code for link in right] == [303, 303]


def test_it_ends_after_fifteen_minutes_and_never_touches_another_network(client, right, clock):
    use_up(client, "2001:db8:0:1::1")
    assert follow(client, "/v/guess", "2001:db8:0:1::ffff").status_code == 429
    assert follow(client, "/v/guess", "2001:db8:0:2::1").status_code == 410

    clock.move(minutes=15)

    assert follow(client, "/v/guess", "2001:db8:0:1::1").status_code == 410


def test_a_right_link_is_never_counted(client, right):
    for _morning in range(MOST_DEAD_LINKS):
        assert [follow(client, link).status_code for link in right] == [303, 303]

    assert db.session.query(ThrottleBucket).count() == 0


def test_refusing_writes_nothing_and_no_row_names_the_network(client, right):
    use_up(client)
    follow(client, "/c/guess-again")

    bucket = db.session.query(ThrottleBucket).one()
    assert bucket.hits == MOST_DEAD_LINKS
    assert HOME not in bucket.key
