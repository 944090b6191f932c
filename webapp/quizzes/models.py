"""Tables of attempts: what was asked, what was answered, what it earned; and the log of every step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id


class AttemptState(StrEnum):
    """Open; handed in; or graded with what had been saved when the time was up."""

    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"


class LogKind(StrEnum):
    """Steps of an attempt."""

    STARTED = "started"
    SAVED = "saved"
    SUBMITTED = "submitted"
    EXPIRED = "expired"


class Attempt(Model):
    """One try of a person at a quiz.

    `paper` never changes: for each question, in the order asked, `{"question": id, "revision": hash, "order": [ids of
    options]}`. `responses` holds the current answer by number of the question (see `responses.Record`), `marks` the
    points of each question as exact fractions (`"2/3"`). `score_thousandths` is their sum in thousandths of a point,
    rounded down, for lists and statistics; `passed` was decided by the exact sum. The pass mark is the one at the start.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "quiz_id", "number"),
        Index(
            "uq_attempts_open", "person_id", "course_id", "quiz_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("ix_attempts_quiz", "course_id", "quiz_id", "state"),
        Index(
            "ix_attempts_deadline", "deadline_at",
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(state = 'open') = (submitted_at IS NULL)", name="submitted"),
        CheckConstraint("(state = 'open') = (score_thousandths IS NULL)", name="graded"),
        CheckConstraint(
            "score_thousandths IS NULL OR (score_thousandths >= 0 AND score_thousandths <= maximum * 1000)", name="score"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    course_id: Mapped[str] = mapped_column(String(60))
    course_revision: Mapped[str] = mapped_column(String(64))
    quiz_id: Mapped[str] = mapped_column(String(60))
    quiz_revision: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    pass_mark: Mapped[int]
    maximum: Mapped[int]
    paper: Mapped[list[Any]]
    state: Mapped[AttemptState] = mapped_column(enum_column(AttemptState, "attempt_state"), default=AttemptState.OPEN)
    responses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    marks: Mapped[list[Any] | None]
    score_thousandths: Mapped[int | None]
    passed: Mapped[bool | None]

    @property
    def open(self) -> bool:
        """Whether it takes answers, as far as the row knows; the clock may know better."""
        return self.state is AttemptState.OPEN


class AttemptLog(Model):
    """One step of an attempt. Written once, never changed: the order is that of the ids and of `at`."""

    __tablename__ = "attempt_log"
    __table_args__ = (Index("ix_attempt_log_attempt", "attempt_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id"))
    at: Mapped[datetime]
    kind: Mapped[LogKind] = mapped_column(enum_column(LogKind, "attempt_log_kind"))
    payload: Mapped[dict[str, Any]]


class LogIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete a step."""


@event.listens_for(AttemptLog, "before_update")
@event.listens_for(AttemptLog, "before_delete")
def _refuse(_mapper: Mapper[AttemptLog], _connection: Connection, entry: AttemptLog) -> None:
    raise LogIsAppendOnly(str(entry.id))
