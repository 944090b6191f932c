"""Trainings, their people, attendance and tests; reports; certificates of trainings; calendar entries in mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

KINDS = ('viewed', 'enrolled', 'started', 'submitted', 'passed', 'certified', 'invited', 'registered', 'attended', 'completed')
CHECK = 'ck_participation_events_event_kind'


def _kinds(kinds):
    return 'kind IN (' + ', '.join(f"'{kind}'" for kind in kinds) + ')'


def upgrade():
    op.create_table('trainer_away',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_trainer_away_days')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_trainer_away_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainer_away'))
    )
    with op.batch_alter_table('trainer_away', schema=None) as batch_op:
        batch_op.create_index('ix_trainer_away_person', ['person_id', 'first_day'], unique=False)

    op.create_table('trainer_profiles',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('languages', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_trainer_profiles_person_id_people')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_trainer_profiles'))
    )
    op.create_table('trainings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('state', sa.Enum('negotiation', 'preparation', 'announced', 'running', 'reporting', 'closed', 'cancelled', name='training_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('host_id', sa.Uuid(), nullable=True),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('venue', sa.String(length=200), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('room', sa.String(length=120), nullable=False),
    sa.Column('room_key', sa.String(length=340), nullable=False),
    sa.Column('room_capacity', sa.Integer(), nullable=True),
    sa.Column('accessibility', sa.Text(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=True),
    sa.Column('approval', sa.Boolean(), nullable=False),
    sa.Column('link_open', sa.Boolean(), nullable=False),
    sa.Column('registers_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('courses', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('exercises', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('prework', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('test_course_id', sa.String(length=60), nullable=True),
    sa.Column('least_minutes', sa.Integer(), nullable=False),
    sa.Column('tests_needed', sa.Enum('none', 'after', 'both', name='tests_needed', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('least_score', sa.Integer(), nullable=True),
    sa.Column('profile_sheet_id', sa.Uuid(), nullable=True),
    sa.Column('copied_from_id', sa.Uuid(), nullable=True),
    sa.Column('calendar_sequence', sa.Integer(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(first_day IS NULL) = (last_day IS NULL)', name=op.f('ck_trainings_days')),
    sa.CheckConstraint('last_day >= first_day', name=op.f('ck_trainings_order_of_days')),
    sa.CheckConstraint('least_score IS NULL OR (least_score BETWEEN 0 AND 100)', name=op.f('ck_trainings_least_score')),
    sa.CheckConstraint('seats IS NULL OR seats >= 1', name=op.f('ck_trainings_seats')),
    sa.ForeignKeyConstraint(['copied_from_id'], ['trainings.id'], name=op.f('fk_trainings_copied_from_id_trainings')),
    sa.ForeignKeyConstraint(['created_by_id'], ['people.id'], name=op.f('fk_trainings_created_by_id_people')),
    sa.ForeignKeyConstraint(['host_id'], ['organisations.id'], name=op.f('fk_trainings_host_id_organisations')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_trainings_place_id_places')),
    sa.ForeignKeyConstraint(['profile_sheet_id'], ['sheets.id'], name=op.f('fk_trainings_profile_sheet_id_sheets'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainings')),
    sa.UniqueConstraint('code', name=op.f('uq_trainings_code'))
    )
    with op.batch_alter_table('trainings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trainings_copied_from_id'), ['copied_from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trainings_created_by_id'), ['created_by_id'], unique=False)
        batch_op.create_index('ix_trainings_days', ['first_day', 'last_day'], unique=False)
        batch_op.create_index(batch_op.f('ix_trainings_host_id'), ['host_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trainings_place_id'), ['place_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trainings_profile_sheet_id'), ['profile_sheet_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trainings_room_key'), ['room_key'], unique=False)
        batch_op.create_index('ix_trainings_state', ['state', 'last_day'], unique=False)

    op.create_table('participant_lists',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('mapping', 'ready', 'queued', 'done', 'stopped', name='list_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('head', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('columns', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('options', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('rows', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('problems', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_participant_lists_actor_id_people')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_participant_lists_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant_lists'))
    )
    with op.batch_alter_table('participant_lists', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_participant_lists_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_participant_lists_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_participant_lists_training_id'), ['training_id'], unique=False)

    op.create_table('participants',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('listed', 'invited', 'applied', 'registered', 'waiting', 'declined', 'withdrawn', 'refused', name='participant_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('joined_by', sa.Enum('trainer', 'import', 'link', 'walk_in', 'substitute', name='joined_by', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('queue', sa.Integer(), nullable=True),
    sa.Column('group', sa.String(length=120), nullable=False),
    sa.Column('form_before', sa.String(length=1), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminders', sa.Integer(), nullable=False),
    sa.Column('calendar_sent', sa.Integer(), nullable=True),
    sa.Column('substitute_for_id', sa.Uuid(), nullable=True),
    sa.Column('diet', sa.String(length=200), nullable=False),
    sa.Column('access', sa.String(length=300), nullable=False),
    sa.Column('interpretation', sa.String(length=200), nullable=False),
    sa.Column('needs_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('test_before_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('test_after_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('test_reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'waiting') = (queue IS NOT NULL)", name=op.f('ck_participants_queue')),
    sa.CheckConstraint("form_before IN ('a', 'b')", name=op.f('ck_participants_form_before')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_participants_person_id_people')),
    sa.ForeignKeyConstraint(['substitute_for_id'], ['participants.id'], name=op.f('fk_participants_substitute_for_id_participants'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_participants_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participants')),
    sa.UniqueConstraint('code', name=op.f('uq_participants_code')),
    sa.UniqueConstraint('training_id', 'person_id', name=op.f('uq_participants_training_id_person_id'))
    )
    with op.batch_alter_table('participants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_participants_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_participants_state', ['training_id', 'state', 'queue'], unique=False)
        batch_op.create_index(batch_op.f('ix_participants_substitute_for_id'), ['substitute_for_id'], unique=False)

    op.create_table('reports',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'returned', 'approved', 'published', name='report_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('cut_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state IN ('draft', 'returned')) = (cut_off_at IS NULL)", name=op.f('ck_reports_frozen')),
    sa.ForeignKeyConstraint(['created_by_id'], ['people.id'], name=op.f('fk_reports_created_by_id_people')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_reports_training_id_trainings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports')),
    sa.UniqueConstraint('training_id', name=op.f('uq_reports_training_id'))
    )
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reports_created_by_id'), ['created_by_id'], unique=False)

    op.create_table('training_day_logs',
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_training_day_logs_person_id_people')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_day_logs_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('training_id', 'day', name=op.f('pk_training_day_logs'))
    )
    with op.batch_alter_table('training_day_logs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_day_logs_person_id'), ['person_id'], unique=False)

    op.create_table('training_moves',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('before', sa.Enum('negotiation', 'preparation', 'announced', 'running', 'reporting', 'closed', 'cancelled', name='before', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('after', sa.Enum('negotiation', 'preparation', 'announced', 'running', 'reporting', 'closed', 'cancelled', name='after', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_training_moves_person_id_people')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_moves_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_moves'))
    )
    with op.batch_alter_table('training_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_moves_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_moves_training_id'), ['training_id'], unique=False)

    op.create_table('training_sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('room', sa.String(length=120), nullable=False),
    sa.Column('secret', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('cancelled', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends > starts', name=op.f('ck_training_sessions_times')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_sessions_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_sessions'))
    )
    with op.batch_alter_table('training_sessions', schema=None) as batch_op:
        batch_op.create_index('ix_training_sessions_day', ['day'], unique=False)
        batch_op.create_index('ix_training_sessions_training', ['training_id', 'day', 'starts'], unique=False)

    op.create_table('training_surveys',
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('needs', 'satisfaction', 'follow_up_3', 'follow_up_6', name='survey_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('fixed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_training_surveys_survey_id_surveys')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_surveys_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('training_id', 'kind', name=op.f('pk_training_surveys')),
    sa.UniqueConstraint('survey_id', name=op.f('uq_training_surveys_survey_id'))
    )
    op.create_table('training_trainers',
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.Enum('lead', 'co', 'observer', name='trainer_part', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_training_trainers_person_id_people')),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_trainers_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('training_id', 'person_id', name=op.f('pk_training_trainers'))
    )
    with op.batch_alter_table('training_trainers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_trainers_person_id'), ['person_id'], unique=False)

    op.create_table('agenda_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('opening', 'lesson', 'exercise', 'talk', 'test', 'break', 'other', name='item_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('titles', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('course_id', sa.String(length=60), nullable=True),
    sa.Column('step_id', sa.String(length=60), nullable=True),
    sa.Column('leader_id', sa.Uuid(), nullable=True),
    sa.Column('materials', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('held_minutes', sa.Integer(), nullable=True),
    sa.CheckConstraint('held_minutes IS NULL OR (held_minutes BETWEEN 0 AND 600)', name=op.f('ck_agenda_items_held_minutes')),
    sa.CheckConstraint('minutes BETWEEN 0 AND 600', name=op.f('ck_agenda_items_minutes')),
    sa.ForeignKeyConstraint(['leader_id'], ['people.id'], name=op.f('fk_agenda_items_leader_id_people')),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_agenda_items_session_id_training_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_items'))
    )
    with op.batch_alter_table('agenda_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agenda_items_leader_id'), ['leader_id'], unique=False)
        batch_op.create_index('ix_agenda_items_session', ['session_id', 'position'], unique=False)

    op.create_table('attendance',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('presence', sa.Enum('present', 'absent', 'unknown', name='presence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('arrived', sa.Time(), nullable=True),
    sa.Column('left', sa.Time(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('mark_id', sa.Uuid(), nullable=True),
    sa.Column('clash_id', sa.Uuid(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes >= 0', name=op.f('ck_attendance_minutes')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('fk_attendance_participant_id_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_attendance_session_id_training_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'participant_id', name=op.f('pk_attendance'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index('ix_attendance_participant', ['participant_id'], unique=False)

    op.create_table('attendance_marks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('presence', sa.Enum('present', 'absent', 'unknown', name='mark_presence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('arrived', sa.Time(), nullable=True),
    sa.Column('left', sa.Time(), nullable=True),
    sa.Column('channel', sa.Enum('code', 'list', 'paper', name='mark_channel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('after', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('device', sa.String(length=40), nullable=False),
    sa.Column('device_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.Enum('applied', 'older', 'conflict', name='mark_outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('fk_attendance_marks_participant_id_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_attendance_marks_person_id_people')),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_attendance_marks_session_id_training_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_marks'))
    )
    with op.batch_alter_table('attendance_marks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_marks_participant_id'), ['participant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attendance_marks_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_attendance_marks_session', ['session_id', 'participant_id', 'received_at'], unique=False)

    op.create_table('check_in_tickets',
    sa.Column('ticket_hash', sa.String(length=64), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('fk_check_in_tickets_participant_id_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_check_in_tickets_session_id_training_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_hash', name=op.f('pk_check_in_tickets')),
    sa.UniqueConstraint('session_id', 'participant_id', name=op.f('uq_check_in_tickets_session_id_participant_id'))
    )
    with op.batch_alter_table('check_in_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_check_in_tickets_participant_id'), ['participant_id'], unique=False)

    op.create_table('report_editions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('texts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('cut_off_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.Uuid(), nullable=False),
    sa.Column('correction', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['published_by_id'], ['people.id'], name=op.f('fk_report_editions_published_by_id_people')),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_report_editions_report_id_reports')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_editions')),
    sa.UniqueConstraint('code', name=op.f('uq_report_editions_code')),
    sa.UniqueConstraint('report_id', 'number', name=op.f('uq_report_editions_report_id_number'))
    )
    with op.batch_alter_table('report_editions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_editions_published_by_id'), ['published_by_id'], unique=False)

    op.create_table('report_moves',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('before', sa.Enum('draft', 'submitted', 'returned', 'approved', 'published', name='before', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('after', sa.Enum('draft', 'submitted', 'returned', 'approved', 'published', name='after', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_report_moves_person_id_people')),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_report_moves_report_id_reports'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_moves'))
    )
    with op.batch_alter_table('report_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_moves_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_report_moves_report_id'), ['report_id'], unique=False)

    op.create_table('report_texts',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_report_texts_report_id_reports'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_report_texts_sheet_id_sheets')),
    sa.PrimaryKeyConstraint('report_id', 'language', name=op.f('pk_report_texts')),
    sa.UniqueConstraint('sheet_id', name=op.f('uq_report_texts_sheet_id'))
    )
    op.create_table('sittings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('moment', sa.Enum('before', 'after', name='moment', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('form', sa.String(length=1), nullable=False),
    sa.Column('course_id', sa.String(length=60), nullable=False),
    sa.Column('course_revision', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('paper', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('responses', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('maximum', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('on_paper', sa.Boolean(), nullable=False),
    sa.Column('entered_by_id', sa.Uuid(), nullable=True),
    sa.Column('marks', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('score_thousandths', sa.Integer(), nullable=True),
    sa.CheckConstraint("form IN ('a', 'b')", name=op.f('ck_sittings_form')),
    sa.CheckConstraint('(submitted_at IS NULL) = (score_thousandths IS NULL)', name=op.f('ck_sittings_graded')),
    sa.CheckConstraint('score_thousandths IS NULL OR (score_thousandths >= 0 AND score_thousandths <= maximum * 1000)', name=op.f('ck_sittings_score')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['people.id'], name=op.f('fk_sittings_entered_by_id_people')),
    sa.ForeignKeyConstraint(['participant_id'], ['participants.id'], name=op.f('fk_sittings_participant_id_participants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_sittings_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sittings')),
    sa.UniqueConstraint('participant_id', 'moment', name=op.f('uq_sittings_participant_id_moment'))
    )
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sittings_entered_by_id'), ['entered_by_id'], unique=False)
        batch_op.create_index('ix_sittings_training', ['training_id', 'moment'], unique=False)

    op.create_table('training_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('training_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('caption', sa.String(length=300), nullable=False),
    sa.Column('in_report', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_files.id'], name=op.f('fk_training_files_file_id_stored_files')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_training_files_person_id_people')),
    sa.ForeignKeyConstraint(['session_id'], ['training_sessions.id'], name=op.f('fk_training_files_session_id_training_sessions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], name=op.f('fk_training_files_training_id_trainings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_files'))
    )
    with op.batch_alter_table('training_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_training_files_file_id'), ['file_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_files_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_files_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_training_files_training_id'), ['training_id'], unique=False)

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('training_id', sa.Uuid(), nullable=True))
        batch_op.alter_column('course_id',
               existing_type=sa.VARCHAR(length=60),
               nullable=True)
        batch_op.alter_column('course_revision',
               existing_type=sa.VARCHAR(length=64),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_certificates_training_id'), ['training_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_certificates_training_id_trainings'), 'trainings', ['training_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_certificates_of_one'), '(course_id IS NULL) <> (training_id IS NULL)')

    with op.batch_alter_table('participation_events', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(CHECK), type_='check')
        batch_op.create_check_constraint(batch_op.f(CHECK), _kinds((*KINDS, 'retracted')))
        batch_op.create_index('ix_participation_events_training', ['training_id', 'kind'], unique=False)

    with op.batch_alter_table('outbox_mails', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar', sa.Text(), nullable=True))


def downgrade():
    op.execute("DELETE FROM participation_events WHERE kind = 'retracted'")
    with op.batch_alter_table('participation_events', schema=None) as batch_op:
        batch_op.drop_index('ix_participation_events_training')
        batch_op.drop_constraint(batch_op.f(CHECK), type_='check')
        batch_op.create_check_constraint(batch_op.f(CHECK), _kinds(KINDS))

    with op.batch_alter_table('outbox_mails', schema=None) as batch_op:
        batch_op.drop_column('calendar')

    op.execute('DELETE FROM certificates WHERE training_id IS NOT NULL')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_certificates_of_one'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_certificates_training_id_trainings'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_certificates_training_id'))
        batch_op.alter_column('course_revision',
               existing_type=sa.VARCHAR(length=64),
               nullable=False)
        batch_op.alter_column('course_id',
               existing_type=sa.VARCHAR(length=60),
               nullable=False)
        batch_op.drop_column('training_id')

    with op.batch_alter_table('training_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_files_training_id'))
        batch_op.drop_index(batch_op.f('ix_training_files_session_id'))
        batch_op.drop_index(batch_op.f('ix_training_files_person_id'))
        batch_op.drop_index(batch_op.f('ix_training_files_file_id'))

    op.drop_table('training_files')
    with op.batch_alter_table('sittings', schema=None) as batch_op:
        batch_op.drop_index('ix_sittings_training')
        batch_op.drop_index(batch_op.f('ix_sittings_entered_by_id'))

    op.drop_table('sittings')
    op.drop_table('report_texts')
    with op.batch_alter_table('report_moves', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_moves_report_id'))
        batch_op.drop_index(batch_op.f('ix_report_moves_person_id'))

    op.drop_table('report_moves')
    with op.batch_alter_table('report_editions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_editions_published_by_id'))

    op.drop_table('report_editions')
    with op.batch_alter_table('check_in_tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_check_in_tickets_participant_id'))

    op.drop_table('check_in_tickets')
    with op.batch_alter_table('attendance_marks', schema=None) as batch_op:
        batch_op.drop_index('ix_attendance_marks_session')
        batch_op.drop_index(batch_op.f('ix_attendance_marks_person_id'))
        batch_op.drop_index(batch_op.f('ix_attendance_marks_participant_id'))

    op.drop_table('attendance_marks')
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.drop_index('ix_attendance_participant')

    op.drop_table('attendance')
    with op.batch_alter_table('agenda_items', schema=None) as batch_op:
        batch_op.drop_index('ix_agenda_items_session')
        batch_op.drop_index(batch_op.f('ix_agenda_items_leader_id'))

    op.drop_table('agenda_items')
    with op.batch_alter_table('training_trainers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_trainers_person_id'))

    op.drop_table('training_trainers')
    op.drop_table('training_surveys')
    with op.batch_alter_table('training_sessions', schema=None) as batch_op:
        batch_op.drop_index('ix_training_sessions_training')
        batch_op.drop_index('ix_training_sessions_day')

    op.drop_table('training_sessions')
    with op.batch_alter_table('training_moves', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_moves_training_id'))
        batch_op.drop_index(batch_op.f('ix_training_moves_person_id'))

    op.drop_table('training_moves')
    with op.batch_alter_table('training_day_logs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_training_day_logs_person_id'))

    op.drop_table('training_day_logs')
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reports_created_by_id'))

    op.drop_table('reports')
    with op.batch_alter_table('participants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_participants_substitute_for_id'))
        batch_op.drop_index('ix_participants_state')
        batch_op.drop_index(batch_op.f('ix_participants_person_id'))

    op.drop_table('participants')
    with op.batch_alter_table('participant_lists', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_participant_lists_training_id'))
        batch_op.drop_index(batch_op.f('ix_participant_lists_created_at'))
        batch_op.drop_index(batch_op.f('ix_participant_lists_actor_id'))

    op.drop_table('participant_lists')
    with op.batch_alter_table('trainings', schema=None) as batch_op:
        batch_op.drop_index('ix_trainings_state')
        batch_op.drop_index(batch_op.f('ix_trainings_room_key'))
        batch_op.drop_index(batch_op.f('ix_trainings_profile_sheet_id'))
        batch_op.drop_index(batch_op.f('ix_trainings_place_id'))
        batch_op.drop_index(batch_op.f('ix_trainings_host_id'))
        batch_op.drop_index('ix_trainings_days')
        batch_op.drop_index(batch_op.f('ix_trainings_created_by_id'))
        batch_op.drop_index(batch_op.f('ix_trainings_copied_from_id'))

    op.drop_table('trainings')
    op.drop_table('trainer_profiles')
    with op.batch_alter_table('trainer_away', schema=None) as batch_op:
        batch_op.drop_index('ix_trainer_away_person')

    op.drop_table('trainer_away')
