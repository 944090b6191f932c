"""What waits for somebody among trainings: for the page of one's own learning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import participant_url, title_of

# Where a participant has still something to do or to look forward to.
LIVE = (TrainingState.PREPARATION, TrainingState.ANNOUNCED, TrainingState.RUNNING, TrainingState.REPORTING)
THEIRS = (ParticipantState.INVITED, ParticipantState.APPLIED, ParticipantState.REGISTERED, ParticipantState.WAITING)


@dataclass(frozen=True)
class Line:
    """A training that is to come or goes on. `url` is the participant's own page, below the mount point."""

    title: str
    first_day: date | None
    last_day: date | None
    venue: str
    state: ParticipantState
    url: str


def fact() -> ColumnElement[bool]:
    """Whether any training waits for `person`: for a statement that is sent anyway, so that most people cost nothing more."""
    person: BindParameter[UUID] = bindparam("person")
    training, mine = Training.__table__.c, Participant.__table__.c
    found = (
        select(mine.id).join_from(Participant.__table__, Training.__table__, training.id == mine.training_id)
        .where(mine.person_id == person, mine.state.in_(THEIRS), training.state.in_(LIVE))
    )
    return found.exists().label("trainings_wait")


def waiting(person_id: UUID) -> Sequence[Line]:
    """Trainings to which somebody is invited, for which they are registered or wait, and that are not over; the next first. One query."""
    rows = db.session.execute(
        select(Training, Participant.state, Participant.code).join(Participant, Participant.training_id == Training.id)
        .where(Participant.person_id == person_id, Participant.state.in_(THEIRS), Training.state.in_(LIVE))
        .options(joinedload(Training.place)).order_by(Training.first_day, Training.id)
    )
    return [
        Line(title_of(row), row.first_day, row.last_day, row.venue, state, participant_url(code)) for row, state, code in rows
    ]
