"""The live visits and those still to be emptied are found without reading all others"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

LIVE = sa.text("status IN ('booked', 'checked_in')")
PERSONAL = sa.text('name_encrypted IS NOT NULL OR email_encrypted IS NOT NULL OR phone_encrypted IS NOT NULL')


def upgrade() -> None:
    op.create_index('ix_appointments_live', 'appointments', ['station_id', 'starts_at'], postgresql_where=LIVE, sqlite_where=LIVE)
    op.create_index('ix_appointments_personal', 'appointments', ['ends_at'], postgresql_where=PERSONAL, sqlite_where=PERSONAL)


def downgrade() -> None:
    op.drop_index('ix_appointments_live', 'appointments')
    op.drop_index('ix_appointments_personal', 'appointments')
