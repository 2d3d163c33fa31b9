"""A known text under each key of DATA_KEY, by which a wrong one is found before it writes"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_proofs",
        sa.Column("key_id", sa.String(100), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_proofs"),
    )


def downgrade() -> None:
    op.drop_table("key_proofs")
