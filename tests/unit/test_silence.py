"""When nobody answers: one asks, all give up, and for a moment nobody begins to wait."""

import pytest

from app.connecting.silence import ASK_AFTER_SECONDS, NoAnswer, Silence, watched


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def server(clock, answers):
    asked = []

    def ask() -> bool:
        asked.append(clock.now)
        return answers.pop(0)

    return Silence(ask, clock), asked


def answer_after(turns: int):
    for _ in range(turns):
        yield "R"
    return "rows"


def drive(gen, clock, *, seconds_a_turn: float, bytes_in: int = 0):
    """Play psycopg: each turn takes so long, and `bytes_in` of them bring something."""
    next(gen)
    try:
        for turn in range(1000):
            clock.now += seconds_a_turn
            gen.send(1 if turn < bytes_in else 0)
    except StopIteration as done:
        return done.value
    return None


def test_a_slow_answer_of_a_server_that_speaks_is_waited_for() -> None:
    clock = Time()
    silence, asked = server(clock, [True] * 10)
    assert drive(watched(answer_after(40), silence, clock), clock, seconds_a_turn=0.1) == "rows"
    assert len(asked) == 2
    assert not silence.must_wait()


def test_a_quick_answer_asks_nothing() -> None:
    clock = Time()
    silence, asked = server(clock, [])
    assert (
        drive(watched(answer_after(300), silence, clock), clock, seconds_a_turn=0.1, bytes_in=290) == "rows"
    )
    assert asked == []


def test_a_silent_server_is_given_up_by_all_and_asked_once() -> None:
    clock = Time()
    silence, asked = server(clock, [False])
    with pytest.raises(NoAnswer):
        drive(watched(answer_after(1000), silence, clock), clock, seconds_a_turn=0.1)
    assert asked == [pytest.approx(100 + ASK_AFTER_SECONDS, abs=0.2)]
    with pytest.raises(NoAnswer):
        drive(watched(answer_after(1000), silence, clock), clock, seconds_a_turn=0.1)
    assert len(asked) == 1, "who waits by now gives up without asking"
    assert silence.must_wait()


def test_after_a_moment_it_is_asked_again_and_all_goes_on() -> None:
    clock = Time()
    silence, asked = server(clock, [False, True])
    assert not silence.is_over()
    clock.now += 1.1
    assert not silence.must_wait()
    assert silence.is_over()
    assert (len(asked), silence.reigns()) == (2, False)
