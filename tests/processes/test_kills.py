"""Processes die at any moment: what was told stays true, and nothing is done twice."""

import os
import random
import signal
import time

from tests.processes.conftest import audit, book, hold

KILLS = 10


def kill_workers(site, kills: int) -> int:
    """Kill -9 web workers one after the other, at random moments. Returns how many died."""
    chance = random.Random(20261124)
    died = 0
    while died < kills:
        time.sleep(0.1 + chance.random() * 0.4)
        workers = site.server.workers()
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
            died += 1
    return died


def wait_for_bookings(site, count: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while len(site.acked) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(site.acked) >= count, f"only {len(site.acked)} bookings:\n{site.server.log()[-2000:]}"


def test_killed_web_workers_lose_nothing_and_double_nothing(site, load):
    site.server.start()
    load.start()
    wait_for_bookings(site, 10)
    assert kill_workers(site, KILLS) == KILLS
    wait_for_bookings(site, len(site.acked) + 10)
    load.stop()
    assert load.errors == []
    audit(site)


def test_everything_is_killed_and_starts_again(site, load):
    site.server.start()
    load.start()
    wait_for_bookings(site, 30)
    site.server.kill()
    load.stop()
    site.server.start(ready="/healthz")
    audit(site)
    load_after = site.slots()
    with site.server.client() as client:
        assert site.try_booking(client, load_after[-1]).status == 201
    audit(site)


def test_a_stop_under_load_ends_in_time_and_loses_nothing(site, load):
    site.server.start()
    load.start()
    wait_for_bookings(site, 30)
    seconds = site.server.terminate()
    load.stop()
    assert seconds < 35
    audit(site)


def test_an_answer_that_never_arrived_is_given_again(site):
    site.server.start()
    with site.server.client() as client:
        held = hold(client, site.slots()[0]).json
        first = book(client, held["hold_id"], "a-key-that-is-sent-twice")
    site.server.kill()
    site.server.start()
    with site.server.client() as client:
        second = book(client, held["hold_id"], "a-key-that-is-sent-twice")
    assert (first.status, second.status) == (201, 201)
    assert second.json == first.json
    site.acked["a-key-that-is-sent-twice"] = first.json["reference"]
    audit(site)
