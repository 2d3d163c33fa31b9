"""Proxies, and the record of a handover"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('proxies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('relation', sa.String(length=20), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name_encrypted', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_proxies_case_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proxies')),
    sa.UniqueConstraint('public_id', name=op.f('uq_proxies_public_id'))
    )
    op.create_index(op.f('ix_proxies_case_id'), 'proxies', ['case_id'])
    op.create_index('uq_proxies_live_case', 'proxies', ['case_id'], unique=True,
                    postgresql_where=sa.text('revoked_at IS NULL AND used_at IS NULL'),
                    sqlite_where=sa.text('revoked_at IS NULL AND used_at IS NULL'))
    op.create_table('handover_records',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_by', sa.String(length=80), nullable=False),
    sa.Column('identity_seen', sa.Boolean(), nullable=False),
    sa.Column('papers', sa.JSON(), nullable=False),
    sa.Column('proxy_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_handover_records_appointment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_handover_records_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proxy_id'], ['proxies.id'], name=op.f('fk_handover_records_proxy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_records')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_handover_records_appointment_id'))
    )
    op.create_index(op.f('ix_handover_records_case_id'), 'handover_records', ['case_id'])
    op.add_column('handover_items', sa.Column('given_to', sa.String(length=10), nullable=False, server_default='holder'))


def downgrade() -> None:
    op.drop_column('handover_items', 'given_to')
    op.drop_index(op.f('ix_handover_records_case_id'), table_name='handover_records')
    op.drop_table('handover_records')
    op.drop_index('uq_proxies_live_case', table_name='proxies')
    op.drop_index(op.f('ix_proxies_case_id'), table_name='proxies')
    op.drop_table('proxies')
