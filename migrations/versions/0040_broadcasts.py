"""a message to many is a broadcast; a notice tells one person that the permits are ready

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade():
    _rename("notices", "broadcasts")


def downgrade():
    _rename("broadcasts", "notices")


def _rename(old, new):
    op.drop_index(f"ix_{old}_station_id", table_name=old)
    op.rename_table(old, new)
    op.create_index(f"ix_{new}_station_id", new, ["station_id"])
