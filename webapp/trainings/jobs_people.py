"""What of participants is kept no longer than it is needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from webapp.core.database import db
from webapp.trainings.models import Training
from webapp.trainings.models_people import ListState, Participant, ParticipantList

# As the participant's page says.
NEEDS_KEPT = timedelta(days=30)
LISTS_KEPT = timedelta(days=7)


def sweep(now: datetime) -> int:
    """Forget needs a month after the training, and lists a week after they came; how many rows. Two statements."""
    over = select(Training.id).where(Training.last_day < (now - NEEDS_KEPT).date())
    said = or_(Participant.diet != "", Participant.access != "", Participant.interpretation != "")
    needs = db.session.execute(
        update(Participant).where(Participant.training_id.in_(over), said).values(diet="", access="", interpretation="")
        .execution_options(synchronize_session=False)
    )
    lists = db.session.execute(
        delete(ParticipantList).where(ParticipantList.created_at <= now - LISTS_KEPT, ParticipantList.state != ListState.QUEUED)
    )
    return int(needs.rowcount + lists.rowcount)  # type: ignore[attr-defined]
