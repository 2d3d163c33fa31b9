"""What this machine has served: counted for /metrics, and each request has a name that joins its log lines.

The figures are this machine's, of all its web processes together: they share files when the web server
says where (see app/web/serving.py).
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.log import REQUEST_ID

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as the library calls it
ROUTE = "stations.route"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
NO_ROUTE = "none"  # an address that is none of ours

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Figures:
    """Counts of requests and how long they took."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests answered", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "http_request_seconds", "How long an answer took", buckets=SECONDS, registry=self._registry
        )

    def count(self, route: str, status: str, seconds: float) -> None:
        """Count one answer; `status` is its first digit."""
        self._requests.labels(route, f"{status}xx").inc()
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them, of all processes that share a folder."""
        if not os.environ.get(FOLDER):
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def init_app(app: Flask) -> None:
    figures = app.extensions["figures"] = Figures()
    app.wsgi_app = _counting(app.wsgi_app, figures)  # type: ignore[method-assign,assignment]
    app.before_request(_note_route)


def _note_route() -> None:
    request.environ[ROUTE] = request.endpoint or NO_ROUTE


def _counting(app: App, figures: Figures) -> App:
    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, name, status = time.perf_counter(), secrets.token_hex(8), ["5"]
        environ[REQUEST_ID] = name

        def named(line: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            status.append(line[0])
            return start_response(line, [*headers, ("X-Request-Id", name)], *more)

        try:
            return app(environ, named)
        finally:
            figures.count(environ.get(ROUTE, NO_ROUTE), status[-1], time.perf_counter() - began)

    return serve
