"""Reminders of a service as rules, every change of them, and people whose messages are paused"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

services = sa.table(
    'services',
    sa.column('id', sa.Integer),
    sa.column('reminder_minutes', sa.JSON),
    sa.column('reminder_plan', sa.JSON),
)


def upgrade() -> None:
    op.create_table('reminder_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rules', sa.JSON(), nullable=False),
    sa.Column('saved_by', sa.String(length=60), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('followed_to', sa.Integer(), nullable=False),
    sa.Column('followed_visits', sa.Integer(), nullable=False),
    sa.Column('followed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_reminder_plans_service_id_services')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_plans')),
    sa.UniqueConstraint('service_id', 'version', name=op.f('uq_reminder_plans_service_id_version'))
    )
    op.create_table('message_pauses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contact_index', sa.String(length=64), nullable=False),
    sa.Column('contact_encrypted', sa.Text(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('paused_by', sa.String(length=60), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resumed_by', sa.String(length=60), nullable=True),
    sa.Column('resumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_pauses'))
    )
    active = sa.text('resumed_at IS NULL')
    op.create_index('uq_message_pauses_active', 'message_pauses', ['contact_index'], unique=True, postgresql_where=active, sqlite_where=active)
    still_open = sa.text("status IN ('waiting', 'claimed')")
    op.create_index('ix_outbox_messages_person', 'outbox_messages', ['contact_index'], unique=False, postgresql_where=still_open, sqlite_where=still_open)
    op.add_column('services', sa.Column('reminder_plan', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('services', sa.Column('reminder_version', sa.Integer(), nullable=False, server_default='1'))
    connection = op.get_bind()
    for row in connection.execute(sa.select(services.c.id, services.c.reminder_minutes)).all():
        plan = [{'minutes': minutes} for minutes in row.reminder_minutes if minutes > 0]
        connection.execute(sa.update(services).where(services.c.id == row.id).values(reminder_plan=plan))
    op.drop_column('services', 'reminder_minutes')


def downgrade() -> None:
    op.add_column('services', sa.Column('reminder_minutes', sa.JSON(), nullable=False, server_default='[]'))
    connection = op.get_bind()
    for row in connection.execute(sa.select(services.c.id, services.c.reminder_plan)).all():
        minutes = [rule.get('minutes') or rule['days'] * 1440 for rule in row.reminder_plan]
        connection.execute(sa.update(services).where(services.c.id == row.id).values(reminder_minutes=minutes))
    op.drop_column('services', 'reminder_version')
    op.drop_column('services', 'reminder_plan')
    op.drop_index('ix_outbox_messages_person', 'outbox_messages')
    op.drop_table('message_pauses')
    op.drop_table('reminder_plans')
