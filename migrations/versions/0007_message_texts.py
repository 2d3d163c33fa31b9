"""Texts of messages that administrators changed, every version"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('texts', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('saved_by', sa.String(length=60), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_texts')),
    sa.UniqueConstraint('kind', 'channel', 'version', name=op.f('uq_message_texts_kind_channel_version'))
    )


def downgrade() -> None:
    op.drop_table('message_texts')
