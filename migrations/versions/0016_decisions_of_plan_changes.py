"""What was decided for visits that a change of the plan displaced, and how to undo it"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('touched_visits',
    sa.Column('plan_change_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=10), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('needs_call', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_touched_visits_appointment_id')),
    sa.ForeignKeyConstraint(['plan_change_id'], ['plan_changes.id'], name=op.f('fk_touched_visits_plan_change_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_touched_visits_station_id')),
    sa.PrimaryKeyConstraint('plan_change_id', 'appointment_id', name=op.f('pk_touched_visits'))
    )
    op.create_index(op.f('ix_touched_visits_appointment_id'), 'touched_visits', ['appointment_id'])
    op.create_index(op.f('ix_touched_visits_station_id'), 'touched_visits', ['station_id'])
    for column in (
        sa.Column('batch', sa.String(length=20), nullable=False, server_default=''),
        sa.Column('version', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('quiet_because', sa.String(length=300), nullable=False, server_default=''),
        sa.Column('reason', sa.JSON(), nullable=False, server_default='{}'),
        sa.Column('before', sa.JSON(), nullable=False, server_default='{}'),
        sa.Column('undo_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column('plan_changes', column)
    op.create_index(op.f('ix_plan_changes_batch'), 'plan_changes', ['batch'])


def downgrade() -> None:
    op.drop_index(op.f('ix_plan_changes_batch'), table_name='plan_changes')
    for name in ('undone_at', 'undo_until', 'before', 'reason', 'quiet_because', 'version', 'batch'):
        op.drop_column('plan_changes', name)
    op.drop_index(op.f('ix_touched_visits_station_id'), table_name='touched_visits')
    op.drop_index(op.f('ix_touched_visits_appointment_id'), table_name='touched_visits')
    op.drop_table('touched_visits')
