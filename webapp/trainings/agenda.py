"""The agenda of a training as others read it: its sessions, the lines of each, and the times that follow from them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from webapp.accounts.models import Organisation, Person
from webapp.core.database import db
from webapp.trainings.models import AgendaItem, TrainerPart, TrainingSession, TrainingTrainer
from webapp.trainings.models_onsite import Attendance
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.rules_agenda import as_held, balance, held_minutes, timed

__all__ = [
    "as_held", "badge_trainers", "balance", "held_minutes", "items", "participants", "removed_items", "sessions", "timed", "trainers",
    "with_attendance",
]

ORDER = (TrainingSession.day, TrainingSession.starts, TrainingSession.id)
LEADS = (TrainerPart.LEAD, TrainerPart.CO)


def sessions(training_id: UUID, *, cancelled: bool = False) -> list[TrainingSession]:
    """The sessions in the order in which they take place; those cancelled only if asked for. One query."""
    statement = select(TrainingSession).where(TrainingSession.training_id == training_id).order_by(*ORDER)
    if not cancelled:
        statement = statement.where(TrainingSession.cancelled.is_(False))
    return list(db.session.scalars(statement))


def items(training_id: UUID) -> dict[UUID, list[AgendaItem]]:
    """Lines of the agenda in order, by session; without those that were removed (their position is negative). One query."""
    return _by_session(training_id, AgendaItem.position >= 0)


def removed_items(training_id: UUID) -> dict[UUID, list[AgendaItem]]:
    """What the last change of each session took out and can be put back, by session. One query."""
    return _by_session(training_id, AgendaItem.position < 0)


def _by_session(training_id: UUID, condition: object) -> dict[UUID, list[AgendaItem]]:
    found: dict[UUID, list[AgendaItem]] = {}
    statement = select(AgendaItem).join(TrainingSession, TrainingSession.id == AgendaItem.session_id).where(
        TrainingSession.training_id == training_id, condition,  # type: ignore[arg-type]
    ).order_by(AgendaItem.session_id, func.abs(AgendaItem.position), AgendaItem.id)
    for item in db.session.scalars(statement):
        found.setdefault(item.session_id, []).append(item)
    return found


def trainers(training_id: UUID, parts: tuple[TrainerPart, ...] = LEADS) -> list[Person]:
    """Those who run the training, in the order in which they were named. One query."""
    statement = select(Person).join(TrainingTrainer, TrainingTrainer.person_id == Person.id).where(
        TrainingTrainer.training_id == training_id, TrainingTrainer.part.in_(parts),
    ).order_by(TrainingTrainer.added_at, Person.id)
    return list(db.session.scalars(statement))


def badge_trainers(training_id: UUID) -> list[tuple[Person, Organisation | None]]:
    """Everybody who runs it or looks on, with where they work, in the order in which they were named. One query."""
    statement = select(Person, Organisation).join(TrainingTrainer, TrainingTrainer.person_id == Person.id).outerjoin(
        Organisation, Organisation.id == Person.organisation_id,
    ).where(TrainingTrainer.training_id == training_id).order_by(TrainingTrainer.added_at, Person.id)
    return [(person, organisation) for person, organisation in db.session.execute(statement)]


def with_attendance(training_id: UUID) -> dict[UUID, int]:
    """How many people have attendance in each session that has any. One query."""
    statement = select(Attendance.session_id, func.count()).join(TrainingSession, TrainingSession.id == Attendance.session_id).where(
        TrainingSession.training_id == training_id,
    ).group_by(Attendance.session_id)
    return {session_id: count for session_id, count in db.session.execute(statement)}  # noqa: C416  rows are no pairs to mypy


def participants(training_id: UUID) -> list[tuple[Participant, Person, Organisation | None]]:
    """Those who have a seat, by the sound of their names. One query."""
    statement = select(Participant, Person, Organisation).join(Person, Person.id == Participant.person_id).outerjoin(
        Organisation, Organisation.id == Person.organisation_id,
    ).where(Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED).order_by(Person.sort_key, Person.id)
    return [(participant, person, organisation) for participant, person, organisation in db.session.execute(statement)]
