"""A copy of the database while it is in use, and the way back.

SQLite's own backup is used, or PostgreSQL's own tools: copying the file of a running database gives
copies that do not open. A copy goes back into an empty schema, in one transaction: tables that came after
it would stand in its way. A restored outbox is held: what was sent after the backup was made would go
out twice.
"""

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from app.backup.contents import BackupContents, contents_of_dump, contents_of_file, open_file
from app.backup.refusals import BackupFailed
from app.backup.tools import run_tool, tool_command
from app.db import db

# All that is ours and nothing else: extensions and other schemas stay as they are.
EMPTY_SCHEMA = """
SET lock_timeout = '10s';
DO $$
DECLARE found record;
BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', found.tablename);
  END LOOP;
  FOR found IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP SEQUENCE public.%I CASCADE', found.sequencename);
  END LOOP;
END $$
"""


def create(file: Path) -> None:
    """Write a backup to a new file, readable by its owner only, and check that it opens."""
    if file.exists():
        raise BackupFailed(f"{file} exists already. Choose another name.")
    if not file.parent.is_dir():
        raise BackupFailed(f"The folder {file.parent} is not there. Make it first.")
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        _copy_out(part)
        verify(part)
        part.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{file} could not be written: {error}. Nothing of it was kept.") from error
    finally:
        part.unlink(missing_ok=True)


def keep_newest(file: Path, most: int) -> list[Path]:
    """Delete older backups beside this one, of the same ending, beyond so many; return which."""
    kin = [one for one in file.parent.glob(f"*{file.suffix}") if one.is_file() and file.suffix]
    newest_first = sorted(kin, key=lambda one: one.stat().st_mtime, reverse=True)
    gone = [one for one in newest_first[max(most, 1) :] if one != file]
    for one in gone:
        one.unlink()
    return gone


def verify(file: Path) -> BackupContents:
    """Read a backup to its end and return what is in it. Raises BackupFailed."""
    if not file.is_file():
        raise BackupFailed(f"{file} is not there.")
    return contents_of_file(file) if _is_sqlite() else contents_of_dump(file)


def restore(file: Path) -> None:
    """Replace the database by a backup. Stop the web and worker processes first."""
    db.session.remove()
    url = db.engine.url
    if not _is_sqlite():
        _restore_dump(file)
        db.engine.dispose()
        return
    db.engine.dispose()
    with closing(open_file(file)) as source, closing(sqlite3.connect(str(url.database))) as target:
        try:
            source.backup(target)
        except sqlite3.Error as error:
            raise BackupFailed(f"The database could not be written: {error}.") from error


def _restore_dump(file: Path) -> None:
    """Send the whole copy through one transaction: if any of it fails, all is as it was."""
    reader = tool_command("pg_restore", None, "--no-owner", "--no-privileges", "--file=-", str(file))
    quiet = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")
    writer = tool_command("psql", db.engine.url, *quiet, "--command", EMPTY_SCHEMA, "--file=-")
    with (
        subprocess.Popen(reader.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source,  # noqa: S603
        subprocess.Popen(  # noqa: S603
            writer.words,
            env=writer.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as target,
    ):
        assert source.stdout and target.stdin and target.stderr and source.stderr  # noqa: S101, PT018
        try:
            shutil.copyfileobj(source.stdout, target.stdin)
        except BrokenPipeError:
            source.kill()
        broken = source.wait() != 0
        if broken:
            target.kill()  # before its input ends, so that it never commits a part
        else:
            target.stdin.close()
        said = target.stderr.read().decode(errors="replace")
        if target.wait() or broken:
            why = said or source.stderr.read().decode(errors="replace")
            raise BackupFailed(f"Nothing was changed: {_first_error(why)}")


def _first_error(text: str) -> str:
    found = re.search(r"(?:ERROR|FATAL|error): *(.*)", text)
    return found[1] if found else text.strip()[:300] or "the file could not be read"


def _copy_out(part: Path) -> None:
    url = db.engine.url
    if not _is_sqlite():
        run_tool("pg_dump", url, "--format=custom", f"--file={part}")
        return
    with (
        closing(open_file(Path(str(url.database)), in_use=True)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)


def _is_sqlite() -> bool:
    return db.engine.url.get_backend_name() == "sqlite"
