"""How a party is served, and how many desks a visit takes"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WITH_DESKS = ('holds', 'appointments', 'touched_visits')


def upgrade() -> None:
    # Added without a copy of the tables: others point at them.
    op.add_column('services', sa.Column('party_served', sa.String(length=12), nullable=False, server_default='side_by_side'))
    op.add_column('booking_limits', sa.Column('party_served', sa.String(length=12), nullable=True))
    for table in WITH_DESKS:
        op.add_column(table, sa.Column('desks', sa.SmallInteger(), nullable=False, server_default='1'))
    # Until now each person of a party had a desk.
    for table in ('holds', 'appointments'):
        op.execute(f'UPDATE {table} SET desks = party_size WHERE party_size > 1')
    op.execute(
        'UPDATE touched_visits SET desks = (SELECT party_size FROM appointments '
        'WHERE appointments.id = touched_visits.appointment_id)')


def downgrade() -> None:
    for table in WITH_DESKS:
        op.drop_column(table, 'desks')
    op.drop_column('booking_limits', 'party_served')
    op.drop_column('services', 'party_served')
