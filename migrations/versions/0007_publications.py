"""Closed periods of the statistics on their way to the public page."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('statistic_publications',
    sa.Column('period_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['people.id'], name=op.f('fk_statistic_publications_asked_by_id_people')),
    sa.ForeignKeyConstraint(['period_id'], ['statistic_periods.id'], name=op.f('fk_statistic_publications_period_id_statistic_periods'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('period_id', name=op.f('pk_statistic_publications'))
    )
    with op.batch_alter_table('statistic_publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statistic_publications_asked_by_id'), ['asked_by_id'], unique=False)


def downgrade():
    op.drop_table('statistic_publications')
