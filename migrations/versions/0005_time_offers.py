"""Times that are kept for one person until a stated moment"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('time_offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hold_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('token_encrypted', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_time_offers_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['hold_id'], ['holds.id'], name=op.f('fk_time_offers_hold_id_holds'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_offers')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_time_offers_hold_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_time_offers_token_hash'))
    )
    with op.batch_alter_table('time_offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_time_offers_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index('ix_time_offers_open', ['until'], unique=False, postgresql_where=sa.text('answer IS NULL'), sqlite_where=sa.text('answer IS NULL'))


def downgrade() -> None:
    op.drop_table('time_offers')
