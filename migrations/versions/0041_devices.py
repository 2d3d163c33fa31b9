"""a session of staff says on which device it was opened

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("staff_sessions", sa.Column("device", sa.String(60), nullable=False, server_default=""))


def downgrade():
    op.drop_column("staff_sessions", "device")
