"""Work of the surveys around trainings that nobody waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, or_, select

from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.models_surveys import Survey
from webapp.trainings import records, rules_surrounding, services_surrounding
from webapp.trainings.models import Training
from webapp.trainings.models_learning import TrainingSurvey

log = structlog.get_logger(__name__)
# Six months, the three weeks of the last follow-up, and some days for moved ones.
LONGEST = timedelta(days=240)


def prepare_training_surveys(now: datetime) -> int:
    """Make, date and put to people the surveys of all trainings that have any to come; how many changes that took."""
    return sum(_prepare(training_id, now) for training_id in _due(now))


def _due(now: datetime) -> list[UUID]:
    open_ones = exists().where(
        TrainingSurvey.training_id == Training.id, Survey.id == TrainingSurvey.survey_id, Survey.closes_at > now,
    )
    recent = Training.state.in_(rules_surrounding.WITH_SURVEYS) & (Training.last_day >= (now - LONGEST).date())
    return list(db.session.scalars(select(Training.id).where(or_(recent, open_ones)).order_by(Training.id)))


def _prepare(training_id: UUID, now: datetime) -> int:
    """One training in a unit of work of its own: what is wrong with one holds up no other."""
    try:
        with unit_of_work():
            return services_surrounding.prepare(records.locked(training_id), now)
    except DomainError as error:
        log.warning("training_surveys_wait", training=str(training_id), reason=type(error).__name__)
        return 0
