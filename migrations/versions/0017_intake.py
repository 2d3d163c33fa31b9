"""Files and keys of the bureaus, consents, and how long data stay"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITING = sa.text('facts_encrypted IS NOT NULL')


def upgrade() -> None:
    op.create_table('import_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('file_hash', sa.String(length=64), nullable=False),
    sa.Column('encoding', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('username', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('unused_columns', sa.JSON(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_runs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_import_runs_public_id'))
    )
    op.create_index(op.f('ix_import_runs_file_hash'), 'import_runs', ['file_hash'])
    op.create_index(op.f('ix_import_runs_state'), 'import_runs', ['state'])
    op.create_table('import_rows',
    sa.Column('row_key', sa.String(length=40), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=10), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('has_problems', sa.Boolean(), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('facts_encrypted', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['import_runs.id'], name=op.f('fk_import_rows_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('row_key', name=op.f('pk_import_rows'))
    )
    op.create_index('ix_import_rows_run_id_line', 'import_rows', ['run_id', 'line'])
    op.create_index('ix_import_rows_waiting', 'import_rows', ['run_id', 'line'],
                    sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table('intake_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('bureau', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('secret_encrypted', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_keys')),
    sa.UniqueConstraint('key_id', name=op.f('uq_intake_keys_key_id'))
    )
    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=30), nullable=False),
    sa.Column('notice', sa.String(length=40), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_consents_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents'))
    )
    op.create_index(op.f('ix_consents_case_id'), 'consents', ['case_id'])
    op.create_table('retention_rules',
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('days >= 0', name=op.f('ck_retention_rules_days')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_retention_rules'))
    )
    op.add_column('cases', sa.Column('emptied_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_cases_emptied_at'), 'cases', ['emptied_at'])
    op.add_column('cases', sa.Column('external_hash', sa.String(length=64), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_index(op.f('ix_cases_emptied_at'), table_name='cases')
    op.drop_column('cases', 'emptied_at')
    op.drop_column('cases', 'external_hash')
    for table in ('retention_rules', 'consents', 'intake_keys', 'import_rows', 'import_runs'):
        op.drop_table(table)
