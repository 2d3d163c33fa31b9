"""Who issues each paper and where to copy it; what a service costs, where that is known"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_items", sa.Column("hint", sa.JSON(), nullable=True))
    op.add_column("services", sa.Column("cost", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("services", "cost")
    op.drop_column("visit_items", "hint")
