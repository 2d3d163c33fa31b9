"""Each kind of person meets every page and form once; then they walk by chance. Nothing is found but what is
known. `make walk` goes further. A failing walk prints each fault with the fewest steps that still show it.
"""

import pytest

from tests.databases import KINDS
from tests.walker.session import Session
from tests.walker.world import Worlds

SEED = 1
STEPS = 120
# Who sweeps on which database, and how many kinds of forms they must meet at least: a sweep that meets fewer
# was shut out of something.
SWEEPS = [
    ("sqlite", "ada", 80),
    ("sqlite", "mei", 15),
    ("sqlite", "nobody-zh", 25),
    ("postgresql", "tom", 50),
    ("postgresql", "lin", 10),
    ("postgresql", "holder-3", 25),
]


@pytest.fixture(scope="module")
def worlds(databases, tmp_path_factory):
    return Worlds(databases, tmp_path_factory.mktemp("worlds"))


@pytest.mark.timeout(1200)  # a walk that failed is taken again many times to make it short
@pytest.mark.parametrize("together", [False, True], ids=["alone", "two at once"])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_meets_a_fault_on_the_way(worlds, kind, together):
    session = Session(worlds, kind)
    session.walk(SEED, STEPS, together=together)
    assert session.steps == STEPS
    assert not session.found, session.report()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("kind", "who", "least"), SWEEPS)
def test_whoever_sends_every_form_meets_no_fault(worlds, kind, who, least):
    session = Session(worlds, kind)
    sweep = session.sweep(who, SEED)
    assert not session.found, session.report()
    assert len(sweep.forms) >= least
