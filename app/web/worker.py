"""The worker process of gunicorn that the web runs in: whole requests first, a thread for them then.

gunicorn starts, watches and stops the processes; waitress receives and sends in each of them. A client
that sends or reads slowly costs a socket and a little memory, never a thread.
"""

import json
import os
import resource
import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from app import clock
from app.log import REQUEST_ID, one_line, redacted
from app.web.figures import NO_ROUTE, ROUTE

LARGEST_BODY = 48 * 1024 * 1024  # the app asks for less, most pages for much less
LARGEST_HEAD = 32 * 1024
MOST_SOCKETS = 4096  # of one process, where the system gives it as many files
PATIENCE_SECONDS = 30  # for a request to arrive, and for a quiet connection
SHORT_PATIENCE_SECONDS = 2  # when there is no room for further connections
SLOWEST_BYTES_PER_SECOND = 4096  # of a large body; less than the slowest phone sends
GREETING_SECONDS = 1  # between the connection and its request, while the process ends
LAST_SECONDS = 2  # before gunicorn kills: for ending the threads
LONGEST_LOGGED_PATH = 500

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, which knows since when its unfinished request is on its way."""

    begun = 0.0
    heard = False  # a whole request came in on it
    finishing = False  # of all connections of the process: no further request is read

    def readable(self) -> bool:
        return not (self.finishing and self.heard) and bool(super().readable())

    def is_busy(self, now: float) -> bool:
        """Say whether somebody waits for an answer, or has only just come and may be about to ask."""
        is_new = not self.heard and now - self.creation_time < GREETING_SECONDS
        return bool(self.requests or self.total_outbufs_len or is_new)

    def received(self, data: bytes) -> bool:
        more = bool(super().received(data))
        if self.request is None:
            self.begun, self.heard = 0.0, True
        elif not self.begun:
            self.begun = time.time()
        return more

    def is_overdue(self, now: float, patience: float) -> bool:
        """Say whether the rest of a request, or the first sign of one, does not come."""
        if self.requests or self.total_outbufs_len:
            return False
        if self.request is None:
            return bool(now - self.last_activity > patience)
        slowest = self.request.content_length / SLOWEST_BYTES_PER_SECOND
        return bool(now - self.begun > patience + slowest)


class BufferingWorker(Worker):  # type: ignore[misc]
    """Serves with threads what a loop has received whole."""

    def run(self) -> None:
        connections: dict[int, Any] = {}
        server = create_server(
            logged(self.wsgi, self.log.access_log.info) if self.cfg.accesslog else self.wsgi,
            map=connections,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=_room_for_sockets(),
            channel_timeout=PATIENCE_SECONDS,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=False,  # PROXY_HOPS says whose count
            ident=None,
            log_socket_errors=False,  # people walk out of the reach of their network
        )
        doors = [door for door in connections.values() if isinstance(door, BaseWSGIServer)]
        for door in doors:
            door.channel_class = _Channel
        while self.alive and os.getppid() == self.ppid:
            self._turn(connections)
            for door in doors:
                _end_overdue(door, time.time())
        self._finish(doors, connections)
        server.task_dispatcher.shutdown(timeout=1)

    def _turn(self, connections: dict[int, Any]) -> None:
        """Receive and send what can be, once; a second at most when there is nothing."""
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=connections, count=1)

    def _finish(self, doors: list[Any], connections: dict[int, Any]) -> None:
        """Take no new connections, answer what was received whole, and read no further request."""
        deadline = time.time() + self.cfg.graceful_timeout - LAST_SECONDS
        _Channel.finishing = True
        for door in doors:
            door.accepting = False
            door.del_channel()
        while time.time() < deadline and any(_is_busy(door, time.time()) for door in doors):
            self._turn(connections)


def _is_busy(door: Any, now: float) -> bool:
    return any(channel.is_busy(now) for channel in door.active_channels.values())


def _end_overdue(door: Any, now: float) -> None:
    patience = SHORT_PATIENCE_SECONDS if door.in_connection_overflow else PATIENCE_SECONDS
    for channel in door.active_channels.values():
        if channel.is_overdue(now, patience):
            channel.will_close = True


def _room_for_sockets() -> int:
    """Return how many connections this process may keep; each may need a file beside its socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_SOCKETS + 256
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MOST_SOCKETS, (soft - 256) // 2)


def logged(app: App, write: Callable[[str], None]) -> App:
    """Return the app, writing a line for each answer."""

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, status_of, size_of = time.perf_counter(), ["-"], ["-"]

        def note(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            status_of.append(status[:3])
            size_of.extend(value for name, value in headers if name.lower() == "content-length")
            return start_response(status, headers, *more)

        try:
            return app(environ, note)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000)
            write(access_line(environ, status_of[-1], size_of[-1], milliseconds))

    return serve


def access_line(environ: Environ, status: str, size: str, milliseconds: int) -> str:
    """Return what is logged of an answer: nothing that opens somebody's own page, and no query string.

    What people look for is nobody's business.
    """
    path = str(environ.get("PATH_INFO", ""))[:LONGEST_LOGGED_PATH]
    line = {
        "at": clock.of_machine().isoformat(timespec="milliseconds"),
        "level": "info",
        "logger": "access",
        "request": environ.get(REQUEST_ID, ""),
        "method": str(environ.get("REQUEST_METHOD")),
        "path": one_line(redacted(path)),
        "route": environ.get(ROUTE, NO_ROUTE),
        "status": int(status) if status.isdecimal() else 0,
        "bytes": int(size) if size.isdecimal() else None,
        "milliseconds": milliseconds,
    }
    return json.dumps(line, ensure_ascii=False)
