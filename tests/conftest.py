"""Fixtures of every test: the app on both databases, clients, the clock, and a fence around the network."""

import contextvars
import importlib
import ipaddress
import logging
import os
import pkgutil
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import text

import app as application
from app import clock as app_clock
from app.appointments.availability.free_times import forget_candidates
from app.db import db
from app.settings import Settings
from app.stations.hours.plans import forget_plans
from app.stations.limits import forget_limits
from tests import factories
from tests.databases import KINDS, Databases
from tests.markup import faults_of

TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Haikou, a working day
SECRET_KEY = "a secret for tests only, long enough"
DATA_KEY = "test:" + "5a" * 32


def pytest_configure() -> None:
    # Settings come from the environment: those of the developer's shell are not the tests'.
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    # A busy machine is slow now and then: that says nothing about a property.
    hypothesis.settings.register_profile("house", deadline=None)
    hypothesis.settings.load_profile("house")


def pytest_unconfigure() -> None:
    # Apps built by tests leave a handler on a stream that pytest has closed by now.
    logging.getLogger().handlers.clear()


# --- databases and the app ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    made = Databases()
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The database this test runs on; each test that uses `app` runs once on each."""
    return request.param


@pytest.fixture(scope="session")
def app_on(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Flask]]:
    """Return the app on a kind of database, made at the first call with a full schema and no rows."""
    made: dict[str, Flask] = {}

    def on(kind: str) -> Flask:
        if kind not in made:
            made[kind] = make_app(databases.make(kind), tmp_path_factory.mktemp(f"instance-{kind}"))
        return made[kind]

    yield on
    for flask_app in made.values():
        with flask_app.app_context():
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


def make_app(database_url: str, instance_path: Path, **settings: Any) -> Flask:
    """Build the app with test settings and make its schema."""
    given = {"app_env": "test", "secret_key": SECRET_KEY, "data_key": DATA_KEY, **settings}
    with own_log_handlers():
        flask_app = application.create_app(
            Settings.from_env(database_url=database_url, instance_path=instance_path, **given)
        )
    flask_app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    flask_app.test_client_class = SeparateClient
    flask_app.test_cli_runner_class = SeparateRunner
    import_models()
    with flask_app.app_context():
        db.create_all()
    return flask_app


@contextmanager
def own_log_handlers() -> Iterator[None]:
    """Keep pytest's log handlers: the app puts its own in place of all that it finds."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def import_models() -> None:
    """Import every models module, so that the schema is whole whatever a view imports."""
    for module in pkgutil.walk_packages(application.__path__, "app."):
        if module.name.endswith((".models", ".throttle")) or module.name == "app.throttle":
            importlib.import_module(module.name)


@pytest.fixture
def database_url(app: Flask) -> str:
    return app.config["SQLALCHEMY_DATABASE_URI"]


@pytest.fixture
def app(app_on: Callable[[str], Flask], database_kind: str) -> Iterator[Flask]:
    """The app with its context pushed, once on SQLite and once on PostgreSQL; emptied after the test."""
    flask_app = app_on(database_kind)
    with flask_app.app_context():
        yield flask_app
        db.session.remove()
        empty_tables()
        # Messages have the same numbers again in the next test, and their files the same names.
        shutil.rmtree(flask_app.extensions["settings"].mail_folder, ignore_errors=True)
        flask_app.extensions.pop("forwarded_seen", None)
        # SQLite gives the ids of deleted stations to new ones.
        forget_plans()
        forget_candidates()
        forget_limits()


def empty_tables() -> None:
    """Delete every row; only tables that have some are touched."""
    tables = list(reversed(db.metadata.sorted_tables))
    filled = " UNION ALL ".join(f"SELECT '{t.name}' WHERE EXISTS (SELECT 1 FROM {t.name})" for t in tables)
    with db.engine.connect() as connection:
        names = set(connection.execute(text(filled)).scalars())
    if not names:
        return
    with db.engine.begin() as connection:
        for table in tables:
            if table.name in names:
                connection.execute(table.delete())


# --- clients -----------------------------------------------------------------------------------


def outside(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call with no app context around, as a server does: a request's `g` and session are its own.

    What the test keeps of the database is read anew afterwards.
    """
    if not has_app_context():
        return function(*args, **kwargs)  # a redirect that is followed: outside already
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("the test has unsaved rows: commit before the app is asked")
    db.session.rollback()
    try:
        return contextvars.Context().run(function, *args, **kwargs)
    finally:
        db.session.expire_all()


class SeparateClient(FlaskClient):
    """Runs each request outside the test's app context, and looks whether each page is valid HTML.

    Read the session with `session_transaction()`.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = outside(super().open, *args, **kwargs)
        if answer.mimetype == "text/html" and not answer.content_encoding and answer.get_data():
            assert faults_of(answer.text) == [], answer.request.path
        return answer


class SeparateRunner(FlaskCliRunner):
    """Runs each command outside the test's app context."""

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        return outside(super().invoke, *args, **kwargs)


@pytest.fixture
def client(app: Flask, clock: "Clock") -> FlaskClient:
    """A browser without JavaScript, with the app's clock at `now`. CSRF is not asked for."""
    return app.test_client()


@pytest.fixture
def csrf_client(app: Flask, clock: "Clock", monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The same, with CSRF asked for as in production."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app.test_client()


@pytest.fixture
def runner(app: Flask, clock: "Clock") -> FlaskCliRunner:
    """Runs `flask …` commands: `runner.invoke(args=["seed", "load"])`."""
    return app.test_cli_runner()


# --- time --------------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    """Tuesday 24 November 2026, 09:00 in Haikou."""
    return TUESDAY


class Clock:
    """The app's clock, standing still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def move(self, **length: float) -> datetime:
        """Move by a length as of timedelta: `clock.move(minutes=16)`. Returns the new time."""
        self.time += timedelta(**length)
        return self.time


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Freeze `app.clock.now()` at `now`; views, commands and jobs read it."""
    frozen = Clock(now)
    monkeypatch.setattr(app_clock, "now", frozen.now)
    return frozen


# --- a small network ---------------------------------------------------------------------------


@pytest.fixture
def network(app: Flask) -> factories.Network:
    """The central window and one station, three services, and the official calendar of 2026."""
    return factories.build_network()


# --- no test talks to anybody outside ----------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def fence() -> Iterator[None]:
    """Fail whatever reaches for another machine."""
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(address, self.family)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(address, self.family)
        return connect_ex(self, address)

    def guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outside((host,), socket.AF_INET)
        return lookup(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_lookup)
        yield


def _refuse_outside(address: Any, family: int) -> None:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    if host in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise AssertionError(f"a test reached for another machine: {host}")
