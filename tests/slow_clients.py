"""Clients that take their time: a request, its body or the reading of an answer stands still."""

import contextlib
import socket
import time
from collections.abc import Iterator

from tests.server import Client

STARTS = {
    "silent": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    "half a form": (
        b"POST /en/find HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 100000\r\n\r\nplace="
    ),
    "an answer not read": b"GET /static/css/site.css HTTP/1.1\r\nHost: a\r\n\r\n",
}


@contextlib.contextmanager
def slow_clients(port: int, kind: str, count: int) -> Iterator[list[socket.socket]]:
    """Keep so many sockets open, each as far as its kind goes."""
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            slow.sendall(STARTS[kind])
            opened.append(slow)
        yield opened


def slowest_answer(address: str, tries: int = 5) -> float:
    """Return the seconds that the slowest of a few new clients waited for /healthz; infinite if in vain."""
    slowest = 0.0
    for _ in range(tries):
        began = time.monotonic()
        with Client(address, timeout=5) as client:
            if client.get("/healthz").status != 200:
                return float("inf")
        slowest = max(slowest, time.monotonic() - began)
    return slowest
