"""who waits by an address alone is asked once the address is confirmed; who waits already is

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("waiting_entries", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE waiting_entries SET confirmed_at = joined_at")


def downgrade():
    op.drop_column("waiting_entries", "confirmed_at")
