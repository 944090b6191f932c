"""Reads: enrolments and progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select, true

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.learning.models import Enrolment, StepProgress
from webapp.learning.rules import Progress


class Enrolled(NamedTuple):
    """An enrolment as pages read it: plain values, since an object of the ORM costs as much as finding it."""

    id: UUID
    course_id: str
    last_step_id: str | None
    last_active_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True)
class Learner:
    """A person in a course: the enrolment, None if there is none, and the progress."""

    enrolment: Enrolled | None
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


def learners_and(person_id: UUID, asked: Select[Any], **values: Any) -> tuple[dict[str, Learner], tuple[Any, ...]]:
    """All enrolments of a person as from `learners`, and the facts of a statement made by `alongside`. One query for both.

    `values` are what the facts are bound to besides `person`.
    """
    # There is a row for who is enrolled nowhere too.
    rows = db.session.execute(asked, {"person": person_id} | values).all()
    return _by_course(row[:_WIDTH] for row in rows if row[0] is not None), tuple(rows[0][_WIDTH:])


def enrolment(person_id: UUID, course_id: str) -> Enrolment | None:
    """The row itself, for what changes it. One query."""
    return db.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)).first()


# Built once: lesson pages ask this at every request.
_enrolments: Any = Enrolment.__table__
_progress: Any = StepProgress.__table__
_ENROLLED = len(Enrolled._fields)
_ALL = (
    select(*(_enrolments.c[name] for name in Enrolled._fields), _progress.c.step_id, _progress.c.done_at, _progress.c.seconds)
    .outerjoin_from(_enrolments, _progress, _progress.c.enrolment_id == _enrolments.c.id)
    .where(_enrolments.c.person_id == bindparam("person"))
    .order_by(_enrolments.c.last_active_at.desc(), _enrolments.c.id)
)
_ONE = _ALL.where(_enrolments.c.course_id == bindparam("course"))
_WIDTH = len(_ALL.selected_columns)


def alongside(*facts: ColumnElement[Any]) -> Select[Any]:
    """The statement of `learners_and`, to be built once: facts about the same person, each bound to the parameter `person`.

    A page that needs both saves a query, and on a page as light as one's own learning a query is a quarter of the work.
    """
    known = select(*facts).subquery("known")
    mine = _ALL.order_by(None).subquery("mine")
    return select(*mine.c, *known.c).outerjoin_from(known, mine, true()).order_by(mine.c.last_active_at.desc(), mine.c.id)


def _gathered(person_id: UUID, course_id: str | None) -> dict[str, Learner]:
    query, values = (_ALL, {"person": person_id}) if course_id is None else (_ONE, {"person": person_id, "course": course_id})
    return _by_course(db.session.execute(query, values).all())


def _by_course(rows: Iterable[Sequence[Any]]) -> dict[str, Learner]:
    enrolments: dict[str, Enrolled] = {}
    done: dict[str, set[str]] = {}
    seconds: dict[str, dict[str, int]] = {}
    for row in rows:
        found = Enrolled(*row[:_ENROLLED])
        step_id, done_at, spent = row[_ENROLLED:]
        enrolments[found.course_id] = found
        finished = done.setdefault(found.course_id, set())
        times = seconds.setdefault(found.course_id, {})
        if step_id is not None:
            times[step_id] = spent
            if done_at is not None:
                finished.add(step_id)
    return {
        course: Learner(row, Progress(frozenset(done[course]), row.last_step_id, seconds[course])) for course, row in enrolments.items()
    }
