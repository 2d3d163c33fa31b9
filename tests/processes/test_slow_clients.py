"""Slow clients hold up nobody: eight of them, then two hundred, and everybody else is answered."""

import socket
import time

import pytest

from app.web.worker import PATIENCE_SECONDS
from tests.server import Server
from tests.slow_clients import STARTS, slow_clients, slowest_answer

MOST_SECONDS = 4  # on a busy machine; a client whom nobody serves waits for ever


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    with Server(f"sqlite:///{folder / 'empty.db'}", folder) as started:
        yield started


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.parametrize("count", [8, 200])
def test_everybody_else_is_answered_meanwhile(server, kind, count):
    with slow_clients(server.port, kind, count):
        assert slowest_answer(server.url) < MOST_SECONDS


def test_who_does_not_go_on_is_let_go(server):
    with slow_clients(server.port, "half a head", 2) as (slow, slower):
        slow.settimeout(PATIENCE_SECONDS + 15)
        began = time.monotonic()
        slower.sendall(b"a")
        assert slow.recv(1) == b"", "the connection is ended"
        assert PATIENCE_SECONDS - 2 < time.monotonic() - began < PATIENCE_SECONDS + 10


@pytest.mark.parametrize(
    ("request_sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n", b" 431 "),
        (b"POST /en/find HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", b" 413 "),
        (b"NONSENSE\r\n\r\n", b" 400 "),
    ],
)
def test_what_is_no_request_of_ours_is_refused(server, request_sent, status):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(request_sent)
        answer = client.recv(1000)
    assert status in answer.split(b"\r\n")[0]
    assert b"waitress" not in answer.lower()


def test_a_stop_answers_what_was_received_and_ends_soon(tmp_path):
    with Server(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path) as server, server.client() as client:
        assert client.get("/healthz").status == 200
        with slow_clients(server.port, "half a head", 8):
            assert server.terminate() < 25, "not the whole grace: nothing half received is waited for"
    assert "Traceback" not in server.log()
