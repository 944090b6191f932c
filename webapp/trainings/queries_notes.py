"""Reads of the log, of files, and of the worksheets that groups have handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires.models import Sheet, SheetMember
from webapp.trainings.models import TrainingSession
from webapp.trainings.models_onsite import DayLog, TrainingFile
from webapp.trainings.models_people import Participant, ParticipantState


@dataclass(frozen=True)
class Day:
    """A day with what was noted of it; version 0 where nothing was."""

    day: date
    text: str
    version: int
    by: str
    changed_at: datetime | None


def days(training_id: UUID, first: date | None, today: date) -> list[Day]:
    """Days with a session so far, days with notes, and today once the training has begun, in order. Two queries."""
    logs = {
        log.day: Day(log.day, log.text, log.version, name, log.changed_at)
        for log, name in db.session.execute(
            select(DayLog, Person.name).join(Person, Person.id == DayLog.person_id).where(DayLog.training_id == training_id)
        )
    }
    held = set(db.session.scalars(
        select(TrainingSession.day).where(TrainingSession.training_id == training_id, TrainingSession.cancelled.is_(False)).distinct()
    ))
    begun = {first} if first is not None and not held else set()
    return [logs.get(day) or Day(day, "", 0, "", None) for day in sorted({*logs, *(each for each in held | begun if each <= today)})]


def files(training_id: UUID) -> list[TrainingFile]:
    """Photos and files with their contents' rows, the latest last. One query."""
    return list(db.session.scalars(
        select(TrainingFile).where(TrainingFile.training_id == training_id).order_by(TrainingFile.added_at, TrainingFile.id)
        .options(joinedload(TrainingFile.file, innerjoin=True))
    ))


def file_of(training_id: UUID, file_id: UUID) -> TrainingFile | None:
    """A file of this training with its content's row. One query."""
    found: TrainingFile | None = db.session.scalars(
        select(TrainingFile).where(TrainingFile.training_id == training_id, TrainingFile.id == file_id)
        .options(joinedload(TrainingFile.file, innerjoin=True))
    ).one_or_none()
    return found


def handed_in(training_id: UUID, exercises: Sequence[Any]) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """For each exercise (course, step), by group: participants with a sheet, and those of them who handed it in. One query."""
    pairs = [(str(course), str(step)) for course, step in exercises]
    if not pairs:
        return {}
    rows = db.session.execute(
        select(
            Sheet.course_id, Sheet.step_id, Participant.group, func.count(Participant.id.distinct()),
            func.count(Participant.id.distinct()).filter(Sheet.shared_at.is_not(None)),
        )
        .join(SheetMember, SheetMember.sheet_id == Sheet.id)
        .join(Participant, (Participant.person_id == SheetMember.person_id) & (Participant.training_id == training_id))
        .where(tuple_(Sheet.course_id, Sheet.step_id).in_(pairs), Participant.state == ParticipantState.REGISTERED)
        .group_by(Sheet.course_id, Sheet.step_id, Participant.group).order_by(Participant.group)
    )
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {pair: {} for pair in pairs}
    for course, step, group, begun, done in rows:
        found[str(course), str(step)][group] = (begun, done)
    return found
