"""Reports of wrong facts, and when a station changed"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('station_reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.String(length=60), nullable=False),
    sa.Column('message_encrypted', sa.Text(), nullable=False),
    sa.Column('contact_encrypted', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_reports_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_reports')),
    sa.UniqueConstraint('public_id', name=op.f('uq_station_reports_public_id'))
    )
    op.create_index('ix_station_reports_station_id_handled_at', 'station_reports', ['station_id', 'handled_at'])
    op.create_index(op.f('ix_station_reports_handled_at'), 'station_reports', ['handled_at'])
    # Added without a copy of the table: other tables point at it.
    op.add_column('stations', sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE stations SET changed_at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    op.drop_column('stations', 'changed_at')
    op.drop_index(op.f('ix_station_reports_handled_at'), table_name='station_reports')
    op.drop_index('ix_station_reports_station_id_handled_at', table_name='station_reports')
    op.drop_table('station_reports')
