"""The engine: what every connection is told, on SQLite and on PostgreSQL."""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import Dialect, event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from app.connecting import silence
from app.settings import SettingsError

READ_ONLY = "25006"


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # BEGIN is ours to say; see _on_begin.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "do_connect")
def _connect(dialect: Dialect, _record: Any, where: Any, parts: Any) -> Any:
    """Connect to PostgreSQL with limits to waiting; what returns nothing lets SQLAlchemy connect."""
    if dialect.driver != "psycopg":
        return None
    try:
        return silence.connect(*where, **parts)
    except psycopg.OperationalError as error:
        if "unsupported startup parameter" in str(error):
            raise SettingsError(
                "DATABASE_URL leads to PgBouncer. Set DATABASE_POOLED=true, or give the address of PostgreSQL"
            ) from None
        raise


@event.listens_for(Engine, "handle_error")
def _leave_read_only(context: ExceptionContext) -> None:
    """Leave a server that only reads now; the next connection may find the one that writes."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
        return
    options = connection.get_execution_options()
    if POOLED in options and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(options[POOLED])


# A network that drops everything is noticed after 10 seconds, whoever waits for whom.
TO_SERVER = {
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


POOLED = "said_at_begin"  # of an engine whose transactions share the connections of a pooler


def engine_options(url: str, *, statement_seconds: float = 30, pooled: bool = False) -> dict[str, Any]:
    """Return the engine's options: parameters never reach an error text, waits are short and retried.

    On PostgreSQL no statement runs longer than `statement_seconds`, and no transaction stands idle for
    twice as long: somebody else waits behind both.
    """
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        # SQLite's own waiting is unfair under load; short waits with jittered retries are not.
        options["connect_args"] = {"timeout": 0.1}
    else:
        milliseconds = round(statement_seconds * 1000)
        own = {
            "lock_timeout": 1000,
            "statement_timeout": milliseconds,
            "idle_in_transaction_session_timeout": 2 * milliseconds,
            "timezone": "UTC",
            "datestyle": "ISO",
        }
        if pooled:
            # A pooler hands on neither options nor prepared statements: each transaction says its own.
            said = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in own.items())
            options["execution_options"] = {POOLED: f"SELECT {said}"}
            options["connect_args"] = {**TO_SERVER, "prepare_threshold": None}
        else:
            said = " ".join(f"-c {name}={value}" for name, value in own.items())
            options["connect_args"] = {**TO_SERVER, "options": said}
        options["pool_pre_ping"] = True
    return options
