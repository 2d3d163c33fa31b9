"""How Alembic reaches the database: through the app's engine, never through models' own imports."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy.engine import Connection

from app.db import LocalTextType, UTCDateTime, db, is_pooled

config = context.config


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write plain SQLAlchemy types, so that a migration never depends on the code of a later day."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, LocalTextType):
        return "sa.JSON()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        # One transaction per migration: a failed one leaves the schema of the one before.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


ONE_AT_A_TIME = 7_140_311  # the name of the lock: any number that nothing else uses


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let another process that migrates the same PostgreSQL wait, and then find its work done.

    On a connection of its own, which is closed and with it the lock, whatever becomes of the migration.
    """
    if db.engine.dialect.name != "postgresql":
        yield
        return
    if is_pooled():
        raise SystemExit(
            "Migrate past the pooler: DATABASE_POOLED=false and the address of PostgreSQL itself."
        )
    with db.engine.connect() as guard:
        guard.detach()
        guard.exec_driver_sql("SET lock_timeout = 0")
        guard.exec_driver_sql("SET statement_timeout = 0")
        guard.exec_driver_sql(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
        guard.commit()
        yield


with one_at_a_time(), db.engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # A migration waits briefly for its locks and fails, rather than making every booking wait behind it.
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        connection.exec_driver_sql(
            "SET statement_timeout = 0"
        )  # a large table is rewritten for as long as it takes
        connection.commit()
    try:
        run(connection)
        connection.commit()
    finally:
        if connection.dialect.name == "postgresql":
            connection.invalidate()  # its time-outs are a migration's, nobody else's
