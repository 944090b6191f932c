"""Reads of attempts. All of them by the owner: another person's attempt is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, case, select
from sqlalchemy.orm import load_only
from sqlalchemy.orm.attributes import set_committed_value

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.learning.models import Enrolment
from webapp.quizzes import rules
from webapp.quizzes.models import Attempt, AttemptState
from webapp.quizzes.rules import Sitting

_SUMMARY = load_only(
    Attempt.number, Attempt.started_at, Attempt.deadline_at, Attempt.submitted_at, Attempt.state, Attempt.score_thousandths,
    Attempt.maximum, Attempt.passed, Attempt.pass_mark, raiseload=True,
)
_WHOLE = (Attempt.paper, Attempt.responses, Attempt.marks)

# Built once: building a statement and its cache key takes as long as the database takes to answer it.
_OF_QUIZ = (
    Attempt.person_id == bindparam("person_id"), Attempt.course_id == bindparam("course_id"), Attempt.quiz_id == bindparam("quiz_id"),
)
_NUMBERED = Attempt.number == bindparam("number")
_WITH_OWNER = (
    select(Attempt, Enrolment, Person).join(Enrolment, Enrolment.id == Attempt.enrolment_id).join(Person, Person.id == Attempt.person_id)
)
_STARTING = (
    select(Person, Enrolment, Attempt).options(_SUMMARY)
    .outerjoin(Enrolment, (Enrolment.person_id == Person.id) & (Enrolment.course_id == bindparam("course_id")))
    .outerjoin(Attempt, (Attempt.enrolment_id == Enrolment.id) & (Attempt.quiz_id == bindparam("quiz_id")))
    .where(Person.id == bindparam("person_id")).order_by(Attempt.number)
)
_FRESH = {"populate_existing": True}
_HISTORY = select(Attempt).options(_SUMMARY).where(*_OF_QUIZ).order_by(Attempt.number)
_ONE = select(Attempt).where(*_OF_QUIZ, _NUMBERED)
_ONE_LOCKED = _ONE.with_for_update().execution_options(**_FRESH)
_ONE_WITH_OWNER_LOCKED = _WITH_OWNER.where(*_OF_QUIZ, _NUMBERED).with_for_update(of=Attempt).execution_options(**_FRESH)
_ONE_AND_HISTORY = (
    select(Attempt, *(case((_NUMBERED, column)) for column in _WHOLE)).options(_SUMMARY).where(*_OF_QUIZ).order_by(Attempt.number)
)
_OVERDUE = (
    select(Attempt.id).where(Attempt.state == AttemptState.OPEN, Attempt.deadline_at < bindparam("before"))
    .order_by(Attempt.deadline_at).limit(bindparam("limit", type_=Integer))
)
_OVERDUE_LOCKED = (
    _WITH_OWNER.where(Attempt.id == bindparam("attempt_id"), Attempt.state == AttemptState.OPEN)
    .with_for_update(of=Attempt, skip_locked=True).execution_options(**_FRESH)
)


@dataclass(frozen=True)
class Owned:
    """An attempt and whose it is."""

    attempt: Attempt
    enrolment: Enrolment
    person: Person


@dataclass(frozen=True)
class Starting:
    """What starting an attempt needs to know; `past` without paper and responses, the first attempt first."""

    person: Person
    enrolment: Enrolment | None
    past: tuple[Attempt, ...]


def _key(person_id: UUID, course_id: str, quiz_id: str) -> dict[str, Any]:
    return {"person_id": person_id, "course_id": course_id, "quiz_id": quiz_id}


def history(person_id: UUID, course_id: str, quiz_id: str) -> Sequence[Attempt]:
    """A person's attempts at a quiz, the first one first, without paper and responses. One query."""
    return db.session.scalars(_HISTORY, _key(person_id, course_id, quiz_id)).all()


def attempt(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Attempt | None:
    """One attempt of a person. One query."""
    return db.session.scalars(_ONE, {**_key(person_id, course_id, quiz_id), "number": number}).first()


def attempt_and_history(person_id: UUID, course_id: str, quiz_id: str, number: int) -> tuple[Attempt, Sequence[Attempt]] | None:
    """One attempt, whole, and the person's attempts at the quiz, without paper and responses. One query."""
    rows = db.session.execute(_ONE_AND_HISTORY, {**_key(person_id, course_id, quiz_id), "number": number}).all()
    for row, *values in rows:
        if row.number == number:
            for column, value in zip(_WHOLE, values, strict=True):
                set_committed_value(row, column.key, value)
            return row, [each[0] for each in rows]
    return None


def attempt_locked(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Attempt | None:
    """The attempt, locked until the end of the unit of work: a second request waits and then sees what the first did. One query."""
    return db.session.scalars(_ONE_LOCKED, {**_key(person_id, course_id, quiz_id), "number": number}).first()


def attempt_with_owner_locked(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Owned | None:
    """The attempt, locked, with its enrolment and person. One query."""
    row = db.session.execute(_ONE_WITH_OWNER_LOCKED, {**_key(person_id, course_id, quiz_id), "number": number}).first()
    return Owned(*row) if row else None


def starting(person_id: UUID, course_id: str, quiz_id: str) -> Starting:
    """Whoever is about to start: person, enrolment if there is one, attempts in short. One query."""
    rows = db.session.execute(_STARTING, _key(person_id, course_id, quiz_id)).all()
    return Starting(rows[0][0], rows[0][1], tuple(row[2] for row in rows if row[2] is not None))


def overdue(now: datetime, limit: int) -> Sequence[UUID]:
    """Ids of open attempts whose time is up, the oldest first. One query."""
    return db.session.scalars(_OVERDUE, {"before": now - rules.GRACE, "limit": limit}).all()


def overdue_locked(attempt_id: UUID) -> Owned | None:
    """An open attempt with its enrolment and person, locked; None if another process has it or closed it. One query."""
    row = db.session.execute(_OVERDUE_LOCKED, {"attempt_id": attempt_id}).first()
    return Owned(*row) if row else None


def sitting(row: Attempt, now: datetime) -> Sitting:
    """An attempt as the rules see it: one whose time is up has ended at its deadline, graded or not. No query."""
    ended = row.submitted_at
    if ended is None and not rules.in_time(now, row.deadline_at):
        ended = row.deadline_at
    return Sitting(row.number, ended, bool(row.passed))
