"""Questionnaires: response sheets with their log, surveys, files that people hand in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def _allow_kinds(kinds):
    with op.batch_alter_table('content_revisions', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_content_revisions_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_content_revisions_kind'), f"kind IN ({kinds})")


def upgrade():
    _allow_kinds("'question', 'quiz', 'course', 'questionnaire'")
    op.create_table('stored_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size >= 0', name=op.f('ck_stored_files_size')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_files'))
    )
    with op.batch_alter_table('stored_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stored_files_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stored_files_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_stored_files_stored_at'), ['stored_at'], unique=False)

    op.create_table('questionnaire_drafts',
    sa.Column('questionnaire_id', sa.String(length=60), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_questionnaire_drafts_person_id_people')),
    sa.PrimaryKeyConstraint('questionnaire_id', name=op.f('pk_questionnaire_drafts'))
    )
    with op.batch_alter_table('questionnaire_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questionnaire_drafts_person_id'), ['person_id'], unique=False)

    op.create_table('questionnaire_publications',
    sa.Column('questionnaire_id', sa.String(length=60), nullable=False),
    sa.Column('revision', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_questionnaire_publications_person_id_people')),
    sa.ForeignKeyConstraint(['revision'], ['content_revisions.hash'], name=op.f('fk_questionnaire_publications_revision_content_revisions')),
    sa.PrimaryKeyConstraint('questionnaire_id', name=op.f('pk_questionnaire_publications'))
    )
    with op.batch_alter_table('questionnaire_publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questionnaire_publications_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_questionnaire_publications_revision'), ['revision'], unique=False)

    op.create_table('surveys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('questionnaire_id', sa.String(length=60), nullable=False),
    sa.Column('revision', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('mode', sa.Enum('named', 'anonymous', name='survey_mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('remind_days', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('link_code', sa.String(length=20), nullable=True),
    sa.Column('earlier_id', sa.Uuid(), nullable=True),
    sa.Column('created_by_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('announced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unmixed', sa.Boolean(), nullable=False),
    sa.CheckConstraint('closes_at >= opens_at', name=op.f('ck_surveys_period')),
    sa.ForeignKeyConstraint(['created_by_id'], ['people.id'], name=op.f('fk_surveys_created_by_id_people')),
    sa.ForeignKeyConstraint(['earlier_id'], ['surveys.id'], name=op.f('fk_surveys_earlier_id_surveys')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_surveys_place_id_places')),
    sa.ForeignKeyConstraint(['revision'], ['content_revisions.hash'], name=op.f('fk_surveys_revision_content_revisions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys')),
    sa.UniqueConstraint('link_code', name=op.f('uq_surveys_link_code'))
    )
    with op.batch_alter_table('surveys', schema=None) as batch_op:
        batch_op.create_index('ix_surveys_closing', ['closes_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_surveys_created_by_id'), ['created_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_surveys_earlier_id'), ['earlier_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_surveys_place_id'), ['place_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_surveys_questionnaire_id'), ['questionnaire_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_surveys_revision'), ['revision'], unique=False)

    op.create_table('sheets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('questionnaire_id', sa.String(length=60), nullable=False),
    sa.Column('revision', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('state', sa.Enum('draft', 'shared', 'returned', 'done', name='sheet_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.Column('anonymous', sa.Boolean(), nullable=False),
    sa.Column('course_id', sa.String(length=60), nullable=True),
    sa.Column('step_id', sa.String(length=60), nullable=True),
    sa.Column('survey_id', sa.Uuid(), nullable=True),
    sa.Column('place_id', sa.Uuid(), nullable=True),
    sa.Column('dimensions', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('join_code', sa.String(length=20), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(course_id IS NULL) = (step_id IS NULL)', name=op.f('ck_sheets_step')),
    sa.CheckConstraint('version >= 0 AND changes >= version', name=op.f('ck_sheets_version')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_sheets_place_id_places')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_sheets_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheets')),
    sa.UniqueConstraint('join_code', name=op.f('uq_sheets_join_code')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('sheets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheets_changed_at'), ['changed_at'], unique=False)
        batch_op.create_index('ix_sheets_course', ['course_id', 'step_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheets_place_id'), ['place_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheets_questionnaire_id'), ['questionnaire_id'], unique=False)
        batch_op.create_index('ix_sheets_survey', ['survey_id', 'id'], unique=False, sqlite_where=sa.text('survey_id IS NOT NULL'), postgresql_where=sa.text('survey_id IS NOT NULL'))

    op.create_table('survey_codes',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('used', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_survey_codes_person_id_people')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_codes_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_survey_codes'))
    )
    with op.batch_alter_table('survey_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_codes_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_codes_survey_id'), ['survey_id'], unique=False)

    op.create_table('survey_results',
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('slice', sa.String(length=120), nullable=False),
    sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sheets', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_results_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('survey_id', 'slice', name=op.f('pk_survey_results'))
    )
    op.create_table('survey_tickets',
    sa.Column('ticket_hash', sa.String(length=64), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_tickets_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_hash', name=op.f('pk_survey_tickets')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('survey_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_tickets_survey_id'), ['survey_id'], unique=False)

    op.create_table('answer_tags',
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('tag', sa.String(length=60), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('field_id', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_answer_tags_sheet_id_sheets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_answer_tags_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sheet_id', 'path', 'tag', name=op.f('pk_answer_tags'))
    )
    with op.batch_alter_table('answer_tags', schema=None) as batch_op:
        batch_op.create_index('ix_answer_tags_survey', ['survey_id', 'field_id', 'tag'], unique=False)

    op.create_table('exercise_sheets',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.String(length=60), nullable=False),
    sa.Column('step_id', sa.String(length=60), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_exercise_sheets_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_exercise_sheets_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'step_id', name=op.f('pk_exercise_sheets'))
    )
    with op.batch_alter_table('exercise_sheets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exercise_sheets_sheet_id'), ['sheet_id'], unique=False)

    op.create_table('sheet_cells',
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('field_id', sa.String(length=60), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sheet_cells_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_cells_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sheet_id', 'path', name=op.f('pk_sheet_cells')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('sheet_cells', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_cells_field', ['field_id', 'sheet_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_cells_person_id'), ['person_id'], unique=False)

    op.create_table('sheet_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('result', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('outcome', sa.Enum('applied', 'merged', 'conflict', name='change_outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('revision', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('device_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(outcome = 'conflict') = (version IS NULL)", name=op.f('ck_sheet_changes_conflict')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sheet_changes_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_changes_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_changes')),
    sa.UniqueConstraint('sheet_id', 'number', name=op.f('uq_sheet_changes_sheet_id_number'))
    )
    with op.batch_alter_table('sheet_changes', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_changes_path', ['sheet_id', 'path', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_changes_person_id'), ['person_id'], unique=False)

    op.create_table('sheet_comments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=True),
    sa.Column('reply_to_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('feedback', sa.Boolean(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sheet_comments_person_id_people')),
    sa.ForeignKeyConstraint(['reply_to_id'], ['sheet_comments.id'], name=op.f('fk_sheet_comments_reply_to_id_sheet_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['people.id'], name=op.f('fk_sheet_comments_resolved_by_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_comments_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_comments'))
    )
    with op.batch_alter_table('sheet_comments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_comments_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_comments_reply_to_id'), ['reply_to_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sheet_comments_resolved_by_id'), ['resolved_by_id'], unique=False)
        batch_op.create_index('ix_sheet_comments_sheet', ['sheet_id', 'id'], unique=False)

    op.create_table('sheet_files',
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('field_id', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_files.id'], name=op.f('fk_sheet_files_file_id_stored_files')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_files_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('file_id', name=op.f('pk_sheet_files'))
    )
    with op.batch_alter_table('sheet_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_files_sheet_id'), ['sheet_id'], unique=False)

    op.create_table('sheet_members',
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('owner', 'editor', 'commenter', name='member_role', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('section_id', sa.String(length=60), nullable=True),
    sa.Column('at_path', sa.String(length=200), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sheet_members_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_members_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sheet_id', 'person_id', name=op.f('pk_sheet_members'))
    )
    with op.batch_alter_table('sheet_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_members_person_id'), ['person_id'], unique=False)

    op.create_table('sheet_moves',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'shared', 'returned', 'done', name='move_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sheet_moves_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_moves_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_moves'))
    )
    with op.batch_alter_table('sheet_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheet_moves_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_sheet_moves_sheet', ['sheet_id', 'id'], unique=False)

    op.create_table('survey_people',
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('group', sa.String(length=120), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_survey_people_person_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_survey_people_sheet_id_sheets'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_people_survey_id_surveys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('survey_id', 'person_id', name=op.f('pk_survey_people')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('survey_people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_people_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_survey_people_sheet_id'), ['sheet_id'], unique=False)

    op.create_table('sheet_conflicts',
    sa.Column('change_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('settled_at IS NOT NULL OR settled_by_id IS NULL', name=op.f('ck_sheet_conflicts_settled')),
    sa.ForeignKeyConstraint(['change_id'], ['sheet_changes.id'], name=op.f('fk_sheet_conflicts_change_id_sheet_changes'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['settled_by_id'], ['people.id'], name=op.f('fk_sheet_conflicts_settled_by_id_people')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_sheet_conflicts_sheet_id_sheets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_sheet_conflicts'))
    )
    with op.batch_alter_table('sheet_conflicts', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_conflicts_open', ['sheet_id', 'path'], unique=False, sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_sheet_conflicts_settled_by_id'), ['settled_by_id'], unique=False)



def downgrade():
    with op.batch_alter_table('sheet_conflicts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sheet_conflicts_settled_by_id'))
        batch_op.drop_index('ix_sheet_conflicts_open', sqlite_where=sa.text('settled_at IS NULL'), postgresql_where=sa.text('settled_at IS NULL'))

    op.drop_table('sheet_conflicts')
    with op.batch_alter_table('survey_people', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_people_sheet_id'))
        batch_op.drop_index(batch_op.f('ix_survey_people_person_id'))

    op.drop_table('survey_people')
    with op.batch_alter_table('sheet_moves', schema=None) as batch_op:
        batch_op.drop_index('ix_sheet_moves_sheet')
        batch_op.drop_index(batch_op.f('ix_sheet_moves_person_id'))

    op.drop_table('sheet_moves')
    with op.batch_alter_table('sheet_members', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sheet_members_person_id'))

    op.drop_table('sheet_members')
    with op.batch_alter_table('sheet_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sheet_files_sheet_id'))

    op.drop_table('sheet_files')
    with op.batch_alter_table('sheet_comments', schema=None) as batch_op:
        batch_op.drop_index('ix_sheet_comments_sheet')
        batch_op.drop_index(batch_op.f('ix_sheet_comments_resolved_by_id'))
        batch_op.drop_index(batch_op.f('ix_sheet_comments_reply_to_id'))
        batch_op.drop_index(batch_op.f('ix_sheet_comments_person_id'))

    op.drop_table('sheet_comments')
    with op.batch_alter_table('sheet_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sheet_changes_person_id'))
        batch_op.drop_index('ix_sheet_changes_path')

    op.drop_table('sheet_changes')
    with op.batch_alter_table('sheet_cells', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sheet_cells_person_id'))
        batch_op.drop_index('ix_sheet_cells_field')

    op.drop_table('sheet_cells')
    with op.batch_alter_table('exercise_sheets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exercise_sheets_sheet_id'))

    op.drop_table('exercise_sheets')
    with op.batch_alter_table('answer_tags', schema=None) as batch_op:
        batch_op.drop_index('ix_answer_tags_survey')

    op.drop_table('answer_tags')
    with op.batch_alter_table('survey_tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_tickets_survey_id'))

    op.drop_table('survey_tickets')
    op.drop_table('survey_results')
    with op.batch_alter_table('survey_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_codes_survey_id'))
        batch_op.drop_index(batch_op.f('ix_survey_codes_person_id'))

    op.drop_table('survey_codes')
    with op.batch_alter_table('sheets', schema=None) as batch_op:
        batch_op.drop_index('ix_sheets_survey', sqlite_where=sa.text('survey_id IS NOT NULL'), postgresql_where=sa.text('survey_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_sheets_questionnaire_id'))
        batch_op.drop_index(batch_op.f('ix_sheets_place_id'))
        batch_op.drop_index('ix_sheets_course')
        batch_op.drop_index(batch_op.f('ix_sheets_changed_at'))

    op.drop_table('sheets')
    with op.batch_alter_table('surveys', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_surveys_revision'))
        batch_op.drop_index(batch_op.f('ix_surveys_questionnaire_id'))
        batch_op.drop_index(batch_op.f('ix_surveys_place_id'))
        batch_op.drop_index(batch_op.f('ix_surveys_earlier_id'))
        batch_op.drop_index(batch_op.f('ix_surveys_created_by_id'))
        batch_op.drop_index('ix_surveys_closing')

    op.drop_table('surveys')
    with op.batch_alter_table('questionnaire_publications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questionnaire_publications_revision'))
        batch_op.drop_index(batch_op.f('ix_questionnaire_publications_person_id'))

    op.drop_table('questionnaire_publications')
    with op.batch_alter_table('questionnaire_drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questionnaire_drafts_person_id'))

    op.drop_table('questionnaire_drafts')
    with op.batch_alter_table('stored_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stored_files_stored_at'))
        batch_op.drop_index(batch_op.f('ix_stored_files_sha256'))
        batch_op.drop_index(batch_op.f('ix_stored_files_person_id'))

    op.drop_table('stored_files')
    op.execute("DELETE FROM content_revisions WHERE kind = 'questionnaire'")
    _allow_kinds("'question', 'quiz', 'course'")
