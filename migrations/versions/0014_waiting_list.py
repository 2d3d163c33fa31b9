"""The waiting list, and which offer was made to whom"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('waiting_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('party_size', sa.SmallInteger(), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=True),
    sa.Column('until_day', sa.Date(), nullable=True),
    sa.Column('morning', sa.Boolean(), nullable=False),
    sa.Column('afternoon', sa.Boolean(), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_index', sa.String(length=64), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('token_encrypted', sa.Text(), nullable=False),
    sa.Column('name_encrypted', sa.Text(), nullable=True),
    sa.Column('email_encrypted', sa.Text(), nullable=True),
    sa.Column('phone_encrypted', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_waiting_entries_appointment_id_appointments')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_waiting_entries_case_id_cases')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_waiting_entries_service_id_services')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_entries')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_waiting_entries_token_hash'))
    )
    open_ = sa.text('ended_at IS NULL')
    op.create_index(op.f('ix_waiting_entries_case_id'), 'waiting_entries', ['case_id'])
    op.create_index(op.f('ix_waiting_entries_ended_at'), 'waiting_entries', ['ended_at'])
    op.create_index('uq_waiting_entries_visit', 'waiting_entries', ['appointment_id'], unique=True, postgresql_where=open_, sqlite_where=open_)
    op.create_index('uq_waiting_entries_person', 'waiting_entries', ['service_id', 'person_index'], unique=True, postgresql_where=open_, sqlite_where=open_)
    op.create_table('waiting_places',
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['waiting_entries.id'], name=op.f('fk_waiting_places_entry_id_waiting_entries'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_waiting_places_station_id_stations')),
    sa.PrimaryKeyConstraint('station_id', 'entry_id', name=op.f('pk_waiting_places'))
    )
    op.create_index(op.f('ix_waiting_places_entry_id'), 'waiting_places', ['entry_id'])
    with op.batch_alter_table('time_offers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waiting_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_time_offers_waiting_id_waiting_entries'), 'waiting_entries', ['waiting_id'], ['id'], ondelete='CASCADE')
        batch_op.create_index(batch_op.f('ix_time_offers_waiting_id'), ['waiting_id'])


def downgrade() -> None:
    with op.batch_alter_table('time_offers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_time_offers_waiting_id'))
        batch_op.drop_constraint(batch_op.f('fk_time_offers_waiting_id_waiting_entries'), type_='foreignkey')
        batch_op.drop_column('waiting_id')
    op.drop_table('waiting_places')
    op.drop_table('waiting_entries')
