from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from tests.cast import assemble
from tests.trainings.tests_world import COURSE, EARLY
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import jobs_tests, queries_tests, services_tests
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def ids(committed):
    """A training with one participant who has an address: their ids, committed."""
    cast = assemble()
    training = Training(
        id=new_id(), code=new_code(), state=TrainingState.ANNOUNCED, place_id=cast.places.county.id, language="en", zone="Asia/Shanghai",
        first_day=date(2026, 12, 14), last_day=date(2026, 12, 14), test_course_id=COURSE, created_by_id=cast.ids["trainer"],
        created_at=NOW, changed_at=NOW,
    )
    db.session.add(training)
    db.session.flush()
    participant = Participant(
        id=new_id(), training_id=training.id, person_id=cast.ids["learner"], state=ParticipantState.REGISTERED,
        joined_by=JoinedBy.TRAINER, code=new_code(), form_before="a", listed_at=NOW, registered_at=NOW, rounds=1,
    )
    session = TrainingSession(
        id=new_id(), training_id=training.id, day=date(2026, 12, 14), starts=time(9), ends=time(12), secret=new_code(), changed_at=NOW,
    )
    db.session.add_all([participant, session])
    found = training.id, participant.id
    db.session.commit()
    return found


def at_once(app, deed, times=4):
    def run(_number):
        with app.app_context():
            try:
                return deed()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_tabs_that_begin_at_once_have_one_test(committed, ids):
    training_id, participant_id = ids

    def begin():
        with unit_of_work():
            found = services_tests.open_sittings(
                training=db.session.get(Training, training_id), participants=[db.session.get(Participant, participant_id)],
                moment=Moment.BEFORE, language="en", now=EARLY,
            )
            return found[participant_id].id

    assert len(set(at_once(committed, begin))) == 1
    assert db.session.scalar(select(func.count()).select_from(Sitting)) == 1


def test_clicks_that_submit_at_once_grade_once(committed, ids):
    training_id, participant_id = ids
    with unit_of_work():
        services_tests.open_sittings(
            training=db.session.get(Training, training_id), participants=[db.session.get(Participant, participant_id)],
            moment=Moment.BEFORE, language="en", now=EARLY,
        )

    def submit():
        with unit_of_work():
            return services_tests.submit(sitting=queries_tests.sitting(participant_id, Moment.BEFORE, lock=True), now=EARLY)

    assert sorted(at_once(committed, submit)) == [False, False, False, True]


def test_jobs_that_run_at_once_mail_once(committed, ids):
    assert sum(at_once(committed, lambda: jobs_tests.due_tests(EARLY))) == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 1
