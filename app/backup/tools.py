"""PostgreSQL's own programs, as our address of the database has it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from app.backup.refusals import BackupFailed
from app.db import db


@dataclass(frozen=True, slots=True)
class ToolCommand:
    """A command line and the environment that it needs."""

    words: list[str]
    environment: Mapping[str, str]


def tool_command(tool: str, url: URL | None, *arguments: str) -> ToolCommand:
    """Return the command; the password goes by the environment, not by the command line."""
    if shutil.which(tool) is None:
        raise BackupFailed(f"{tool} is not installed. Install PostgreSQL's client programs.")
    if url is None:
        return ToolCommand([tool, *arguments], os.environ)
    # As the driver understands it: several hosts are written otherwise in our addresses than in theirs.
    _nothing, parts = db.engine.dialect.create_connect_args(url)
    password, _adapters = str(parts.pop("password", "")), parts.pop("context", None)
    environment = {**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}
    return ToolCommand([tool, f"--dbname={make_conninfo(**parts)}", *arguments], environment)


def run_tool(tool: str, url: URL | None, *arguments: str) -> str:
    """Run one of them and return what it printed. Raises BackupFailed with its own words."""
    command = tool_command(tool, url, *arguments)
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL
        command.words, env=command.environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise BackupFailed(f"{tool}: {done.stderr.strip()}")
    return done.stdout
