"""Reminding people to collect, and what a collection depends on"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chase_steps',
    sa.Column('position', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('after_days', sa.SmallInteger(), nullable=False),
    sa.Column('again_days', sa.SmallInteger(), nullable=True),
    sa.Column('channels', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_chase_steps'))
    )
    op.create_table('paper_transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_station_id', sa.Integer(), nullable=False),
    sa.Column('to_station_id', sa.Integer(), nullable=False),
    sa.Column('working_days', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['from_station_id'], ['stations.id'], name=op.f('fk_paper_transfers_from_station_id')),
    sa.ForeignKeyConstraint(['to_station_id'], ['stations.id'], name=op.f('fk_paper_transfers_to_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_transfers')),
    sa.UniqueConstraint('from_station_id', 'to_station_id', name=op.f('uq_paper_transfers_from_station_id_to_station_id'))
    )
    # Added without a copy of the tables: other tables point at them.
    op.add_column('case_notices', sa.Column('chased', sa.String(length=40), nullable=False, server_default=''))
    op.add_column('case_notices', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('passport_expires_on', sa.Date(), nullable=True))
    op.add_column('permit_legs', sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('permit_legs', 'issued_at')
    op.drop_column('cases', 'passport_expires_on')
    op.drop_column('case_notices', 'removed_at')
    op.drop_column('case_notices', 'chased')
    op.drop_table('paper_transfers')
    op.drop_table('chase_steps')
