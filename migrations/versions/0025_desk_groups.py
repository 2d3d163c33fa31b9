"""Desks that serve some services only"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IN_GROUPS = ('opening_periods', 'opening_exceptions', 'holds', 'appointments', 'touched_visits')


def upgrade() -> None:
    op.create_table('desk_groups',
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('services', sa.JSON(), nullable=False),
    sa.Column('slot_minutes', sa.SmallInteger(), nullable=True),
    sa.CheckConstraint('slot_minutes > 0 AND slot_minutes % 5 = 0', name=op.f('ck_desk_groups_slot_minutes')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_desk_groups_station_id_stations')),
    sa.PrimaryKeyConstraint('station_id', 'number', name=op.f('pk_desk_groups'))
    )
    # Added without a copy of the tables: others point at them.
    for table in IN_GROUPS:
        op.add_column(table, sa.Column('desk_group', sa.SmallInteger(), nullable=False, server_default='0'))
    _new_key('INSERT INTO desk_usage SELECT station_id, 0, cell, taken, capacity FROM desk_usage_before', True)


def downgrade() -> None:
    _new_key(
        'INSERT INTO desk_usage SELECT station_id, cell, sum(taken), sum(capacity) FROM desk_usage_before '
        'GROUP BY station_id, cell', False)
    for table in reversed(IN_GROUPS):
        op.drop_column(table, 'desk_group')
    op.drop_table('desk_groups')


def _new_key(copy: str, grouped: bool) -> None:
    """Make the table of taken desks anew, for no table points at it and its rows lie in the order of the key."""
    op.rename_table('desk_usage', 'desk_usage_before')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE desk_usage_before RENAME CONSTRAINT pk_desk_usage TO pk_desk_usage_before')
    group = [sa.Column('desk_group', sa.SmallInteger(), autoincrement=False, nullable=False, server_default='0')]
    op.create_table('desk_usage',
    sa.Column('station_id', sa.Integer(), nullable=False),
    *(group if grouped else ()),
    sa.Column('cell', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('taken', sa.SmallInteger(), nullable=False),
    sa.Column('capacity', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('taken >= 0 AND taken <= capacity', name=op.f('ck_desk_usage_not_oversold')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_desk_usage_station_id')),
    sa.PrimaryKeyConstraint('station_id', *(['desk_group'] if grouped else ()), 'cell', name=op.f('pk_desk_usage')),
    sqlite_with_rowid=False
    )
    op.execute(copy)
    op.drop_table('desk_usage_before')
