"""A PostgreSQL that accepts connections and says nothing: frozen, or behind a network that drops all.

Neither the server's own time-outs nor TCP's end such a wait, because nobody is there to end it. So whoever
waits long for an answer asks over a connection of its own whether the server speaks at all. If not, all
that wait give up, and for a moment nobody begins to wait: threads stay free for what needs no database.
"""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg import errors

ASK_AFTER_SECONDS = 1.5  # without one byte of an answer
SPEAKS_WITHIN_SECONDS = 2  # the least that libpq can be told
QUIET_SECONDS = 1.0  # nobody begins to wait for so long after a silence was found
_NO_BYTES = 0  # psycopg's own word for a turn in which nothing came

Waiting = Generator[Any, Any, Any]


class Silence:
    """What this process knows of one server."""

    def __init__(self, ask: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._asking = threading.Lock()
        self._heard_at = -QUIET_SECONDS
        self._silent_at: float | None = None

    def reigns(self) -> bool:
        """Return whether the server was silent when it was asked last."""
        return self._silent_at is not None

    def must_wait(self) -> bool:
        """Return whether it is too soon to try again; one after the other tries, and the rest goes away."""
        silent_at = self._silent_at
        return silent_at is not None and (self._clock() - silent_at < QUIET_SECONDS or self._asking.locked())

    def found(self, *, silent: bool) -> None:
        """Note what somebody found out."""
        self._heard_at = self._clock()
        self._silent_at = self._heard_at if silent else None

    def is_over(self) -> bool:
        """Return whether the server speaks; of those who want to know at once, one asks."""
        began = self._clock()
        with self._asking:
            if self._heard_at < began:
                self.found(silent=not self._ask())
            return not self.reigns()


class NoAnswer(psycopg.OperationalError):
    """The server said nothing for long, and does not speak to others either."""


def watched(answer: Waiting, silence: Silence, clock: Callable[[], float] = time.monotonic) -> Waiting:
    """Pass on what psycopg waits for; ask about the server when nothing comes. Raises NoAnswer."""
    heard_at = clock()
    try:
        wanted = next(answer)
        while True:
            ready = yield wanted
            if ready != _NO_BYTES:
                heard_at = clock()
            elif silence.must_wait():
                raise NoAnswer("the database does not answer")
            elif silence.reigns() or clock() - heard_at > ASK_AFTER_SECONDS:
                if not silence.is_over():
                    raise NoAnswer("the database does not answer")
                heard_at = clock()
            wanted = answer.send(ready)
    except StopIteration as done:
        return done.value


class Patient(psycopg.Connection[Any]):
    """A connection whose waits end when the server is silent."""

    silence: Silence | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if self.silence is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(watched(gen, self.silence), interval, timeout)
        except NoAnswer:
            self.pgconn.finish()
            raise


class _Asking(psycopg.Connection[Any]):
    """The connection that asks: no step of it waits longer than it may."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        return super().wait(gen, interval, timeout or SPEAKS_WITHIN_SECONDS)


def speaks(**where: Any) -> bool:
    """Return whether the server there says anything within 2 seconds; a refusal is an answer, too."""
    try:
        with _Asking.connect(**{**where, "connect_timeout": SPEAKS_WITHIN_SECONDS}) as connection:
            connection.execute("SELECT 1")
    except (errors.ConnectionTimeout, errors._WaitTimeout):  # noqa: SLF001 - it has no other name
        return False
    except psycopg.Error:
        return True
    return True


_silences: dict[str, Silence] = {}


def connect(**where: Any) -> Patient:
    """Connect to a server, unless it is silent. Raises psycopg.OperationalError."""
    silence = _silences.setdefault(repr(sorted(where.items())), Silence(lambda: speaks(**where)))
    if silence.must_wait():
        raise NoAnswer("the database does not answer")
    if silence.reigns() and not silence.is_over():
        raise NoAnswer("the database does not answer")
    try:
        connection = Patient.connect(**where)
    except errors.ConnectionTimeout:
        silence.found(silent=True)
        raise
    connection.silence = silence
    return connection
