"""Drafts, files and history of station changes; photos; retired stations"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('station_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_drafts')),
    sa.UniqueConstraint('slug', name=op.f('uq_station_drafts_slug'))
    )
    op.create_table('station_sheets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=20), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_sheets')),
    sa.UniqueConstraint('public_id', name=op.f('uq_station_sheets_public_id'))
    )
    op.create_index(op.f('ix_station_sheets_username'), 'station_sheets', ['username'])
    op.create_table('station_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.String(length=10), nullable=False),
    sa.Column('field', sa.String(length=60), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_changes_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_changes'))
    )
    op.create_index('ix_station_changes_station_id_id', 'station_changes', ['station_id', 'id'])
    op.create_table('station_photos',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('station_slug', sa.String(length=60), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_photos')),
    sa.UniqueConstraint('station_slug', 'digest', name=op.f('uq_station_photos_station_slug_digest'))
    )
    op.create_index(op.f('ix_station_photos_digest'), 'station_photos', ['digest'])
    # Added without a copy of the table: other tables point at it.
    op.add_column('stations', sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('stations', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('stations', sa.Column('photo', sa.String(length=64), nullable=True))
    op.add_column('stations', sa.Column('photo_alt', sa.JSON(), nullable=True))
    op.add_column('station_facts', sa.Column('edited', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('station_facts', 'edited')
    for column in ('photo_alt', 'photo', 'retired_at', 'edited_at'):
        op.drop_column('stations', column)
    for table in ('station_photos', 'station_changes', 'station_sheets', 'station_drafts'):
        op.drop_table(table)
