"""A small load client: connections that stay open, on each one request after the other, bounded in time."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

LONGEST_SECONDS = 120.0


@dataclass
class Outcome:
    """What a run did: answers by status, their bodies when asked for, and how long it took."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # seconds from question to answer

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds

    def check(self, wanted: int) -> "Outcome":
        """Return this outcome. Raises when another status than the wanted one was answered."""
        if set(self.statuses) != {wanted}:
            raise RuntimeError(f"wanted only {wanted}, got {self.statuses}")
        return self


def get(url: str, *, clients: int = 8, seconds: float = 2.0, keep: bool = False) -> Outcome:
    """Ask for one address with so many clients for so long."""
    return get_any(itertools.repeat(url), clients=clients, seconds=seconds, keep=keep)


def get_any(urls: Iterable[str], *, clients: int = 8, seconds: float = 2.0, keep: bool = False) -> Outcome:
    """Ask for these addresses of one server in turn; they must not come to an end."""
    requests = (_request("GET", *_target(url), b"") for url in urls)
    first = next(url for url in urls)
    end = time.monotonic() + min(seconds, LONGEST_SECONDS)
    return _run(first, clients, lambda: next(requests) if time.monotonic() < end else None, keep=keep)


@lru_cache(maxsize=1024)
def _target(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else ""), parts.netloc


def post_each(
    url: str,
    bodies: list[dict[str, Any]],
    *,
    clients: int = 32,
    keyed: bool = False,
    seconds: float = LONGEST_SECONDS,
) -> Outcome:
    """Send each body once, spread over the clients. `keyed` gives each its own Idempotency-Key.

    After so many seconds the rest is not sent: a slow machine still gives a speed.
    """
    parts = urlsplit(url)
    end = time.monotonic() + seconds
    keys = (f"bench-{uuid.uuid4().hex}-{number}" if keyed else "" for number in itertools.count())
    requests = (
        _request("POST", parts.path, parts.netloc, json.dumps(body).encode(), key=key)
        for body, key in zip(bodies, keys, strict=False)
    )
    return _run(url, clients, lambda: next(requests, None) if time.monotonic() < end else None, keep=True)


def _request(method: str, path: str, host: str, body: bytes, *, key: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: identity"]
    if key:
        lines.append(f"Idempotency-Key: {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _run(url: str, clients: int, next_request: Callable[[], bytes | None], *, keep: bool) -> Outcome:
    outcome = Outcome()

    async def main() -> None:
        parts = urlsplit(url)
        began = time.perf_counter()
        await asyncio.gather(
            *(
                _client(parts.hostname or "", parts.port or 80, next_request, outcome, keep=keep)
                for _ in range(clients)
            )
        )
        outcome.seconds = time.perf_counter() - began

    asyncio.run(main())
    return outcome


async def _client(
    host: str, port: int, next_request: Callable[[], bytes | None], outcome: Outcome, *, keep: bool
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (request := next_request()) is not None:
        if reader.at_eof():
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
        asked = time.perf_counter()
        writer.write(request)
        status, body = await _answer(reader)
        outcome.waits.append(time.perf_counter() - asked)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        if keep:
            outcome.bodies.append(body)
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    at = head.lower().find(b"content-length:")
    if at < 0:
        raise RuntimeError(f"an answer without its length: {head[:200]!r}")
    length = int(head[at + 15 : head.index(b"\r\n", at)])
    return status, await reader.readexactly(length)
