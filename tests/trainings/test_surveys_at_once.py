"""Several workers at once: four surveys, one certificate each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from threading import Barrier

import pytest

from tests.cast import assemble
from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.certificates import services_training
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.trainings import completion, jobs_surveys, records
from webapp.trainings.models import TrainerPart, Training, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

OVER = datetime(2026, 12, 16, 2, 0, tzinfo=UTC)
WORKERS = 3


@pytest.fixture
def training_id(committed):
    """A training of the cast's county that one person attended."""
    cast = assemble()
    training = Training(
        id=new_id(), code=new_code(), state=TrainingState.REPORTING, place_id=cast.places.county.id, language="zh-Hans",
        zone="Asia/Shanghai", first_day=FIRST_DAY, last_day=LAST_DAY, venue="党校", created_by_id=cast.ids["trainer"], created_at=NOW,
        changed_at=NOW, least_minutes=180,
    )
    session = TrainingSession(
        id=new_id(), training_id=training.id, day=LAST_DAY, starts=time(9), ends=time(12), secret=new_code(), changed_at=NOW,
    )
    participant = Participant(
        id=new_id(), training_id=training.id, person_id=cast.ids["learner"], state=ParticipantState.REGISTERED, code=new_code(),
        joined_by=JoinedBy.TRAINER, form_before="a", listed_at=NOW, rounds=1, registered_at=NOW,
    )
    with unit_of_work():
        db.session.add(training)
        db.session.flush()
        db.session.add_all([session, participant])
        db.session.add(TrainingTrainer(training_id=training.id, person_id=cast.ids["trainer"], part=TrainerPart.LEAD, added_at=NOW))
        db.session.flush()
        db.session.add(Attendance(
            session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT, minutes=180, changed_at=OVER,
        ))
        return training.id


@pytest.fixture
def at_once(committed):
    """Do something in several workers at the same moment."""

    def run(act):
        db.session.rollback()
        together = Barrier(WORKERS)

        def work(_number):
            with committed.app_context():
                try:
                    together.wait(5)
                    return act()
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(work, range(WORKERS)))

    return run


def test_the_job_in_several_workers_makes_each_survey_once(training_id, at_once):
    at_once(lambda: jobs_surveys.prepare_training_surveys(OVER))
    # The needs survey would come too late.
    assert db.session.query(Survey).count() == 3
    assert db.session.query(SurveyPerson).count() == 3


def test_several_workers_complete_a_participant_once_and_issue_one_certificate(training_id, at_once):
    def settle():
        with unit_of_work():
            return completion.settle(records.locked(training_id), OVER)

    assert sorted(at_once(settle)) == [0, 0, 1]
    assert db.session.query(Certificate).count() == 1
    assert db.session.query(ParticipationEvent).filter_by(kind=EventKind.COMPLETED).count() == 1


def test_several_workers_issue_what_waited_once(training_id, at_once, monkeypatch):
    monkeypatch.setattr(services_training, "missing_characters", lambda _name: ["?"])
    with unit_of_work():
        assert completion.settle(records.locked(training_id), OVER) == 1
    monkeypatch.undo()

    def issue():
        with unit_of_work():
            return services_training.issue_waiting(OVER)

    at_once(issue)
    assert db.session.query(Certificate).count() == 1
    assert db.session.query(ParticipationEvent).filter_by(kind=EventKind.CERTIFIED).count() == 1
