"""Walks over all pages with fixed seeds: nothing is found but what is known. `make walk` goes further.

A failing walk prints each fault with the fewest steps that still show it.
"""

import pytest

from tests.databases import KINDS
from tests.walker.session import Session
from tests.walker.world import Worlds

SEEDS = (1, 2, 3, 4)
STEPS = 80


@pytest.fixture(scope="module")
def worlds(databases, tmp_path_factory):
    return Worlds(databases, tmp_path_factory.mktemp("worlds"))


@pytest.mark.timeout(1200)  # a walk that failed is taken again many times to make it short
@pytest.mark.parametrize("together", [False, True], ids=["alone", "two at once"])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_meets_a_fault_on_the_way(worlds, kind, together):
    session = Session(worlds, kind)
    for seed in SEEDS:
        session.walk(seed, STEPS, together=together)
    assert session.steps == len(SEEDS) * STEPS
    assert not session.found, session.report()
