"""What became of a message, addresses that do not work, rates, and shared periodic jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('waiting', 'claimed')")


def upgrade() -> None:
    op.add_column('outbox_messages', sa.Column('contact_index', sa.String(length=64), nullable=True))
    op.drop_index('ix_outbox_messages_due', table_name='outbox_messages')
    op.create_index('ix_outbox_messages_due', 'outbox_messages', ['channel', 'due_at', 'id'], postgresql_where=OPEN, sqlite_where=OPEN)
    op.add_column('job_runs', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('job_runs', sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('job_runs', sa.Column('failures', sa.SmallInteger(), nullable=False, server_default='0'))
    op.create_table('failing_contacts',
    sa.Column('contact_index', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('contact_index', name=op.f('pk_failing_contacts'))
    )
    op.create_table('channel_rates',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('tokens', sa.Double(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_channel_rates'))
    )
    op.create_table('alerts',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_alerts'))
    )


def downgrade() -> None:
    op.drop_table('alerts')
    op.drop_table('channel_rates')
    op.drop_table('failing_contacts')
    op.drop_column('job_runs', 'failures')
    op.drop_column('job_runs', 'leased_until')
    op.drop_column('job_runs', 'due_at')
    op.drop_index('ix_outbox_messages_due', table_name='outbox_messages')
    op.create_index('ix_outbox_messages_due', 'outbox_messages', ['due_at'], postgresql_where=OPEN, sqlite_where=OPEN)
    op.drop_column('outbox_messages', 'contact_index')
