"""Links under keyed fingerprints, and longer ones for cases; every link that people have goes on opening"""

import hashlib
import secrets
import string
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

BATCH = 500
OLD_LINKS_OPEN = timedelta(days=90)
# What is bound to the fingerprint of the link, and so is sealed anew with it.
BOUND = {
    "waiting_entries": ("token", "name", "email", "phone"),
    "time_offers": ("token",),
    "groups": ("token", "company", "email", "phone"),
}
Row = Any
Change = Callable[[Row], dict[str, Any]]


def upgrade() -> None:
    op.add_column("cases", sa.Column("old_link_hash", sa.String(64), nullable=True))
    op.add_column("cases", sa.Column("old_link_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("old_link_encrypted", sa.Text(), nullable=True))
    op.create_index(op.f("ix_cases_old_link_hash"), "cases", ["old_link_hash"], unique=True)
    _change("cases", ("number", "link_hash", "link_encrypted", "emptied_at"), _longer)
    _change("appointments", ("token_hash",), lambda row: {"token_hash": _keyed(row.token_hash)})
    for table_name, names in BOUND.items():
        _seal_anew(table_name, names, lambda row, _token: _keyed(row.token_hash))


def downgrade() -> None:
    """Let links be stored by their plain fingerprints again; the shorter ones of cases are given up."""
    _change("cases", ("number", "link_encrypted"), lambda row: {"link_hash": _plain(_open_link(row))})
    _change("appointments", ("reference", "token_encrypted"), _plain_visit)
    for table_name, names in BOUND.items():
        _seal_anew(table_name, names, lambda _row, token: _plain(token))
    op.drop_index(op.f("ix_cases_old_link_hash"), "cases")
    for name in ("old_link_encrypted", "old_link_until", "old_link_hash"):
        op.drop_column("cases", name)


def _ring() -> Any:
    return current_app.extensions["keyring"]


def _keyed(plain: str) -> str:
    return str(_ring().blind_index(plain, purpose="link"))


def _plain(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _open_link(row: Row) -> str:
    return str(_ring().decrypt(row.link_encrypted, bound_to=f"cases.link:{row.number}"))


def _longer(row: Row) -> dict[str, Any]:
    if row.emptied_at:
        return {"link_hash": _keyed(row.link_hash)}
    link = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(22))
    return {
        "link_hash": _keyed(_plain(link)),
        "link_encrypted": _ring().encrypt(link, bound_to=f"cases.link:{row.number}"),
        "old_link_hash": _keyed(row.link_hash),
        "old_link_encrypted": _ring().encrypt(_open_link(row), bound_to=f"cases.old_link:{row.number}"),
        "old_link_until": datetime.now(UTC) + OLD_LINKS_OPEN,
    }


def _plain_visit(row: Row) -> dict[str, Any]:
    token = _ring().decrypt(row.token_encrypted, bound_to=f"appointments.token:{row.reference}")
    return {"token_hash": _plain(token)}


def _seal_anew(table_name: str, names: tuple[str, ...], fingerprint: Callable[[Row, str], str]) -> None:
    def change(row: Row) -> dict[str, Any]:
        sealed = {name: getattr(row, f"{name}_encrypted") for name in names}
        texts = {
            name: _ring().decrypt(text, bound_to=f"{table_name}.{name}:{row.token_hash}")
            for name, text in sealed.items()
            if text
        }
        new = fingerprint(row, texts["token"])
        again = {
            f"{name}_encrypted": _ring().encrypt(text, bound_to=f"{table_name}.{name}:{new}")
            for name, text in texts.items()
        }
        return {"token_hash": new, **again}

    _change(table_name, ("token_hash", *(f"{name}_encrypted" for name in names)), change)


def _change(table_name: str, names: tuple[str, ...], change: Change) -> None:
    changed = ("link_hash", "link_encrypted", "old_link_hash", "old_link_encrypted")
    known = {*names, *changed} if table_name == "cases" else set(names) | {"token_hash"}
    columns = [sa.column("id", sa.Integer), *(sa.column(name, sa.String) for name in known - {"emptied_at"})]
    if table_name == "cases":
        columns += [sa.column(name, sa.DateTime(timezone=True)) for name in ("emptied_at", "old_link_until")]
    table = sa.table(table_name, *columns)
    for rows in _batches(table, names):
        for row in rows:
            op.execute(table.update().where(table.c.id == row.id).values(**change(row)))


def _batches(table: sa.TableClause, names: tuple[str, ...]) -> Iterator[list[Row]]:
    wanted = sa.select(table.c.id, *(table.c[name] for name in names)).order_by(table.c.id).limit(BATCH)
    last = 0
    while rows := list(op.get_bind().execute(wanted.where(table.c.id > last))):
        last = rows[-1].id
        yield rows
