"""The cascade: who trained whom. Of the people a trainer trained, those who became trainers, and whom those reached. No ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant
from webapp.trainings.qualification import OVER

TEACHES = (TrainerPart.LEAD, TrainerPart.CO)


@dataclass(frozen=True)
class Link:
    """Of one trainer: the trainers they trained (id, name); officials reached by the trainer, and by those they trained, once each."""

    trained: Sequence[tuple[UUID, str]]
    reached: int
    reached_through: int


def _taught(name: str) -> Any:
    """Pairs of trainer and person who was at one of their trainings that was held."""
    return (
        select(
            TrainingTrainer.person_id.label("trainer"), Participant.person_id.label("person"),
            func.min(Training.first_day).label("first"),
        )
        .join(Training, Training.id == TrainingTrainer.training_id).join(Participant, Participant.training_id == Training.id)
        .join(Attendance, Attendance.participant_id == Participant.id)
        .where(TrainingTrainer.part.in_(TEACHES), Training.state.in_(OVER), Attendance.presence == Presence.PRESENT)
        .group_by(TrainingTrainer.person_id, Participant.person_id).subquery(name)
    )


def _trained() -> Any:
    """Pairs of trainer and person trained who has led or helped to lead a training since."""
    taught, later, training = _taught("taught"), aliased(TrainingTrainer), aliased(Training)
    return (
        select(taught.c.trainer, taught.c.person).join(later, later.person_id == taught.c.person)
        .join(training, training.id == later.training_id)
        .where(
            later.part.in_(TEACHES), training.state.in_(OVER), training.first_day > taught.c.first,
            taught.c.trainer != taught.c.person,
        ).distinct().subquery("trained")
    )


def links(trainers: Any) -> dict[UUID, Link]:
    """By trainer, those with anything to tell; `trainers` is a select of ids. Two queries."""
    own, further, pairs = _taught("own"), _taught("further"), _trained()
    counts: dict[bool, dict[UUID, int]] = {False: {}, True: {}}
    row: Any
    for row in db.session.execute(union_all(
        select(own.c.trainer, func.count(own.c.person.distinct()).label("reached"), literal(value=False).label("through"))
        .where(own.c.trainer.in_(trainers)).group_by(own.c.trainer),
        select(pairs.c.trainer, func.count(further.c.person.distinct()), literal(value=True))
        .join(further, further.c.trainer == pairs.c.person).where(pairs.c.trainer.in_(trainers)).group_by(pairs.c.trainer),
    )):
        counts[row.through][row.trainer] = row.reached
    trained: dict[UUID, list[tuple[UUID, str]]] = {}
    named = _trained()
    for row in db.session.execute(
        select(named.c.trainer, Person.id, Person.name).join(Person, Person.id == named.c.person)
        .where(named.c.trainer.in_(trainers)).order_by(Person.sort_key, Person.id)
    ):
        trained.setdefault(row.trainer, []).append((row.id, row.name))
    reached, through = counts[False], counts[True]
    return {each: Link(trained.get(each, ()), reached.get(each, 0), through.get(each, 0)) for each in {*reached, *trained}}
