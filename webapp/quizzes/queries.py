"""Reads of attempts. All of them by the owner: another person's attempt is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import load_only
from sqlalchemy.orm.attributes import set_committed_value

from webapp.core.database import db
from webapp.learning.models import Enrolment
from webapp.quizzes import rules
from webapp.quizzes.models import Attempt, AttemptState
from webapp.quizzes.rules import Sitting

_SUMMARY = load_only(
    Attempt.number, Attempt.started_at, Attempt.deadline_at, Attempt.submitted_at, Attempt.state, Attempt.score_thousandths,
    Attempt.maximum, Attempt.passed, Attempt.pass_mark, raiseload=True,
)


def _of_quiz(person_id: UUID, course_id: str, quiz_id: str) -> tuple[ColumnElement[bool], ...]:
    return (Attempt.person_id == person_id, Attempt.course_id == course_id, Attempt.quiz_id == quiz_id)


def history(person_id: UUID, course_id: str, quiz_id: str) -> Sequence[Attempt]:
    """A person's attempts at a quiz, the first one first, without paper and responses. One query."""
    query = select(Attempt).options(_SUMMARY).where(*_of_quiz(person_id, course_id, quiz_id)).order_by(Attempt.number)
    return db.session.scalars(query).all()


def attempt(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Attempt | None:
    """One attempt of a person. One query."""
    return db.session.scalars(_one(person_id, course_id, quiz_id, number)).first()


def attempt_and_history(person_id: UUID, course_id: str, quiz_id: str, number: int) -> tuple[Attempt, Sequence[Attempt]] | None:
    """One attempt, whole, and the person's attempts at the quiz, without paper and responses. One query."""
    whole = (Attempt.paper, Attempt.responses, Attempt.marks)
    query = (
        select(Attempt, *(case((Attempt.number == number, column)) for column in whole)).options(_SUMMARY)
        .where(*_of_quiz(person_id, course_id, quiz_id)).order_by(Attempt.number)
    )
    rows = db.session.execute(query).all()
    for row, *values in rows:
        if row.number == number:
            for column, value in zip(whole, values, strict=True):
                set_committed_value(row, column.key, value)
            return row, [each[0] for each in rows]
    return None


def attempt_locked(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Attempt | None:
    """The same, locked until the end of the unit of work: a second request waits and then sees what the first one did. One query."""
    query = _one(person_id, course_id, quiz_id, number).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).first()


def attempt_with_enrolment_locked(person_id: UUID, course_id: str, quiz_id: str, number: int) -> tuple[Attempt, Enrolment] | None:
    """The attempt, locked, and its enrolment. One query."""
    query = (
        select(Attempt, Enrolment).join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*_of_quiz(person_id, course_id, quiz_id), Attempt.number == number)
        .with_for_update(of=Attempt).execution_options(populate_existing=True)
    )
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


def _one(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Select[Attempt]:
    return select(Attempt).where(*_of_quiz(person_id, course_id, quiz_id), Attempt.number == number)


def overdue(now: datetime, limit: int) -> Sequence[UUID]:
    """Ids of open attempts whose time is up, the oldest first. One query."""
    query = (
        select(Attempt.id).where(Attempt.state == AttemptState.OPEN, Attempt.deadline_at < now - rules.GRACE)
        .order_by(Attempt.deadline_at).limit(limit)
    )
    return db.session.scalars(query).all()


def overdue_locked(attempt_id: UUID) -> tuple[Attempt, Enrolment] | None:
    """An open attempt and its enrolment, locked; None if another process has it or closed it. One query."""
    query = (
        select(Attempt, Enrolment).join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Attempt.id == attempt_id, Attempt.state == AttemptState.OPEN)
        .with_for_update(of=Attempt, skip_locked=True).execution_options(populate_existing=True)
    )
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


def sitting(row: Attempt, now: datetime) -> Sitting:
    """An attempt as the rules see it: one whose time is up has ended at its deadline, graded or not. No query."""
    ended = row.submitted_at
    if ended is None and not rules.in_time(now, row.deadline_at):
        ended = row.deadline_at
    return Sitting(row.number, ended, bool(row.passed))
