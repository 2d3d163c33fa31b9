"""What a geocoder answered lately"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('geocoded_texts',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.Column('precision_m', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_geocoded_texts'))
    )
    op.create_index(op.f('ix_geocoded_texts_asked_at'), 'geocoded_texts', ['asked_at'])


def downgrade() -> None:
    op.drop_table('geocoded_texts')
