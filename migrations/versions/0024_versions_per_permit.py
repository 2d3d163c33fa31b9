"""The version that a bureau told is kept with its permit; a file belongs to a bureau"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

HIGHEST = 'SELECT max(external_version) FROM permit_legs WHERE permit_legs.case_id = cases.id'


def upgrade() -> None:
    # The fingerprint covered both permits, so it is left behind: without one, a version counts as known.
    op.add_column('permit_legs', sa.Column('external_version', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('permit_legs', sa.Column('external_hash', sa.String(length=64), nullable=False, server_default=''))
    op.execute('UPDATE permit_legs SET external_version ='
               ' (SELECT external_version FROM cases WHERE cases.id = permit_legs.case_id)')
    op.drop_column('cases', 'external_version')
    op.drop_column('cases', 'external_hash')
    op.add_column('import_runs', sa.Column('bureau', sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column('import_runs', 'bureau')
    op.add_column('cases', sa.Column('external_hash', sa.String(length=64), nullable=False, server_default=''))
    op.add_column('cases', sa.Column('external_version', sa.Integer(), nullable=False, server_default='0'))
    op.execute(f'UPDATE cases SET external_version = coalesce(({HIGHEST}), 0)')
    op.drop_column('permit_legs', 'external_hash')
    op.drop_column('permit_legs', 'external_version')
