"""How Alembic reaches the database: through the app's engine, never through models' own imports."""

from alembic import context
from sqlalchemy.engine import Connection

from app.db import LocalTextType, UTCDateTime, db

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


with db.engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # A migration waits briefly for its locks and fails, rather than making every booking wait behind it.
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        connection.commit()
    run(connection)
    connection.commit()
