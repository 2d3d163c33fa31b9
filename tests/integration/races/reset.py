"""Bring a database back to what it was, table by table, and only those that somebody wrote to."""

import re

from sqlalchemy import event, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.db import db

INSERT = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)


class Written:
    """The names of the tables that statements of this engine wrote to since `clear`."""

    def __init__(self, engine):
        self.names = set()
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_others):
        if "INSERT" in statement or "UPDATE" in statement or "DELETE" in statement:
            self.names.update(WRITES.findall(statement))


class Snapshot:
    """Every row of the database at one moment."""

    def __init__(self):
        self.tables = db.metadata.sorted_tables
        with db.engine.connect() as connection:
            self.rows = {
                table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in self.tables
            }

    def replace_all(self):
        """Make the whole database what it was."""
        with db.engine.begin() as connection:
            for table in reversed(self.tables):
                connection.execute(table.delete())
            for table in self.tables:
                if rows := self.rows[table.name]:
                    connection.execute(table.insert(), rows)

    def put_back(self, names):
        """Make these tables, and those that lose rows with them, what they were."""
        touched = self._with_dependents(names)
        tables = [table for table in self.tables if table.name in touched]
        with db.engine.begin() as connection:
            for table in tables:
                # What was there may point to what came since.
                loose = [key.parent.name for key in table.foreign_keys if _may_hang(key, touched)]
                if loose and self.rows[table.name]:
                    connection.execute(table.update().values(dict.fromkeys(loose)))
            for table in reversed(tables):
                connection.execute(self._too_many(table))
            for table in tables:
                if rows := self.rows[table.name]:
                    connection.execute(_upsert(table), rows)

    def _too_many(self, table):
        keys = list(table.primary_key.columns)
        known = [tuple(row[key.name] for key in keys) for row in self.rows[table.name]]
        gone = table.delete()
        if not known:
            return gone
        return gone.where(
            ~keys[0].in_([key for (key,) in known]) if len(keys) == 1 else tuple_(*keys).not_in(known)
        )

    def _with_dependents(self, names):
        """Return the names with those of tables whose rows go when a row there goes."""
        found = set(names)
        for table in self.tables:
            if any(key.ondelete and key.column.table.name in found for key in table.foreign_keys):
                found.add(table.name)
        return found


def _may_hang(key, touched):
    return key.parent.nullable and key.column.table.name in touched


def _upsert(table):
    statement = INSERT[db.engine.dialect.name](table)
    others = {
        column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key
    }
    keys = list(table.primary_key.columns)
    if not others:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
