"""The codes of HTTP errors are the contract's, whatever Python calls the status."""

import pytest

from app.problems import Storm, code_of, phrase_of


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "not_found"),
        (405, "method_not_allowed"),
        (413, "request_entity_too_large"),
        (414, "request_uri_too_long"),
        (415, "unsupported_media_type"),
        (416, "requested_range_not_satisfiable"),
        (422, "unprocessable_entity"),
        (500, "internal_server_error"),
    ],
)
def test_a_code_is_the_same_with_every_python(status: int, code: str) -> None:
    assert code_of(status) == code


def test_a_status_without_a_phrase_has_that_of_its_class() -> None:
    assert (phrase_of(418), phrase_of(599)) == ("Bad Request", "Internal Server Error")


def test_a_storm_costs_a_line_a_second_that_says_how_many_it_stands_for() -> None:
    seconds = [10.0]
    storm = Storm(clock=lambda: seconds[0])
    assert [storm.told() for _ in range(5)] == [1, 0, 0, 0, 0]
    seconds[0] = 11.0
    assert [storm.told(), storm.told()] == [5, 0]
