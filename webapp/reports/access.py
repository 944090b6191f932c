"""Who may do what with the report of a training. Who sees the training sees its report; an edition is for everybody."""

from __future__ import annotations

from uuid import UUID

from webapp.trainings.access import oversees_place
from webapp.trainings.models import TrainerPart
from webapp.trainings.records import Record

RUNNING = (TrainerPart.LEAD, TrainerPart.CO)


def may_write(record: Record) -> bool:
    """Whoever may change the training."""
    return record.may_run


def may_review(record: Record, submitter_id: UUID | None) -> bool:
    """A second trainer of the training, or staff for its place; never who submitted it."""
    if record.who.person_id == submitter_id:
        return False
    return record.part in RUNNING or oversees_place(record.who, record.training.place)


def may_publish(record: Record) -> bool:
    """The lead trainer, or staff for the place."""
    return record.part is TrainerPart.LEAD or oversees_place(record.who, record.training.place)
