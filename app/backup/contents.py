"""What is in a backup: of which schema, how many people, and which keys open it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from app.backup.refusals import BackupFailed
from app.backup.tools import run_tool

COUNTED = ("cases", "appointments", "outbox_messages", "station_photos")


@dataclass(frozen=True, slots=True)
class BackupContents:
    """The number of the last migration, the rows of some tables, and a known text under each key."""

    version: str
    rows: dict[str, int] = field(default_factory=dict)
    proofs: dict[str, str] = field(default_factory=dict)


def open_file(file: Path, *, in_use: bool = False) -> sqlite3.Connection:
    """Open a file for reading only; beside a copy that nobody uses, SQLite leaves no files of its own."""
    more = "" if in_use else "&immutable=1"
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro{more}", uri=True)


def contents_of_file(file: Path) -> BackupContents:
    """Read a copy of SQLite to its end. Raises BackupFailed."""
    with closing(open_file(file)) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            rows = {
                name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - ours
                for name in COUNTED
                if name in tables
            }
            proofs = (
                dict(connection.execute("SELECT key_id, proof FROM key_proofs"))
                if "key_proofs" in tables
                else {}
            )
        except sqlite3.DatabaseError as error:
            raise BackupFailed(f"This file is no backup of this service: {error}.") from error
    if verdict != "ok":
        raise BackupFailed(f"The copy is damaged: {verdict}")
    return BackupContents(version[0] if version else "", rows, proofs)


def _proofs_of(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key_id, proof FROM key_proofs"))


def contents_of_dump(file: Path) -> BackupContents:
    """Read a dump of PostgreSQL to its end. Raises BackupFailed."""
    run_tool("pg_restore", None, "--file=/dev/null", str(file))
    few = [f"--table={name}" for name in (*COUNTED, "alembic_version", "key_proofs")]
    lines = _lines_by_table(run_tool("pg_restore", None, "--data-only", "--file=-", *few, str(file)))
    if "alembic_version" not in lines:
        raise BackupFailed("This file is no backup of this service: it has no alembic_version.")
    proofs = dict(line.split("\t")[:2] for line in lines.get("key_proofs", []))
    rows = {name: len(lines[name]) for name in COUNTED if name in lines}
    return BackupContents("".join(lines["alembic_version"]), rows, proofs)


def _lines_by_table(text: str) -> dict[str, list[str]]:
    """Return the rows of each `COPY public.name (…) FROM stdin;` of a dump."""
    found: dict[str, list[str]] = {}
    table = ""
    for line in text.split("\n"):
        if line.startswith("COPY "):
            table = line.split()[1].rpartition(".")[2]
            found[table] = []
        elif line == "\\.":
            table = ""
        elif table:
            found[table].append(line)
    return found
