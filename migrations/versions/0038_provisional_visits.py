"""Visits that are provisional until somebody is known to stand behind them, and shares of a day's desks"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NETWORKS = ("asked_from", "asked_from_56", "asked_from_48")
PROVISIONAL = sa.text("provisional_until IS NOT NULL AND status IN ('booked', 'checked_in')")


def upgrade() -> None:
    for name in ("proved_at", "provisional_until"):
        op.add_column("appointments", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # Whoever has a visit by now booked it under the old rules, and keeps it.
    op.execute("UPDATE appointments SET proved_at = created_at")
    # The fingerprints of before had no key; the holds that they belong to last for minutes.
    op.execute("UPDATE holds SET asked_from = NULL WHERE asked_from IS NOT NULL")
    for table, names in (("appointments", NETWORKS), ("holds", NETWORKS[1:])):
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(64), nullable=True))
            op.create_index(f"ix_{table}_{name}", table, [name])
    op.create_index(
        "ix_appointments_provisional",
        "appointments",
        ["provisional_until"],
        postgresql_where=PROVISIONAL,
        sqlite_where=PROVISIONAL,
    )
    with op.batch_alter_table("booking_limits") as limits:
        for name in ("case_share", "unproved_share"):
            limits.add_column(sa.Column(name, sa.SmallInteger(), nullable=True))
            limits.create_check_constraint(op.f(f"ck_booking_limits_{name}"), f"{name} BETWEEN 0 AND 100")
    op.create_table(
        "origin_cancellations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_origin_cancellations"),
        sa.UniqueConstraint("name", name="uq_origin_cancellations_name"),
    )


def downgrade() -> None:
    op.drop_table("origin_cancellations")
    with op.batch_alter_table("booking_limits") as limits:
        for name in ("case_share", "unproved_share"):
            limits.drop_constraint(op.f(f"ck_booking_limits_{name}"), type_="check")
            limits.drop_column(name)
    op.drop_index("ix_appointments_provisional", "appointments")
    for table, names in (("appointments", NETWORKS), ("holds", NETWORKS[1:])):
        for name in names:
            op.drop_index(f"ix_{table}_{name}", table)
            op.drop_column(table, name)
    for name in ("proved_at", "provisional_until"):
        op.drop_column("appointments", name)
