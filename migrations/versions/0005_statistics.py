"""Statistics: snapshots and answers, saved views, planned figures, closed periods, the past; views as counts; minutes of attendance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('statistic_checks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('compared', sa.Integer(), nullable=False),
    sa.Column('differences', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_checks'))
    )
    with op.batch_alter_table('statistic_checks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_checks_at'), ['at'], unique=False)

    op.create_table('statistic_snapshots',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('file', sa.String(length=80), nullable=False),
    sa.Column('cut_off', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_statistic_snapshots'))
    )
    op.create_table('statistic_answers',
    sa.Column('snapshot', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['snapshot'], ['statistic_snapshots.number'], name=op.f('fk_statistic_answers_snapshot_statistic_snapshots'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('snapshot', 'question', name=op.f('pk_statistic_answers'))
    )
    op.create_table('view_counts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('course_id', sa.String(length=60), nullable=True),
    sa.Column('step_id', sa.String(length=60), nullable=True),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('place_path', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=True),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('device', sa.Enum('phone', 'tablet', 'computer', 'unknown', name='device', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('channel', sa.Enum('online', 'onsite', 'paper', 'import', name='channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.CheckConstraint('number >= 0', name=op.f('ck_view_counts_number')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_view_counts_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_view_counts'))
    )
    with op.batch_alter_table('view_counts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_view_counts_day'), ['day'], unique=False)
        batch_op.create_index(batch_op.f('ix_view_counts_place_id'), ['place_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_view_counts_recorded_at'), ['recorded_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_view_counts_source'), ['source'], unique=False)

    op.create_table('statistic_batches',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('sent', 'brought', 'taken-back', name='past_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('totals', 'people', name='past_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('brought_by_id', sa.Uuid(), nullable=False),
    sa.Column('brought_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('trainings', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('held', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['brought_by_id'], ['people.id'], name=op.f('fk_statistic_batches_brought_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_batches'))
    )
    with op.batch_alter_table('statistic_batches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_batches_brought_by_id'), ['brought_by_id'], unique=False)

    op.create_table('statistic_goals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('figure', sa.String(length=40), nullable=False),
    sa.Column('planned', sa.BigInteger(), nullable=False),
    sa.Column('set_by_id', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('planned >= 0', name=op.f('ck_statistic_goals_planned')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_statistic_goals_place_id_places')),
    sa.ForeignKeyConstraint(['set_by_id'], ['people.id'], name=op.f('fk_statistic_goals_set_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_goals')),
    sa.UniqueConstraint('place_id', 'year', 'figure', name=op.f('uq_statistic_goals_place_id_year_figure'))
    )
    with op.batch_alter_table('statistic_goals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_goals_set_by_id'), ['set_by_id'], unique=False)

    op.create_table('statistic_periods',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('cut_off', sa.DateTime(timezone=True), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('closed_by_id', sa.Uuid(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.CheckConstraint('last >= first', name=op.f('ck_statistic_periods_days')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['people.id'], name=op.f('fk_statistic_periods_closed_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_periods')),
    sa.UniqueConstraint('first', 'last', name=op.f('uq_statistic_periods_first_last'))
    )
    with op.batch_alter_table('statistic_periods', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_periods_closed_by_id'), ['closed_by_id'], unique=False)

    op.create_table('statistic_views',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('page', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=2000), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_statistic_views_person_id_people')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_statistic_views_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_views')),
    sa.UniqueConstraint('person_id', 'name', name=op.f('uq_statistic_views_person_id_name'))
    )
    with op.batch_alter_table('statistic_views', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_views_place_id'), ['place_id'], unique=False)

    op.create_table('statistic_mailings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('view_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('cadence', sa.Enum('monthly', 'quarterly', name='cadence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_statistic_mailings_person_id_people')),
    sa.ForeignKeyConstraint(['view_id'], ['statistic_views.id'], name=op.f('fk_statistic_mailings_view_id_statistic_views'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_mailings')),
    sa.UniqueConstraint('view_id', 'person_id', name=op.f('uq_statistic_mailings_view_id_person_id'))
    )
    with op.batch_alter_table('statistic_mailings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_mailings_person_id'), ['person_id'], unique=False)

    op.create_table('statistic_past_totals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=False),
    sa.Column('place_path', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('figure', sa.String(length=40), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('last >= first', name=op.f('ck_statistic_past_totals_days')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_statistic_past_totals_value')),
    sa.ForeignKeyConstraint(['batch_id'], ['statistic_batches.id'], name=op.f('fk_statistic_past_totals_batch_id_statistic_batches'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_statistic_past_totals_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statistic_past_totals')),
    sa.UniqueConstraint('batch_id', 'place_id', 'first', 'last', 'figure', name=op.f('uq_statistic_past_totals_batch_id_place_id_first_last_figure'))
    )
    with op.batch_alter_table('statistic_past_totals', schema=None) as batch_op:
        batch_op.create_index('ix_statistic_past_totals_place', ['place_path', 'first'], unique=False)
        batch_op.create_index(batch_op.f('ix_statistic_past_totals_place_id'), ['place_id'], unique=False)

    with op.batch_alter_table('participation_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('minutes', sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table('participation_events', schema=None) as batch_op:
        batch_op.drop_column('minutes')

    with op.batch_alter_table('statistic_past_totals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_past_totals_place_id'))
        batch_op.drop_index('ix_statistic_past_totals_place')

    op.drop_table('statistic_past_totals')
    with op.batch_alter_table('statistic_mailings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_mailings_person_id'))

    op.drop_table('statistic_mailings')
    with op.batch_alter_table('statistic_views', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_views_place_id'))

    op.drop_table('statistic_views')
    with op.batch_alter_table('statistic_periods', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_periods_closed_by_id'))

    op.drop_table('statistic_periods')
    with op.batch_alter_table('statistic_goals', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_goals_set_by_id'))

    op.drop_table('statistic_goals')
    with op.batch_alter_table('statistic_batches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_batches_brought_by_id'))

    op.drop_table('statistic_batches')
    with op.batch_alter_table('view_counts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_view_counts_source'))
        batch_op.drop_index(batch_op.f('ix_view_counts_recorded_at'))
        batch_op.drop_index(batch_op.f('ix_view_counts_place_id'))
        batch_op.drop_index(batch_op.f('ix_view_counts_day'))

    op.drop_table('view_counts')
    op.drop_table('statistic_answers')
    op.drop_table('statistic_snapshots')
    with op.batch_alter_table('statistic_checks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statistic_checks_at'))

    op.drop_table('statistic_checks')
