from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stations.limits import NO_LIMITS, Limits, applying, resolve

numbers = st.none() | st.integers(0, 500)
rules = st.lists(st.builds(Limits, numbers, numbers, numbers), max_size=5)


@pytest.mark.parametrize(
    ("given_rules", "found"),
    [
        ([], NO_LIMITS),
        ([Limits(60, 30)], Limits(60, 30)),
        ([Limits(60, 30), Limits(horizon_days=7)], Limits(60, 7)),
        ([Limits(60), Limits(0)], Limits(0)),  # nothing said and zero said are two things
        ([Limits(60), NO_LIMITS, Limits(cutoff_minutes=120)], Limits(60, None, 120)),
    ],
)
def test_the_narrowest_that_says_something_decides(given_rules, found):
    assert resolve(given_rules) == found


@given(rules)
def test_each_figure_is_the_last_that_was_said(given_rules):
    found = resolve(given_rules)

    for field in fields(Limits):
        said = [getattr(rule, field.name) for rule in given_rules if getattr(rule, field.name) is not None]
        assert getattr(found, field.name) == (said[-1] if said else None)


@given(rules)
def test_a_rule_that_says_nothing_changes_nothing(given_rules):
    assert resolve([*given_rules, NO_LIMITS]) == resolve([NO_LIMITS, *given_rules]) == resolve(given_rules)


@pytest.mark.parametrize(
    ("scope", "found"),
    [((1, 1), [0, 1, 2, 3]), ((1, 2), [0, 1]), ((2, 1), [0, 2]), ((2, 2), [0])],
)
def test_a_rule_touches_its_scope_and_what_is_within(scope, found):
    listed = [((None, None), Limits(0)), ((1, None), Limits(1)), ((None, 1), Limits(2)), ((1, 1), Limits(3))]

    assert [rule.lead_minutes for rule in applying(listed, *scope)] == found
