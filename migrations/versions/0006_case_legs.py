"""Bureaus, employers, the history of cases, and what they are found by"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_IN_CASES = (
    ('shelf', sa.String(length=40), "''"),
    ('received_on', sa.Date(), None),
    ('due_on', sa.Date(), None),
    ('ready_at', sa.DateTime(timezone=True), None),
    ('external_number', sa.String(length=60), None),
    ('external_version', sa.Integer(), '0'),
    ('nationality', sa.String(length=2), None),
)
# A case was ready when both permits were approved and the papers lay somewhere.
READY = """
UPDATE cases SET ready_at = created_at
WHERE papers_station_id IS NOT NULL
AND EXISTS (SELECT 1 FROM permit_legs WHERE case_id = cases.id)
AND NOT EXISTS (SELECT 1 FROM permit_legs WHERE case_id = cases.id AND state <> 'approved')
"""


def upgrade() -> None:
    op.create_table('bureaus',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('permit', sa.String(length=20), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bureaus')),
    sa.UniqueConstraint('code', name=op.f('uq_bureaus_code')),
    sa.UniqueConstraint('permit', name=op.f('uq_bureaus_permit'))
    )
    op.create_table('employers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_folded', sa.String(length=400), nullable=False),
    sa.Column('registered_on', sa.Date(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employers')),
    sa.UniqueConstraint('code', name=op.f('uq_employers_code'))
    )
    op.create_index(op.f('ix_employers_name_folded'), 'employers', ['name_folded'])
    op.create_index(op.f('ix_employers_registered_on'), 'employers', ['registered_on'])
    op.create_table('case_tokens',
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_tokens_case_id')),
    sa.PrimaryKeyConstraint('token', 'case_id', name=op.f('pk_case_tokens'))
    )
    op.create_index(op.f('ix_case_tokens_case_id'), 'case_tokens', ['case_id'])
    op.create_table('case_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('permit', sa.String(length=20), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('text_encrypted', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events')),
    sa.UniqueConstraint('public_id', name=op.f('uq_case_events_public_id'))
    )
    op.create_index('ix_case_events_case_id_kind', 'case_events', ['case_id', 'kind'])
    _add_columns()
    op.execute(READY)


def _add_columns() -> None:
    # Added one by one, without a copy of the table: other tables point at it.
    for name, kind, default in NEW_IN_CASES:
        default = sa.text(default) if default else None
        op.add_column('cases', sa.Column(name, kind, nullable=default is None, server_default=default))
    for name, target in (('employer_id', 'employers'), ('merged_into_id', 'cases')):
        key = sa.ForeignKey(f'{target}.id', name=op.f(f'fk_cases_{name}'))
        op.add_column('cases', sa.Column(name, sa.Integer(), key, nullable=True), inline_references=True)
    op.create_index('ix_cases_due_on', 'cases', ['due_on', 'id'])
    op.create_index(op.f('ix_cases_external_number'), 'cases', ['external_number'], unique=True)
    for name in ('ready_at', 'employer_id', 'merged_into_id'):
        op.create_index(op.f(f'ix_cases_{name}'), 'cases', [name])
    op.add_column('permit_legs', sa.Column('changed_on', sa.Date(), nullable=True))
    op.add_column('permit_legs', sa.Column('changed_by', sa.String(length=80), nullable=False, server_default=''))
    op.add_column('users', sa.Column('bureau', sa.String(length=40), nullable=True))
    for name in ('promised_days', 'sequential_days'):
        op.add_column('visit_types', sa.Column(name, sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    for table, names in (
        ('visit_types', ('promised_days', 'sequential_days')),
        ('users', ('bureau',)),
        ('permit_legs', ('changed_on', 'changed_by')),
    ):
        for name in names:
            op.drop_column(table, name)
    op.drop_index('ix_cases_due_on', table_name='cases')
    for name in ('external_number', 'ready_at', 'employer_id', 'merged_into_id'):
        op.drop_index(op.f(f'ix_cases_{name}'), table_name='cases')
    with op.batch_alter_table('cases') as batch:
        for name in ('employer_id', 'merged_into_id', *(name for name, _kind, _default in NEW_IN_CASES)):
            batch.drop_column(name)
    for table in ('case_events', 'case_tokens', 'employers', 'bureaus'):
        op.drop_table(table)
