"""Notice, horizon and cut-off for the network, a station, a service, or one at one station"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking_limits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=True),
    sa.Column('service_id', sa.Integer(), nullable=True),
    sa.Column('lead_minutes', sa.Integer(), nullable=True),
    sa.Column('horizon_days', sa.Integer(), nullable=True),
    sa.Column('cutoff_minutes', sa.Integer(), nullable=True),
    sa.Column('changed_by', sa.String(length=60), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('cutoff_minutes >= 0', name=op.f('ck_booking_limits_cutoff')),
    sa.CheckConstraint('horizon_days > 0', name=op.f('ck_booking_limits_horizon')),
    sa.CheckConstraint('lead_minutes >= 0', name=op.f('ck_booking_limits_lead')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_booking_limits_service_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_booking_limits_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_limits'))
    )
    op.create_index('ix_booking_limits_scope', 'booking_limits', ['station_id', 'service_id'])


def downgrade() -> None:
    op.drop_index('ix_booking_limits_scope', table_name='booking_limits')
    op.drop_table('booking_limits')
