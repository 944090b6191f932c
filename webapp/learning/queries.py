"""Reads: enrolments and progress."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select

from webapp.core.database import db
from webapp.learning.models import Enrolment, StepProgress
from webapp.learning.rules import Progress


@dataclass(frozen=True)
class Learner:
    """A person in a course: the enrolment, None if there is none, and the progress."""

    enrolment: Enrolment | None
    progress: Progress

    @property
    def completed(self) -> bool:
        """Whether the completion rule was met at some time."""
        return self.enrolment is not None and self.enrolment.completed_at is not None


NOT_ENROLLED = Learner(None, Progress())


def learner(person_id: UUID | None, course_id: str) -> Learner:
    """Enrolment and progress of a person in a course. One query; none for a visitor."""
    if person_id is None:
        return NOT_ENROLLED
    return _gathered(person_id, course_id).get(course_id, NOT_ENROLLED)


def learners(person_id: UUID | None) -> dict[str, Learner]:
    """All enrolments of a person with their progress, by course id. One query; none for a visitor."""
    return _gathered(person_id, None) if person_id else {}


# Built once: lesson pages ask this at every request.
_ALL = (
    select(Enrolment, StepProgress.step_id, StepProgress.done_at, StepProgress.seconds)
    .outerjoin(StepProgress, StepProgress.enrolment_id == Enrolment.id)
    .where(Enrolment.person_id == bindparam("person"))
    .order_by(Enrolment.last_active_at.desc(), Enrolment.id)
)
_ONE = _ALL.where(Enrolment.course_id == bindparam("course"))


def _gathered(person_id: UUID, course_id: str | None) -> dict[str, Learner]:
    query, values = (_ALL, {"person": person_id}) if course_id is None else (_ONE, {"person": person_id, "course": course_id})
    enrolments: dict[str, Enrolment] = {}
    done: dict[str, set[str]] = {}
    seconds: dict[str, dict[str, int]] = {}
    for enrolment, step_id, done_at, spent in db.session.execute(query, values):
        enrolments[enrolment.course_id] = enrolment
        finished = done.setdefault(enrolment.course_id, set())
        times = seconds.setdefault(enrolment.course_id, {})
        if step_id is not None:
            times[step_id] = spent
            if done_at is not None:
                finished.add(step_id)
    return {
        course: Learner(row, Progress(frozenset(done[course]), row.last_step_id, seconds[course])) for course, row in enrolments.items()
    }
