"""How many visits one address or telephone number may hold"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('booking_limits') as batch_op:
        batch_op.add_column(sa.Column('contact_visits', sa.SmallInteger(), nullable=True))
        batch_op.create_check_constraint(op.f('ck_booking_limits_contact_visits'), 'contact_visits > 0')
    # Visits that are booked already have no fingerprint: they are not counted, and are over in weeks.
    for column in ('email_index', 'phone_index'):
        op.add_column('appointments', sa.Column(column, sa.String(length=64), nullable=True))
        op.create_index(op.f(f'ix_appointments_{column}'), 'appointments', [column])


def downgrade() -> None:
    for column in ('email_index', 'phone_index'):
        op.drop_index(op.f(f'ix_appointments_{column}'), 'appointments')
        op.drop_column('appointments', column)
    with op.batch_alter_table('booking_limits') as batch_op:
        batch_op.drop_constraint(op.f('ck_booking_limits_contact_visits'), type_='check')
        batch_op.drop_column('contact_visits')
