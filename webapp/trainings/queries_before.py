"""Reads of what comes before a training: pre-work and the needs survey, person by person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select

from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.learning.models import Enrolment, StepProgress
from webapp.questionnaires.models_surveys import Survey, SurveyPerson
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey
from webapp.trainings.models_people import Participant, ParticipantState


@dataclass(frozen=True)
class Preparing:
    """A participant with a seat: which steps of the pre-work are done, and whether they answered the needs survey.

    `asked` False: they are not asked (yet). `invited`: the mail has gone out, if they have an address.
    """

    participant_id: UUID
    person_id: UUID
    code: str
    name: str
    group: str
    organisation_type: OrganisationType | None
    done: tuple[bool, ...]
    asked: bool
    answered: bool
    invited: bool


def survey_of(training_id: UUID, kind: SurveyKind) -> tuple[TrainingSurvey, Survey] | None:
    """A survey of a training. One query."""
    row = db.session.execute(
        select(TrainingSurvey, Survey).join(Survey, Survey.id == TrainingSurvey.survey_id)
        .where(TrainingSurvey.training_id == training_id, TrainingSurvey.kind == kind)
    ).first()
    return None if row is None else (row[0], row[1])


def preparing(training_id: UUID, prework: Sequence[Any]) -> tuple[Survey | None, list[Preparing]]:
    """The needs survey, and everybody with a seat by the sound of their names. One query; one more if nobody has a seat.

    `prework` are pairs [course, step].
    """
    steps = [(str(course), str(step)) for course, step in prework]
    done = [
        func.max(case((and_(Enrolment.course_id == course, StepProgress.step_id == step, StepProgress.done_at.is_not(None)), 1), else_=0))
        for course, step in steps
    ]
    progress = (
        select(Enrolment.person_id, *(each.label(f"done_{number}") for number, each in enumerate(done)))
        .join(StepProgress, StepProgress.enrolment_id == Enrolment.id)
        .join(Participant, Participant.person_id == Enrolment.person_id)
        .where(Participant.training_id == training_id, Enrolment.course_id.in_({course for course, _step in steps}))
        .group_by(Enrolment.person_id).subquery()
    ) if steps else None
    columns = [progress.c[f"done_{number}"] for number in range(len(steps))] if progress is not None else []
    wanted = (
        select(Participant.id, Participant.code, Participant.group, Person.id, Person.name, Organisation.type, SurveyPerson.answered,
               SurveyPerson.invited_at, Survey, *columns)
        .join(Person, Person.id == Participant.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(TrainingSurvey, and_(TrainingSurvey.training_id == training_id, TrainingSurvey.kind == SurveyKind.NEEDS))
        .outerjoin(Survey, Survey.id == TrainingSurvey.survey_id)
        .outerjoin(SurveyPerson, and_(SurveyPerson.survey_id == Survey.id, SurveyPerson.person_id == Person.id))
        .where(Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED)
        .order_by(Person.sort_key, Person.id)
    )
    if progress is not None:
        wanted = wanted.outerjoin(progress, progress.c.person_id == Person.id)
    rows = db.session.execute(wanted).all()
    if not rows:
        found = survey_of(training_id, SurveyKind.NEEDS)
        return (found[1] if found else None), []
    return rows[0][8], [
        Preparing(row[0], row[3], row[1], row[4], row[2], row[5], tuple(bool(each) for each in row[9:]), row[6] is not None,
                  bool(row[6]), row[7] is not None)
        for row in rows
    ]
