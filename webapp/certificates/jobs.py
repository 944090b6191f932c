"""Certificates of trainings that come by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from webapp.certificates import services_training
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import completion, records
from webapp.trainings.models import Training
from webapp.trainings.models_people import Participant, ParticipantState

# Papers are typed in for weeks; after that somebody who wants a certificate asks for it, and a trainer presses the button.
LOOKS_BACK = timedelta(days=90)
AT_ONCE = 200


def issue_training_certificates(now: datetime) -> int:
    """Note who has completed the trainings that are being reported or closed, and issue what waits; how many that were."""
    open_ones = exists().where(
        Participant.training_id == Training.id, Participant.state == ParticipantState.REGISTERED, Participant.completed_at.is_(None),
    )
    due = db.session.scalars(
        select(Training.id).where(Training.state.in_(completion.BY_ITSELF), Training.last_day >= (now - LOOKS_BACK).date(), open_ones)
        .order_by(Training.id)
    ).all()
    done = 0
    for training_id in due:
        with unit_of_work():
            done += completion.settle_by_itself(records.locked(training_id), now)
    with unit_of_work():
        done += services_training.issue_waiting(now, most=AT_ONCE)
    return done
