"""Who was taken off the waiting list by staff, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('waiting_entries', sa.Column('removed_by', sa.String(length=60), nullable=True))
    op.add_column('waiting_entries', sa.Column('removed_because', sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column('waiting_entries', 'removed_because')
    op.drop_column('waiting_entries', 'removed_by')
