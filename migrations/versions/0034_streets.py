"""Streets are stretches between known points"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("places", sa.Column("stretch", sa.JSON(), nullable=True))
    op.add_column("places", sa.Column("length_m", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("places", "length_m")
    op.drop_column("places", "stretch")
