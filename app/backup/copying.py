"""A copy of the database while it is in use, and the way back.

SQLite's own backup is used, or PostgreSQL's own tools: copying the file of a running database gives
copies that do not open. A restored outbox is held: what was sent after the backup was made would go
out twice.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from app.db import db


class BackupFailed(Exception):
    """The copy or the way back did not work; the text says why and what to do."""


def create(file: Path) -> None:
    """Write a backup to a new file, readable by its owner only, and check that it opens."""
    if file.exists():
        raise BackupFailed(f"{file} exists already. Choose another name.")
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    try:
        _copy_out(part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path) -> None:
    """Replace the database by a backup. Stop the web and worker processes first."""
    if not file.is_file():
        raise BackupFailed(f"{file} is not there.")
    url = db.engine.url
    db.session.remove()
    db.engine.dispose()
    if url.get_backend_name() != "sqlite":
        _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
        return
    with closing(_read_only(file)) as source, closing(sqlite3.connect(str(url.database))) as target:
        _check(source)
        source.backup(target)


def _copy_out(part: Path) -> None:
    url = db.engine.url
    if url.get_backend_name() != "sqlite":
        _run("pg_dump", url, "--format=custom", f"--file={part}")
        return
    with closing(_read_only(Path(str(url.database)))) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        _check(copy)


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _check(connection: sqlite3.Connection) -> None:
    try:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"This file is no backup of this service: {error}.") from error
    if verdict != "ok":
        raise BackupFailed(f"The copy is damaged: {verdict}")


def _run(tool: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's tools; the password goes by the environment, not by the command line."""
    if shutil.which(tool) is None:
        raise BackupFailed(f"{tool} is not installed. Install PostgreSQL's client programs.")
    # As the driver understands it: several hosts are written otherwise in our addresses than in theirs.
    _nothing, parts = db.engine.dialect.create_connect_args(url)
    password, _adapters = str(parts.pop("password", "")), parts.pop("context", None)
    environment = {**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}
    command = [tool, f"--dbname={make_conninfo(**parts)}", *arguments]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"{tool}: {done.stderr.strip()}")
