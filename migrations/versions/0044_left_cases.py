"""who leaves a shared computer ends what was entered there, on the server, too

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("cases", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("cases", "left_at")
