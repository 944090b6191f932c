"""Pairs of people who look alike and are known to be two."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('different_people',
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('marked_by_id', sa.Uuid(), nullable=True),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_id <= second_id', name=op.f('ck_different_people_order')),
    sa.ForeignKeyConstraint(['first_id'], ['people.id'], name=op.f('fk_different_people_first_id_people'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['marked_by_id'], ['people.id'], name=op.f('fk_different_people_marked_by_id_people')),
    sa.ForeignKeyConstraint(['second_id'], ['people.id'], name=op.f('fk_different_people_second_id_people'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('first_id', 'second_id', name=op.f('pk_different_people'))
    )
    with op.batch_alter_table('different_people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_different_people_marked_by_id'), ['marked_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_different_people_second_id'), ['second_id'], unique=False)


def downgrade():
    op.drop_table('different_people')
