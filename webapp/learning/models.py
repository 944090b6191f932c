"""Tables of enrolments and step progress."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id


class Enrolment(Model):
    """A person takes a course. Completion is judged by the revision in force and never withdrawn."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id"),
        CheckConstraint("(completed_at IS NULL) = (completed_revision IS NULL)", name="completed_with_revision"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    course_id: Mapped[str] = mapped_column(String(60), index=True)
    enrolled_at: Mapped[datetime]
    enrolled_revision: Mapped[str] = mapped_column(String(64))
    last_step_id: Mapped[str | None] = mapped_column(String(60))
    last_active_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    completed_revision: Mapped[str | None] = mapped_column(String(64))


class StepProgress(Model):
    """How far a person is in one step, by the step's id: an edit of the course never moves it."""

    __tablename__ = "step_progress"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"),)

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)


class ReadingReport(Model):
    """A beacon that arrived: one shown page, however often the browser sends its time again."""

    __tablename__ = "reading_reports"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reported_at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[int] = mapped_column(default=0)
