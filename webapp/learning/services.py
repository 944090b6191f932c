"""Writes: enrolling, reading, finishing steps, completing a course."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm.attributes import set_committed_value

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import CourseCompleted, course_completed
from webapp.core.upsert import insert_for
from webapp.courses.content import Course, QuizKind, Step, StepKind
from webapp.learning.models import Enrolment, ReadingReport, StepProgress
from webapp.learning.rules import TICKET_SECONDS, added_seconds, is_complete, is_view
from webapp.participation.models import EventKind
from webapp.participation.origin import Origin
from webapp.participation.services import record

_enrolments: Any = Enrolment.__table__
_progress: Any = StepProgress.__table__
_DONE = select(_progress.c.step_id).where(_progress.c.enrolment_id == bindparam("enrolment"), _progress.c.done_at.is_not(None))
_CAME_TO = (
    update(_enrolments).where(_enrolments.c.id == bindparam("enrolment"))
    .values(last_step_id=bindparam("came_to"), last_active_at=bindparam("at"))
)


def enrol(*, person: Person, course: Course, origin: Origin, now: datetime) -> Enrolment:
    """The person's enrolment, made if there is none; a second click or another worker finds the same one."""
    made = db.session.execute(
        insert_for(Enrolment)
        .values(
            id=new_id(), person_id=person.id, course_id=course.id, enrolled_at=now, enrolled_revision=course.revision, last_active_at=now,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "course_id"])
        .returning(Enrolment.id)
    ).first()
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.person_id == person.id, Enrolment.course_id == course.id)).one()
    if made is not None:
        record(
            kind=EventKind.ENROLLED, person=person, origin=origin, now=now, source=f"enrolment:{enrolment.id}",
            course_id=course.id, course_revision=course.revision,
        )
    return enrolment


def finish_step(*, person: Person, enrolment: Enrolment, course: Course, step: Step, origin: Origin, now: datetime) -> None:
    """Mark a step done; the first time counts. Completing the course sends `course_completed` in the same transaction."""
    db.session.execute(
        _finished(db.session.get_bind().dialect.name), {"enrolment_id": enrolment.id, "step_id": step.id, "opened_at": now, "done_at": now}
    )
    _came_to(enrolment, step, now)
    _judge(person=person, enrolment=enrolment, course=course, origin=origin, now=now)


@cache
def _finished(_dialect: str) -> Any:
    """The upsert of a step done, built once: building it takes longer than the database takes to do it."""
    table: Any = StepProgress.__table__
    insert = insert_for(table).values(seconds=0)
    return insert.on_conflict_do_update(
        index_elements=["enrolment_id", "step_id"], set_={"done_at": insert.excluded.done_at}, where=table.c.done_at.is_(None)
    )


def reopen_step(*, enrolment: Enrolment, step: Step, now: datetime) -> None:
    """Take back 'done' of a lesson; a completed course stays completed."""
    db.session.execute(
        update(StepProgress).where(StepProgress.enrolment_id == enrolment.id, StepProgress.step_id == step.id).values(done_at=None)
    )
    _came_to(enrolment, step, now)


def quiz_result(
    *, person: Person, enrolment: Enrolment, course: Course, quiz_id: str, passed: bool, origin: Origin, now: datetime
) -> None:
    """Note a submitted attempt: a final quiz is done when passed, a check when submitted."""
    step = course.step(quiz_id)
    if step is None or step.kind is not StepKind.QUIZ:
        return
    if passed or course.quiz(quiz_id).kind is QuizKind.CHECK:
        finish_step(person=person, enrolment=enrolment, course=course, step=step, origin=origin, now=now)
    else:
        _came_to(enrolment, step, now)


def hand_in(*, person: Person, enrolment: Enrolment, course: Course, exercise_id: str, origin: Origin, now: datetime) -> None:
    """Note that the sheet of an exercise was handed in: the step is done, and stays so when the sheet is given back.

    Nothing happens if the course has no such exercise any more.
    """
    step = course.step(exercise_id)
    if step is not None and step.kind is StepKind.EXERCISE:
        finish_step(person=person, enrolment=enrolment, course=course, step=step, origin=origin, now=now)


def report_reading(
    *, view_id: UUID, seconds: float, course: Course, step: Step, person: Person | None, origin: Origin, now: datetime
) -> bool:
    """Note that a page was shown and read for so long; whether it is a new view.

    A browser reports the same view several times with growing seconds: the view counts once, the time its greatest.
    A page that was left at once counts as nothing.
    """
    if not is_view(seconds):
        return False
    # The row is written before its seconds are read: two reports of one view then wait for each other.
    known = db.session.execute(
        insert_for(ReadingReport).values(id=view_id, reported_at=now, seconds=0)
        .on_conflict_do_update(index_elements=["id"], set_={"reported_at": now})
        .returning(ReadingReport.seconds)
    ).scalar_one()
    added = added_seconds(seconds, known)
    if added:
        db.session.execute(update(ReadingReport).where(ReadingReport.id == view_id).values(seconds=known + added))
    if person is not None:
        _read(person.id, course.id, step, added, now)
    return record(
        kind=EventKind.VIEWED, person=person, origin=origin, now=now, source=f"view:{view_id}",
        course_id=course.id, course_revision=course.revision, step_id=step.id,
    )


def sweep_reports(now: datetime) -> int:
    """Forget showings whose ticket is no longer taken; the views they counted stay. The number forgotten."""
    old = now - timedelta(seconds=2 * TICKET_SECONDS)
    return int(db.session.execute(delete(ReadingReport).where(ReadingReport.reported_at <= old)).rowcount)  # type: ignore[attr-defined]


def _read(person_id: UUID, course_id: str, step: Step, seconds: int, now: datetime) -> None:
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)).first()
    if enrolment is None:
        return
    table = StepProgress.__table__
    insert = insert_for(StepProgress).values(enrolment_id=enrolment.id, step_id=step.id, opened_at=now, seconds=seconds)
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["enrolment_id", "step_id"], set_={"seconds": table.c.seconds + seconds})
    )
    _came_to(enrolment, step, now)


def _came_to(enrolment: Enrolment, step: Step, now: datetime) -> None:
    """Note where the person is. The row stays locked: of two who finish the last two steps at once, the second sees both."""
    db.session.execute(_CAME_TO, {"enrolment": enrolment.id, "came_to": step.id, "at": now})
    set_committed_value(enrolment, "last_step_id", step.id)
    set_committed_value(enrolment, "last_active_at", now)


def _judge(*, person: Person, enrolment: Enrolment, course: Course, origin: Origin, now: datetime) -> None:
    if enrolment.completed_at is not None:
        return
    done = set(db.session.scalars(_DONE, {"enrolment": enrolment.id}))
    if not is_complete(course.completion, done):
        return
    # Conditional, so that of two workers finishing the last step at once exactly one completes the course.
    changed = db.session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.completed_at.is_(None))
        .values(completed_at=now, completed_revision=course.revision)
        .returning(Enrolment.id)
    ).first()
    if changed is None:
        return
    record(
        kind=EventKind.COMPLETED, person=person, origin=origin, now=now, source=f"completion:{enrolment.id}",
        course_id=course.id, course_revision=course.revision,
    )
    course_completed.send(
        CourseCompleted(
            person_id=person.id, course_id=course.id, course_revision=course.revision, enrolment_id=enrolment.id,
            language=origin.language, at=now,
        )
    )
