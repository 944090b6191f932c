"""Reads of attempts. All of them by the owner: another person's attempt is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, bindparam, case, select
from sqlalchemy.orm import load_only

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


class Sat(NamedTuple):
    """An attempt as pages read it: plain values, since an object of the ORM costs as much as finding it.

    `paper`, `responses` and `marks` are None where only a summary was asked for; `marks` also while it is open.
    """

    id: UUID
    number: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime | None
    saved_at: datetime | None
    submitted_at: datetime | None
    pass_mark: int
    maximum: int
    score_thousandths: int | None
    passed: bool | None
    version: int
    paper: Any = None
    responses: Any = None
    marks: Any = None

    @property
    def open(self) -> bool:
        """Whether it takes answers, as far as the row knows; the clock may know better."""
        return self.state is AttemptState.OPEN


AnyAttempt = Attempt | Sat
_COLUMNS: Any = Attempt.__table__.c
_WHOLE = [_COLUMNS[name] for name in Sat._fields]
_LARGE = ("paper", "responses", "marks")
_SHORT = [column for column in _WHOLE if column.name not in _LARGE]

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
_ONE_LOCKED = select(Attempt).where(*_OF_QUIZ, _NUMBERED).with_for_update().execution_options(**_FRESH)
_ONE_WITH_OWNER_LOCKED = _WITH_OWNER.where(*_OF_QUIZ, _NUMBERED).with_for_update(of=Attempt).execution_options(**_FRESH)
# Of the tables alone: a condition on the class would take a statement through the ORM.
_THEIRS = [_COLUMNS[name] == bindparam(name) for name in ("person_id", "course_id", "quiz_id")]
_THIS = _COLUMNS.number == bindparam("number")
_HISTORY = select(*_SHORT).where(*_THEIRS).order_by(_COLUMNS.number)
_ONE = select(*_WHOLE).where(*_THEIRS, _THIS)
_ONE_AND_HISTORY = (
    select(*_SHORT, *(case((_THIS, _COLUMNS[name])).label(name) for name in _LARGE)).where(*_THEIRS).order_by(_COLUMNS.number)
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


def history(person_id: UUID, course_id: str, quiz_id: str) -> list[Sat]:
    """A person's attempts at a quiz, the first one first, in short. One query."""
    return [Sat(*row) for row in db.session.execute(_HISTORY, _key(person_id, course_id, quiz_id)).all()]


def attempt(person_id: UUID, course_id: str, quiz_id: str, number: int) -> Sat | None:
    """One attempt of a person, whole. One query."""
    row = db.session.execute(_ONE, {**_key(person_id, course_id, quiz_id), "number": number}).first()
    return Sat(*row) if row else None


def attempt_and_history(person_id: UUID, course_id: str, quiz_id: str, number: int) -> tuple[Sat, list[Sat]] | None:
    """One attempt, whole, and the person's attempts at the quiz, the others in short. One query."""
    found = db.session.execute(_ONE_AND_HISTORY, {**_key(person_id, course_id, quiz_id), "number": number}).all()
    rows = [Sat(*row) for row in found]
    wanted = next((row for row in rows if row.number == number), None)
    return (wanted, rows) if wanted else None


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


def sitting(row: AnyAttempt, now: datetime) -> Sitting:
    """An attempt as the rules see it: one whose time is up has ended at its deadline, graded or not. No query."""
    ended = row.submitted_at
    if ended is None and not rules.in_time(now, row.deadline_at):
        ended = row.deadline_at
    return Sitting(row.number, ended, bool(row.passed))
