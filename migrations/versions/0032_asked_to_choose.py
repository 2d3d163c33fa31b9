"""Visits whose people were asked to choose another time, because this one is not possible any more"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("asked_revision", sa.Integer(), nullable=True))
    # Who was asked and has not changed the visit since was told that its time cannot be.
    op.execute(
        "UPDATE appointments SET asked_revision = revision WHERE status = 'booked' AND EXISTS ("
        "SELECT 1 FROM touched_visits JOIN plan_changes ON plan_changes.id = touched_visits.plan_change_id "
        "WHERE touched_visits.appointment_id = appointments.id AND touched_visits.decision = 'ask' "
        "AND touched_visits.revision = appointments.revision AND plan_changes.undone_at IS NULL)"
    )


def downgrade() -> None:
    op.drop_column("appointments", "asked_revision")
