"""Text messages that people send us"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNHANDLED = sa.text('handled_at IS NULL')


def upgrade() -> None:
    op.create_table('incoming_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.String(length=80), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.String(length=60), nullable=True),
    sa.Column('phone_encrypted', sa.Text(), nullable=False),
    sa.Column('text_encrypted', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_incoming_texts_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_texts')),
    sa.UniqueConstraint('provider_id', name=op.f('uq_incoming_texts_provider_id'))
    )
    op.create_index('ix_incoming_texts_unhandled', 'incoming_texts', ['received_at'], postgresql_where=UNHANDLED, sqlite_where=UNHANDLED)
    op.create_index(op.f('ix_incoming_texts_appointment_id'), 'incoming_texts', ['appointment_id'])


def downgrade() -> None:
    op.drop_table('incoming_texts')
