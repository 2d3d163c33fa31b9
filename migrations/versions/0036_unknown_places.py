"""Typed places that nobody could place, counted by keyed fingerprints"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unknown_marks",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "person", name=op.f("pk_unknown_marks")),
    )
    op.create_index(op.f("ix_unknown_marks_typed_at"), "unknown_marks", ["typed_at"])
    op.create_table(
        "unknown_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("text", sa.String(60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_places")),
        sa.UniqueConstraint("key", name=op.f("uq_unknown_places_key")),
    )
    op.create_index(op.f("ix_unknown_places_typed_at"), "unknown_places", ["typed_at"])


def downgrade() -> None:
    op.drop_table("unknown_places")
    op.drop_table("unknown_marks")
