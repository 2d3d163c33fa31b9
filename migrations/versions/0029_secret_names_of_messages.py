"""The names of messages to providers cannot be guessed

A message that was tried before keeps its name, so that a provider knows it again: the second in
which it was created was its last part.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SECOND = {
    'sqlite': "strftime('%s', created_at)",
    'postgresql': "CAST(CAST(floor(extract(epoch FROM created_at)) AS bigint) AS varchar)",
}
SECRET = {
    'sqlite': "lower(hex(randomblob(8)))",
    'postgresql': "left(replace(CAST(gen_random_uuid() AS varchar), '-', ''), 16)",
}


def upgrade() -> None:
    kind = op.get_bind().dialect.name
    # Added without a copy of the table: the tries point at it.
    op.add_column('outbox_messages', sa.Column('secret', sa.String(length=20), nullable=False, server_default=''))
    op.execute(f'UPDATE outbox_messages SET secret = CASE WHEN attempts > 0 THEN {SECOND[kind]} ELSE {SECRET[kind]} END')


def downgrade() -> None:
    op.drop_column('outbox_messages', 'secret')
