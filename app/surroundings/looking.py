"""What the service stands on: the database's state, disk, clocks, calendar and backups."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.notifications.models import JobRun
from app.notifications.watch import heartbeat
from app.notifications.watch.troubles import Trouble
from app.settings import Settings
from app.stations.models import CalendarStatus, CalendarYear

MB = 1024 * 1024
MOST_SKEW = timedelta(seconds=2)
LET_ALONE = timedelta(seconds=1)
YEAR_AHEAD = timedelta(days=31)  # the coming year's holidays are published in the autumn
LARGEST_WAL_MB = 256  # of SQLite, where a reader that never ends keeps it growing
FIRST_BACKUP_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What was found; None where this database, or our rights in it, do not tell."""

    read_only: bool
    free_mb: int
    wal_mb: int | None
    most_wal_mb: int
    skew: timedelta | None
    missing_year: int | None
    backup_at: datetime | None


def look(*, now: datetime) -> ServiceState:
    """Look at everything. Raises what the database raises when it does not answer."""
    sqlite = db.engine.dialect.name == "sqlite"
    wal_mb, most_wal_mb = _wal_of_file() if sqlite else _wal_of_server()
    return ServiceState(
        read_only=is_read_only(),
        free_mb=free_bytes() // MB,
        wal_mb=wal_mb,
        most_wal_mb=most_wal_mb,
        skew=None if sqlite else _skew(),
        missing_year=_missing_year(now),
        backup_at=db.session.scalar(select(JobRun.finished_at).where(JobRun.name == heartbeat.BACKUP)),
    )


def find_troubles(found: ServiceState, settings: Settings, *, now: datetime) -> Iterator[Trouble]:
    """Yield what is wrong with what was found. PURE."""
    if settings.mail_waits:
        yield Trouble("no-mail")
    if found.read_only:
        yield Trouble("read-only")
    if found.free_mb < settings.disk_free_mb:
        yield Trouble("disk", found.free_mb)
    if found.wal_mb is not None and found.wal_mb > found.most_wal_mb:
        yield Trouble("wal", found.wal_mb)
    if found.skew is not None and abs(found.skew) > MOST_SKEW:
        yield Trouble("clock", round(abs(found.skew).total_seconds()))
    if found.missing_year:
        yield Trouble("calendar", found.missing_year)
    if settings.production and settings.backup_hours:
        yield from _backup_troubles(found.backup_at, timedelta(hours=settings.backup_hours), now)


def _backup_troubles(made_at: datetime | None, within: timedelta, now: datetime) -> Iterator[Trouble]:
    if made_at is None:
        yield Trouble("no-backup", patience=FIRST_BACKUP_WITHIN)
    elif now - made_at > within:
        yield Trouble("backup", int((now - made_at).total_seconds() // 3600))


def read_troubles(*, now: datetime) -> list[Trouble]:
    """Return what is wrong around us."""
    settings: Settings = current_app.extensions["settings"]
    return list(find_troubles(look(now=now), settings, now=now))


def is_read_only() -> bool:
    """Return whether nothing can be written: a standby, or a server or a file that was made read-only."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        standby, setting = connection.exec_driver_sql(
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')"
        ).one()
        return bool(standby) or setting == "on"
    file = Path(str(db.engine.url.database))
    queries_only = connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    return bool(queries_only) or (file.exists() and not os.access(file, os.W_OK))


def free_bytes() -> int:
    """Return what is free on the fuller of the disks of our own folder and of SQLite's file."""
    folders = {current_app.instance_path}
    if db.engine.dialect.name == "sqlite":
        folders.add(str(Path(str(db.engine.url.database)).parent))
    return min((shutil.disk_usage(folder).free for folder in folders if Path(folder).is_dir()), default=0)


def _wal_of_file() -> tuple[int | None, int]:
    file = Path(f"{db.engine.url.database}-wal")
    return (file.stat().st_size // MB if file.exists() else 0), LARGEST_WAL_MB


def _wal_of_server() -> tuple[int | None, int]:
    """Return the size of the server's log and twice what it means to keep; None without the right to look."""
    connection = db.session.connection()
    most = int(
        connection.exec_driver_sql(
            "SELECT setting::int FROM pg_settings WHERE name = 'max_wal_size'"
        ).scalar_one()
    )
    may = "SELECT has_function_privilege('pg_ls_waldir()', 'execute')"
    if not connection.exec_driver_sql(may).scalar_one():
        return None, 2 * most
    size = connection.exec_driver_sql("SELECT COALESCE(sum(size), 0)::bigint FROM pg_ls_waldir()")
    return int(size.scalar_one()) // MB, 2 * most


def follow_database() -> None:
    """Go by the database's clock, which all workers share: leases written by one are read by the others.

    Differences of network delay are let alone, so that times of one worker keep their order.
    """
    if db.engine.dialect.name == "sqlite":
        return  # all its workers are on this machine
    ahead = _skew()
    clock.follow(ahead if abs(ahead) > LET_ALONE else timedelta())


def _skew() -> timedelta:
    """Return how far the database's clock is ahead of this machine's."""
    before = clock.of_machine()
    said: datetime = db.session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    return said.astimezone(UTC) - (before + (clock.of_machine() - before) / 2)


def _missing_year(now: datetime) -> int | None:
    """Return the coming year if its calendar is not here; nothing where there is no calendar at all."""
    coming = (now + YEAR_AHEAD).astimezone(heartbeat.NETWORK_ZONE).year
    here = CalendarYear.status != CalendarStatus.UNPUBLISHED
    years = set(db.session.scalars(select(CalendarYear.year).where(here)))
    return coming if years and coming not in years else None
