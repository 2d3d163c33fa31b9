"""The position of a station as a vector, by which the nearest are sorted; when its last number is given out"""

import math

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added without a copy of the table: other tables point at it.
    for axis in ('x', 'y', 'z'):
        op.add_column('stations', sa.Column(axis, sa.Double(), server_default='0', nullable=False))
    stations = sa.table('stations', *(sa.column(name) for name in ('id', 'lat', 'lon', 'x', 'y', 'z')))
    connection = op.get_bind()
    for id_, lat, lon in connection.execute(sa.select(stations.c.id, stations.c.lat, stations.c.lon)).all():
        a, b = math.radians(lat), math.radians(lon)
        vector = {'x': math.cos(a) * math.cos(b), 'y': math.cos(a) * math.sin(b), 'z': math.sin(a)}
        connection.execute(sa.update(stations).where(stations.c.id == id_).values(**vector))


    op.add_column('stations', sa.Column('last_number_minutes', sa.SmallInteger(), nullable=True))
    op.create_index('ix_stations_number', 'stations', ['number', 'id'])


def downgrade() -> None:
    op.drop_index('ix_stations_number', table_name='stations')
    op.drop_column('stations', 'last_number_minutes')
    for axis in ('x', 'y', 'z'):
        op.drop_column('stations', axis)
