"""Visits are found by their case, messages by their person and their age, however many there were"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OF_A_CASE = sa.text("case_id IS NOT NULL")
OPEN = sa.text("status IN ('waiting', 'claimed')")


def upgrade() -> None:
    op.create_index(
        "ix_appointments_case_id", "appointments", ["case_id"], postgresql_where=OF_A_CASE, sqlite_where=OF_A_CASE
    )
    op.drop_index("ix_outbox_messages_person", table_name="outbox_messages")
    op.create_index("ix_outbox_messages_contact_index", "outbox_messages", ["contact_index"])
    op.create_index("ix_outbox_messages_created_at", "outbox_messages", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_messages_created_at", table_name="outbox_messages")
    op.drop_index("ix_outbox_messages_contact_index", table_name="outbox_messages")
    op.create_index(
        "ix_outbox_messages_person", "outbox_messages", ["contact_index"], postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.drop_index("ix_appointments_case_id", table_name="appointments")
