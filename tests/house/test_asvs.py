"""docs/asvs.md is true: all chapters stand there, what is met names a test, and the test is there."""

import re

from tests.house.sources import ROOT, functions, python_files

ROWS = re.findall(
    r"^\| V(\S+) [^|]*\| ([^|]*) \|[^|]*\| ([^|]*)\|$", (ROOT / "docs" / "asvs.md").read_text(), re.M
)
TESTS = {function.name for path in python_files("tests") for function in functions(path)}


def test_every_chapter_stands_there():
    chapters = {int(number.split(".")[0]) for number, _state, _test in ROWS}
    assert chapters == set(range(1, 18))
    assert len(ROWS) > 70


def test_what_is_met_names_a_test_that_is_there():
    bare = [number for number, state, test in ROWS if state == "met" and not test.strip()]
    named = {name for _number, _state, test in ROWS for name in re.findall(r"`(\w+)`", test)}
    assert (bare, named - TESTS) == ([], set())


def test_nothing_else_is_said_of_a_section():
    assert {state for _number, state, _test in ROWS} == {"met", "in part", "not met", "n/a"}
