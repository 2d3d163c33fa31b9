"""The floors: the least that the same server, driver and transaction can cost.

`/bare` is a Flask route that answers a small JSON object. `/booking` writes in raw SQL what one hold
or one confirmation must write: a guarded counter, two rows and an outbox row, in one transaction.
"""

import os
import random
import sqlite3
import threading
import time
import uuid
from typing import Any

import psycopg
from flask import Flask, jsonify
from sqlalchemy.engine import make_url

CELLS = 20_000
TABLES = (
    "CREATE TABLE floor_cells (cell INTEGER PRIMARY KEY, taken INTEGER, capacity INTEGER)",
    "CREATE TABLE floor_visits (id VARCHAR(32) PRIMARY KEY, cell INTEGER, contact VARCHAR(200))",
    "CREATE TABLE floor_keys (key VARCHAR(32) PRIMARY KEY, visit VARCHAR(32))",
    "CREATE TABLE floor_outbox (id VARCHAR(32) PRIMARY KEY, visit VARCHAR(32), due VARCHAR(40))",
)

app = Flask(__name__)
_local = threading.local()


@app.get("/bare")
def bare() -> Any:
    return jsonify(status="ok", number=1)


@app.get("/healthz")
def healthz() -> Any:
    return jsonify(status="ok")


@app.post("/booking")
def booking() -> Any:
    visit = uuid.uuid4().hex
    _book(visit, 4 * random.randrange(CELLS // 4))
    return jsonify(visit=visit)


def _book(visit: str, cell: int) -> None:
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        _book_sqlite(make_url(url).database or "", visit, cell)
    else:
        _book_postgresql(make_url(url).set(drivername="postgresql").render_as_string(False), visit, cell)


def _statements(mark: str, visit: str, cell: int) -> list[tuple[str, tuple[Any, ...]]]:
    return [
        (
            f"UPDATE floor_cells SET taken = taken + 1 WHERE cell >= {mark} AND cell < {mark}",
            (cell, cell + 4),
        ),
        (f"INSERT INTO floor_visits VALUES ({mark}, {mark}, {mark})", (visit, cell, "contact" * 20)),
        (f"INSERT INTO floor_keys VALUES ({mark}, {mark})", (visit, visit)),
        (f"INSERT INTO floor_outbox VALUES ({mark}, {mark}, {mark})", (visit, visit, "2026-11-24T09:00")),
    ]


def _book_sqlite(path: str, visit: str, cell: int) -> None:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(path, isolation_level=None, timeout=0.1)
        _local.connection.execute("PRAGMA synchronous=FULL")
    connection = _local.connection
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError:
            time.sleep(random.random() * 0.01)
    for statement, values in _statements("?", visit, cell):
        connection.execute(statement, values)
    connection.execute("COMMIT")


def _book_postgresql(url: str, visit: str, cell: int) -> None:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(url)
    with _local.connection.transaction(), _local.connection.cursor() as cursor:
        for statement, values in _statements("%s", visit, cell):
            cursor.execute(statement, values)
