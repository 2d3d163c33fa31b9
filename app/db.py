"""The database: base model, column types, and the one place that commits.

`transact(operation, ...)` is the only way to write: it begins, runs the operation, commits, and
runs the whole operation again when the database asks for it (busy file, deadlock, serialisation).
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Executable, MetaData, Select, String, event, func, select
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from app.connecting.engine import POOLED
from app.errors import Busy, TextTooLong
from app.localtext import LocalText

P = ParamSpec("P")
R = TypeVar("R")
Query = TypeVar("Query", bound=Select[Any])

WRITE_DEADLINE_SECONDS = 5.0
POSTGRESQL_RETRY = {"40001", "40P01", "55P03"}  # serialisation, deadlock, lock not available


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC. Naive values are refused: SQLite would drop the zone silently."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LocalTextType(TypeDecorator[LocalText]):
    """A text in several languages, stored as one JSON object."""

    impl = JSON
    cache_ok = True
    python_type = LocalText

    def process_bind_param(self, value: LocalText | None, dialect: Dialect) -> dict[str, str] | None:
        if value is None:
            return None
        # No page and no letter can carry half a character, and PostgreSQL no NUL.
        texts = value.as_dict().items()
        return {lang: t.replace("\0", "").encode(errors="replace").decode() for lang, t in texts}

    def process_result_value(self, value: Any, dialect: Dialect) -> LocalText | None:
        return None if value is None else LocalText.from_dict(value)


class Base(DeclarativeBase):
    """Base of all models: aware datetimes, named constraints."""

    registry = registry(
        type_annotation_map={datetime: UTCDateTime, LocalText: LocalTextType},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


@event.listens_for(db.Model, "attribute_instrument", propagate=True)
def _check_length(_model: type, _name: str, attribute: Any) -> None:
    """Let no text longer than its column into a row: PostgreSQL refuses it late, SQLite never."""
    columns: list[Any] = getattr(attribute.property, "columns", [])
    most = columns[0].type.length if columns and isinstance(columns[0].type, String) else None
    if most is None:
        return

    @event.listens_for(attribute, "set")
    def _refuse(_row: Base, text: str | None, _before: object, _initiator: object) -> None:
        if isinstance(text, str) and len(text) > most:
            raise TextTooLong(columns[0].name, most)


if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def transact(operation: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run one operation as one transaction: commit on success, roll back on any error.

    The operation may run more than once, so it does no input or output. Raises Busy after
    5 seconds of waiting, with nothing written.
    """
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("unsaved changes outside transact()")
    return _patiently(lambda: _attempt(operation, *args, **kwargs))


def _patiently(attempt: Callable[[], R]) -> R:
    patience = _Patience(deadline=time.monotonic() + WRITE_DEADLINE_SECONDS)
    while True:
        try:
            return attempt()
        except (OperationalError, InternalError, IntegrityError) as error:
            patience.wait_or_raise(error)


def _attempt(operation: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    session = db.session()
    session.rollback()  # Ends the read transaction of a sign-in look-up, and its old snapshot.
    try:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        result = operation(*args, **kwargs)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return result


def whole_step(step: Callable[P, bool], /, *args: P.args, **kwargs: P.kwargs) -> bool:
    """Run one step of an operation; when it says no, nothing of it stays, and the operation goes on."""
    savepoint = db.session.begin_nested()
    done = step(*args, **kwargs)
    if done:
        savepoint.commit()
    else:
        savepoint.rollback()
    return done


def locking(wanted: Query, *, shared: bool = False, skip_locked: bool = False, of: Any = None) -> Query:
    """Return the query that locks its rows and reads each anew.

    After waiting for a lock the row may be another than the one that the session holds in memory, so
    whoever locks decides by what is read now. `shared` lets others lock it so too; `skip_locked` passes
    over what somebody else has locked. SQLite has no such words: its writer is alone anyway.
    """
    query = wanted.with_for_update(read=shared, skip_locked=skip_locked, of=of)
    return query.execution_options(populate_existing=True)


def lock_name(name: str) -> None:
    """Let others who want this name wait until the transaction ends; on SQLite all writers wait anyway."""
    if db.engine.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


@dataclass
class _Patience:
    """Decides whether an operation runs again, and waits a little before it does."""

    deadline: float
    tries: int = 0
    conflicts: int = 0

    def wait_or_raise(self, error: OperationalError | InternalError | IntegrityError) -> None:
        if isinstance(error, IntegrityError):
            # A constraint decided a race. Once more: the loser now sees what the winner wrote.
            self.conflicts += 1
            if self.conflicts > 1:
                raise error
            return
        if not _asks_for_retry(error):
            raise error
        if time.monotonic() > self.deadline:
            raise Busy from error
        self.tries += 1
        time.sleep(random.uniform(0, 0.01) * min(self.tries, 10))  # noqa: S311 - jitter, not a secret


def in_words(column: str, values: Iterable[str]) -> str:
    """Return "column IN ('a', 'b')" for values of our own, in this order.

    An index of some rows serves only a statement that says which in the same words: bound values are
    unknown to the planner of SQLite.
    """
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def run(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement of columns on the session's connection, past the mapper: for the hottest reads."""
    return db.session.connection().execute(statement, values)


Run = Callable[[Executable, Mapping[str, Any]], CursorResult[*tuple[Any, ...]]]

# How a connection stops waiting for the disk at each commit, and how it begins again.
_NOT_WAITING = {
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
    "postgresql": ("SET synchronous_commit TO off", "RESET synchronous_commit"),
}

# BEGIN and COMMIT would be journeys of their own to a server of PostgreSQL, each as long as the write.
_ONE_JOURNEY: dict[str, dict[str, Any]] = {
    "sqlite": {"sqlite_begin": "IMMEDIATE"},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}


class QuickWrites:
    """Short transactions of columns, one after the other, on a connection that is kept for them.

    What is committed survives this process, killed or not, but not at once the fall of the whole
    machine: the disk has it after the next commit that waits. Only for what can be done again.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def transact(self, operation: Callable[[Run], R]) -> R:
        """Run one operation as one transaction, as `transact` does; it writes with what it is given.

        On PostgreSQL the operation is a single statement, and a second one raises RuntimeError.
        """
        return _patiently(lambda: self._attempt(operation))

    def _attempt(self, operation: Callable[[Run], R]) -> R:
        with self._connection.begin():
            return operation(self._run())

    def _run(self) -> Run:
        """Return what runs statements: on PostgreSQL the first commits itself, so there is no second."""
        if self._connection.dialect.name == "sqlite":
            return self._connection.execute
        left = [self._connection.execute]

        def run_one(statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
            if not left:
                raise RuntimeError("a quick write on PostgreSQL is one statement")
            return left.pop()(statement, values)

        return run_one


@contextmanager
def quick_writes() -> Iterator[QuickWrites]:
    """Keep a connection for quick writes; it has no transaction open between them."""
    dialect = db.engine.dialect.name
    begin, end = _NOT_WAITING[dialect]
    alone = not is_pooled()  # else somebody else's bookings would not wait for the disk, either
    with db.engine.connect().execution_options(**_ONE_JOURNEY[dialect]) as connection:
        if alone:
            _say(connection, begin)
        try:
            yield QuickWrites(connection)
        finally:
            if alone and not connection.invalidated:
                _say(connection, end)


def _say(connection: Connection, words: str) -> None:
    """Say something about the connection itself, outside of any transaction of ours."""
    driver: Any = connection.connection.driver_connection
    driver.execute(words)
    driver.commit()


class json_list(GenericFunction[Any]):  # noqa: N801 - it reads as SQL
    """All values of a column as one list: a row for each would cost several times as much."""

    type = JSON()
    inherit_cache = True


@compiles(json_list, "sqlite")
def _sqlite_list(element: json_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array{compiler.process(element.clause_expr, **options)}"


@compiles(json_list, "postgresql")
def _postgresql_list(element: json_list, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg{compiler.process(element.clause_expr, **options)}"


def end_read() -> None:
    """Give the connection back before something slow (mail, geocoder) is called."""
    db.session.rollback()


def _asks_for_retry(error: OperationalError | InternalError) -> bool:
    if error.connection_invalidated:
        return True  # The server ended it in the middle; nothing of this run was committed.
    name = getattr(error.orig, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    return getattr(error.orig, "sqlstate", None) in POSTGRESQL_RETRY


def is_pooled() -> bool:
    """Return whether a pooler stands between: what is said to a connection is said to anybody's."""
    return POOLED in db.engine.get_execution_options()
