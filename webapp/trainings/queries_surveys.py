"""Reads of the surveys around a training."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.suppression import small
from webapp.places.models import Place
from webapp.questionnaires import personal_codes
from webapp.questionnaires.access import SHOWN
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.queries_surveys import answers_given, people_asked
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey
from webapp.trainings.models_people import Participant, ParticipantState

ACTION_PLAN = "personal-action-plan"


@dataclass(frozen=True)
class Surveyed:
    """A survey of a training with how many are asked and how many answers there are."""

    kind: SurveyKind
    survey: Survey
    fixed: bool
    asked: int
    sheets: int

    @property
    def anonymous(self) -> bool:
        """Whether answers are kept without a name."""
        return self.survey.mode is SurveyMode.ANONYMOUS

    @property
    def answered(self) -> int | None:
        """How many answered, with a sign-in, by code or on paper; None where so few would tell who did."""
        return None if self.anonymous and small(self.sheets) else self.sheets


def surveyed(training_id: UUID) -> tuple[dict[SurveyKind, Surveyed], int]:
    """The surveys of a training by kind, and how many participants handed in a personal action plan. One query, one if there are none."""
    plans = plans_count(training_id)
    rows = db.session.execute(
        select(TrainingSurvey, Survey, people_asked(), answers_given(), plans).join(Survey, Survey.id == TrainingSurvey.survey_id)
        .where(TrainingSurvey.training_id == training_id)
    ).all()
    if not rows:
        return {}, db.session.scalar(select(plans)) or 0
    return {row[0].kind: Surveyed(row[0].kind, row[1], row[0].fixed, row[2], row[3]) for row in rows}, rows[0][4] or 0


def plans_count(training_id: UUID) -> ScalarSelect[int]:
    """How many participants handed in a personal action plan, to be part of a statement. No query by itself."""
    return _plans(training_id).with_only_columns(func.count(func.distinct(SheetMember.person_id))).order_by(None).scalar_subquery()  # type: ignore[no-any-return]


def _plans(training_id: UUID) -> Any:
    return (
        select(Sheet, Person.name).join(SheetMember, SheetMember.sheet_id == Sheet.id).join(Person, Person.id == SheetMember.person_id)
        .join(Participant, Participant.person_id == SheetMember.person_id)
        .where(Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED,
               Sheet.questionnaire_id == ACTION_PLAN, Sheet.survey_id.is_(None), Sheet.state.in_(SHOWN), _since(),
               SheetMember.role == MemberRole.OWNER)
        .order_by(Person.sort_key, Person.id)
    )


def _since() -> ColumnElement[bool]:
    """A plan belongs to the training if it was handed in since its participant was put on the list."""
    return Sheet.shared_at >= Participant.listed_at


def action_plans(training_id: UUID) -> list[tuple[Sheet, str, Place | None]]:
    """Personal action plans handed in, with whose they are and for which place, by the sound of the names. One query."""
    wanted = _plans(training_id).outerjoin(Place, Place.id == Sheet.place_id).add_columns(Place)
    return [(row[0], row[1], row[2]) for row in db.session.execute(wanted)]


@dataclass(frozen=True)
class OwnSurvey:
    """A survey as the page of a participant knows it. `by_code`: they cannot sign in, and answer with a code of their own."""

    kind: SurveyKind
    survey: Survey
    answered: bool
    invited_at: datetime | None
    by_code: bool


def own(training_id: UUID, person_id: UUID) -> list[OwnSurvey]:
    """The surveys of a training that somebody is asked to answer. One query."""
    rows = db.session.execute(
        select(TrainingSurvey.kind, Survey, SurveyPerson.answered, SurveyPerson.invited_at, personal_codes.cannot_sign_in())
        .join(Survey, Survey.id == TrainingSurvey.survey_id)
        .join(SurveyPerson, SurveyPerson.survey_id == Survey.id).outerjoin(SignIn, SignIn.person_id == SurveyPerson.person_id)
        .where(TrainingSurvey.training_id == training_id, SurveyPerson.person_id == person_id)
    )
    return [OwnSurvey(kind, survey, answered, invited_at, bool(by_code)) for kind, survey, answered, invited_at, by_code in rows]
