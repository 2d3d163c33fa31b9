"""A stamp that is new after every change of a name or a position"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    stamps = op.create_table('name_stamps',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stamp', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_name_stamps'))
    )
    op.bulk_insert(stamps, [{'id': 1, 'stamp': 'first'}])


def downgrade() -> None:
    op.drop_table('name_stamps')
