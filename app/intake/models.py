"""Files that are taken in line by line, and the keys of the systems that send cases."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crypto import Encrypted
from app.db import Model


class RunState(StrEnum):
    READING = "reading"
    CHECKED = "checked"  # every line was read; somebody decides whether it is taken in
    APPLYING = "applying"  # decided; batch after batch is taken in, by whatever process is there
    DONE = "done"
    DISCARDED = "discarded"


class RowResult(StrEnum):
    """What becomes of a line; before the run is applied, what is expected to."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"  # known already, word for word
    OLDER = "older"  # a newer version is known
    CONFLICT = "conflict"  # the same version was told with other contents
    CLOSED = "closed"  # collected or merged meanwhile
    WRONG = "wrong"  # cannot be read; see its problems


class ImportRun(Model):
    """One file of the bureaus, on its way into the cases."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    file_name: Mapped[str] = mapped_column(String(120))
    file_hash: Mapped[str] = mapped_column(String(64), index=True)
    encoding: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), index=True)
    username: Mapped[str] = mapped_column(String(80))
    bureau: Mapped[str | None] = mapped_column(String(40))  # tells only this authority's permit; None: both
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    unused_columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # lines by expected result


_WAITING = text("facts_encrypted IS NOT NULL")


class ImportRow(Model):
    """One line of a file. Its facts are encrypted, and gone once they are taken in."""

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_run_id_line", "run_id", "line"),
        Index("ix_import_rows_waiting", "run_id", "line", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    row_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"))
    line: Mapped[int]
    result: Mapped[str] = mapped_column(String(10))
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [code, column, warning]
    has_problems: Mapped[bool] = mapped_column(default=False)
    label: Mapped[str] = mapped_column(String(60), default="")  # the bureaus' number
    facts_encrypted: Mapped[str | None] = mapped_column(Text)

    facts = Encrypted(bound_to="row_key")


class IntakeKey(Model):
    """The key with which an approval system signs what it sends. The secret is shown once."""

    __tablename__ = "intake_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    bureau: Mapped[str | None] = mapped_column(String(40))  # tells only this authority's permit; None: both
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    secret_encrypted: Mapped[str] = mapped_column(Text)

    secret = Encrypted(bound_to="key_id")
