"""Desks of a weekly period that staff hold for people without a booking"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('opening_periods') as table:
        table.add_column(sa.Column('reserve', sa.SmallInteger(), nullable=False, server_default='0'))
        table.create_check_constraint(op.f('ck_opening_periods_reserve'), 'reserve >= 0 AND reserve < desks')


def downgrade() -> None:
    with op.batch_alter_table('opening_periods') as table:
        table.drop_constraint(op.f('ck_opening_periods_reserve'), type_='check')
        table.drop_column('reserve')
