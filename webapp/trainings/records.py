"""The record of a training as a page of it needs it: the row, its place, and what the viewer may do there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts.current import Viewer, me
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.trainings import access
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer


@dataclass(frozen=True)
class Record:
    """A training, opened by somebody. `part` is theirs in it; `may_run`: they may change it."""

    training: Training
    who: Viewer
    part: TrainerPart | None
    may_run: bool

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.training)

    @property
    def home(self) -> str:
        """Address of its overview, below the mount point."""
        return f"/trainings/{self.training.id}/"


def title_of(training: Training) -> str:
    """The title that was given, or one made of the place. The place must be loaded."""
    return training.title or _("SDG localization training, %(place)s", place=localised(training.place.names))


def record_or_404(training_id: UUID) -> Record:
    """The record for those who may see it; for others it does not exist. One query, and one for roles."""
    who = me()
    row = db.session.execute(
        select(Training, TrainingTrainer.part)
        .outerjoin(TrainingTrainer, (TrainingTrainer.training_id == Training.id) & (TrainingTrainer.person_id == who.person_id))
        .where(Training.id == training_id).options(joinedload(Training.place), joinedload(Training.host))
    ).first()
    if row is None:
        abort(404)
    training, part = row
    if not access.may_see(who, training.place, part):
        abort(404)
    return Record(training, who, part, access.may_run(who, training.place, part))


def run_or_403(training_id: UUID) -> Record:
    """The record for those who may change it; those who may only look are refused."""
    record = record_or_404(training_id)
    if not record.may_run:
        abort(403)
    return record


def locked(training_id: UUID) -> Training:
    """The training, locked until the unit of work ends: seats, waiting list, states and versions are judged behind it. One query."""
    statement = select(Training).where(Training.id == training_id).options(joinedload(Training.place, innerjoin=True))
    return db.session.scalars(statement.with_for_update(of=Training).execution_options(populate_existing=True)).one()


def participant_url(code: str, *tail: Any) -> str:
    """Address of a participant's own page, below the mount point: it opens without a sign-in for who has the code."""
    return "/".join(["/trainings/mine", code, *map(str, tail)])
