"""What came of the invented county trainings that have been over longest: how content people were, and what they used months later."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.courses.content import Course
from webapp.demo_participants import Group
from webapp.questionnaires import definitions, demo_surveys, services_answers
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.trainings import agenda, records, rules_surrounding, services_surrounding
from webapp.trainings.models import TrainerPart, Training, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.models_people import Participant

SEED = 20301231
# So many trainings answer: each answer is written as a participant would write it, and loading has its time.
ANSWERING = 4
# How many of those who came answer: ever fewer.
SHARES = {SurveyKind.SATISFACTION: 0.8, SurveyKind.FOLLOW_UP_3: 0.6, SurveyKind.FOLLOW_UP_6: 0.45}
USED = ("often", "some", "some", "some", "planned", "no")


def load(*, course: Course, now: datetime) -> None:
    """Surveys of these trainings, each from when it opens. The caller commits."""
    luck = random.Random(SEED)  # noqa: S311  invented lives, no secrets
    held = db.session.scalars(
        select(Training).where(Training.state == TrainingState.CLOSED).options(joinedload(Training.place))
        .order_by(Training.first_day, Training.id).limit(ANSWERING)
    ).all()
    for training in held:
        _told(Group(training, course, _lead(training.id), luck), now)


def _lead(training_id: UUID) -> Person:
    return db.session.scalars(select(Person).join(TrainingTrainer, TrainingTrainer.person_id == Person.id).where(
        TrainingTrainer.training_id == training_id, TrainingTrainer.part == TrainerPart.LEAD,
    )).one()


def _told(group: Group, now: datetime) -> None:
    training = records.locked(group.training.id)
    bounds = rules_surrounding.bounds(training, agenda.sessions(training.id))
    assert bounds is not None
    group.prepare(bounds[1])
    surveys = services_surrounding.surveys_of(training.id)
    for kind, share in SHARES.items():
        survey = surveys[kind][1]
        if survey.opens_at > now:
            continue
        # Nobody is there to read a mail.
        db.session.execute(update(SurveyPerson).where(SurveyPerson.survey_id == survey.id).values(invited_at=survey.opens_at))
        asked = db.session.scalars(
            select(SurveyPerson.person_id).where(SurveyPerson.survey_id == survey.id).order_by(SurveyPerson.person_id)
        ).all()
        told = group.luck.sample(asked, round(len(asked) * share))
        at = min(now, survey.opens_at + timedelta(days=2))
        if kind is SurveyKind.SATISFACTION:
            people = select(Participant).where(Participant.training_id == training.id, Participant.person_id.in_(told))
            group.tell(kind, db.session.scalars(people).all(), at)
        else:
            _write(survey, told, group.luck, at)


def _write(survey: Survey, people: Sequence[UUID], luck: random.Random, at: datetime) -> None:
    """Answers with a name, handed in on paper."""
    questionnaire = definitions.of_revision(survey.revision)
    for code, _person_id in services_answers.make_codes(survey=survey, people=list(people)):
        values = {**demo_surveys.answers(questionnaire, luck), "used": luck.choice(USED)}
        services_answers.use_code(
            survey=survey, questionnaire=questionnaire, code=code, values=values, language="zh-Hans", now=at,
        )
