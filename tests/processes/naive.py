"""The negative control: a booking server that looks first and writes afterwards, and so sells too much.

It speaks the two requests that the concurrency test makes. Nothing of the product is like this.
"""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine, text

PLACES = 5


@cache
def engine() -> Engine:
    return create_engine(os.environ["DATABASE_URL"])


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/healthz":
        return _answer(start_response, "200 OK", {})
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    if environ["PATH_INFO"].endswith("/holds"):
        return _hold(start_response)
    return _answer(start_response, "201 Created", {"reference": body["hold_id"]})


def _hold(start_response: Callable[..., Any]) -> Iterable[bytes]:
    with engine().begin() as connection:
        sold = connection.execute(text("SELECT count(*) FROM naive_visits")).scalar_one()
    if sold >= PLACES:
        return _answer(start_response, "409 Conflict", {"code": "slot_unavailable"})
    time.sleep(0.3)  # long enough for every thread to have looked, connecting included
    hold_id = uuid.uuid4().hex
    with engine().begin() as connection:
        connection.execute(text("INSERT INTO naive_visits (id) VALUES (:id)"), {"id": hold_id})
    return _answer(start_response, "201 Created", {"hold_id": hold_id})


def _answer(start_response: Callable[..., Any], status: str, body: dict[str, str]) -> Iterable[bytes]:
    data = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
    return [data]
