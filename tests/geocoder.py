"""A geocoder on this machine for tests: it speaks the real interfaces, and misbehaves when it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MEGABYTE = b"x" * (1 << 20)


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    agent: str


@dataclass
class Geocoder:
    """`answer` is what the next requests get: a body, or a function that writes what it likes."""

    url: str = ""
    answer: Any = ""
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class _Handler(BaseHTTPRequestHandler):
    geocoder: Geocoder

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        agent = self.headers.get("User-Agent", "")
        self.geocoder.asked.append(Asked(parts.path, dict(parse_qsl(parts.query)), agent))
        with suppress(OSError):
            if callable(self.geocoder.answer):
                self.geocoder.answer(self)
            else:
                send(self, self.geocoder.answer)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def send(handler: BaseHTTPRequestHandler, answer: Any, *, status: int = 200, **headers: str) -> None:
    body = answer if isinstance(answer, bytes) else _text(answer).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


@contextmanager
def running() -> Iterator[Geocoder]:
    """Run one on a free port of 127.0.0.1 until the end of the block."""
    geocoder = Geocoder()
    handler = type("Handler", (_Handler,), {"geocoder": geocoder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        geocoder.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield geocoder
        finally:
            geocoder.over.set()
            server.shutdown()


# --- misbehaving ------------------------------------------------------------------------------------


def stall(geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    """Take the request and never answer."""
    return lambda _handler: geocoder.over.wait() and None


def drip(geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send a sign now and then, always before a reader's patience for one sign ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        while not geocoder.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return answer


def drip_body(geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not geocoder.over.wait(0.05):
            handler.wfile.write(b" ")

    return answer


def flood(_geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send 50 MB without saying so before."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(MEGABYTE)

    return answer


def redirect(geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: send(handler, "", status=302, Location=f"{geocoder.url}/secret")


def packed(_geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: send(handler, b"\x1f\x8b", Content_Encoding="gzip")


def broken(_geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: send(handler, "{}", status=500)


def nonsense(_geocoder: Geocoder) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: handler.wfile.write(b"\x00\xff not http at all\r\n\r\n") and None


MISBEHAVING = (stall, drip, drip_body, flood, redirect, packed, broken, nonsense)
