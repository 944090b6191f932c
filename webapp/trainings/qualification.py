"""Who may train which course: whoever completed it and was beside the trainers of a training that was held. Nobody is appointed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import null, select, union_all

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.courses.catalogue import catalogue
from webapp.learning.models import Enrolment
from webapp.trainings import labels
from webapp.trainings.models import TrainerPart, Training, TrainingState, TrainingTrainer

# A training that was held to its end.
OVER = (TrainingState.REPORTING, TrainingState.CLOSED)
BESIDE = (TrainerPart.CO, TrainerPart.OBSERVER)


@dataclass(frozen=True)
class Learned:
    """What counts for a trainer: ids of the courses they completed, and whether they were beside the trainers of a training held."""

    completed: frozenset[str] = frozenset()
    beside: bool = False


def may_train(learned: Learned, courses: Iterable[str]) -> frozenset[str]:
    """Those of the courses (by id) that somebody is qualified to train."""
    return frozenset(courses) & learned.completed if learned.beside else frozenset()


def lacking(learned: Learned, courses: Collection[str]) -> tuple[tuple[str, ...], bool]:
    """What is missing for all of the courses: those not completed, in their order; and whether a training beside others is."""
    return tuple(each for each in courses if each not in learned.completed), not learned.beside


def of_many(person_ids: Collection[UUID]) -> dict[UUID, Learned]:
    """What counts, for each person. One query."""
    if not person_ids:
        return {}
    completed = select(Enrolment.person_id, Enrolment.course_id.label("course")).where(
        Enrolment.person_id.in_(person_ids), Enrolment.completed_at.is_not(None),
    )
    beside = (
        select(TrainingTrainer.person_id, null().label("course")).join(Training, Training.id == TrainingTrainer.training_id)
        .where(TrainingTrainer.person_id.in_(person_ids), TrainingTrainer.part.in_(BESIDE), Training.state.in_(OVER)).distinct()
    )
    courses: dict[UUID, set[str]] = {}
    there: set[UUID] = set()
    row: Any
    for row in db.session.execute(union_all(completed, beside)):
        person_id, course = row
        if course is None:
            there.add(person_id)
        else:
            courses.setdefault(person_id, set()).add(course)
    return {each: Learned(frozenset(courses.get(each, ())), each in there) for each in person_ids}


def trainable() -> Sequence[str]:
    """Ids of the courses that are made to be trained onsite: those with something for trainers, in the order of the catalogue."""
    return [each.id for each in catalogue().courses if each.facilitation]


def titles(courses: Iterable[str]) -> str:
    """Titles of courses by id, in the reader's language."""
    found = [(each, catalogue().course(each)) for each in courses]
    return labels.joined(localised(course.title) if course else each for each, course in found)


def missing_words(learned: Learned, courses: Collection[str]) -> list[str]:
    """What is missing for the courses, in sentences; empty for who may train them all."""
    open_courses, beside = lacking(learned, courses)
    said = [_("has not completed: %(courses)s", courses=titles(open_courses))] if open_courses else []
    return [*said, *([_("was not yet co-trainer or observer of a training that was held")] if beside else [])]


def warnings(team: Iterable[tuple[UUID, str, TrainerPart]], courses: Collection[str], learned: Mapping[UUID, Learned]) -> list[str]:
    """A sentence for each lead or co-trainer (id, name, part) who is not qualified for the courses of a training. Pure."""
    if not courses:
        return []
    found = []
    for person_id, name, part in team:
        missing = [] if part is TrainerPart.OBSERVER else missing_words(learned.get(person_id, Learned()), courses)
        if missing:
            found.append(_("%(name)s is not qualified for all courses: %(missing)s.", name=name, missing=_("; ").join(missing)))
    return found
