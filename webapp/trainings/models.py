"""Tables of trainings: the plan, who runs it, its sessions and their agenda."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation, Person
from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.places.models import Place


class TrainingState(StrEnum):
    """Where a training stands, in the order of its life; cancelled is the other end."""

    NEGOTIATION = "negotiation"
    PREPARATION = "preparation"
    ANNOUNCED = "announced"
    RUNNING = "running"
    REPORTING = "reporting"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TrainerPart(StrEnum):
    """What a trainer does in a training. Observers look and learn; they change nothing."""

    LEAD = "lead"
    CO = "co"
    OBSERVER = "observer"


class TestsNeeded(StrEnum):
    """Which tests a certificate of the training asks for."""

    __test__ = False

    NONE = "none"
    AFTER = "after"
    BOTH = "both"


class ItemKind(StrEnum):
    """What a line of the agenda is."""

    OPENING = "opening"
    LESSON = "lesson"
    EXERCISE = "exercise"
    TALK = "talk"
    TEST = "test"
    BREAK = "break"
    OTHER = "other"


class Training(Model):
    """One training for one place.

    `version` counts the changes of the plan, so that of two who edit at once the second is told. `zone` is the zone of the venue,
    in which days and times of its sessions are meant. `courses` are course ids, `exercises` and `prework` pairs [course, step];
    `room_key` is venue and room folded, by which two trainings in one room are found. `least_minutes` of attendance,
    `tests_needed` and `least_score` (per cent, of the test after) are the rule of its certificate.
    """

    __tablename__ = "trainings"
    __table_args__ = (
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="days"),
        CheckConstraint("last_day >= first_day", name="order_of_days"),
        CheckConstraint("seats IS NULL OR seats >= 1", name="seats"),
        CheckConstraint("least_score IS NULL OR (least_score BETWEEN 0 AND 100)", name="least_score"),
        Index("ix_trainings_state", "state", "last_day"),
        Index("ix_trainings_days", "first_day", "last_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[TrainingState] = mapped_column(enum_column(TrainingState, "training_state"), default=TrainingState.NEGOTIATION)
    version: Mapped[int] = mapped_column(default=1)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    language: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    venue: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    room: Mapped[str] = mapped_column(String(120), default="")
    room_key: Mapped[str] = mapped_column(String(340), default="", index=True)
    room_capacity: Mapped[int | None]
    accessibility: Mapped[str] = mapped_column(Text, default="")
    seats: Mapped[int | None]
    approval: Mapped[bool] = mapped_column(default=False)
    link_open: Mapped[bool] = mapped_column(default=False)
    registers_until: Mapped[datetime | None]
    courses: Mapped[list[Any]] = mapped_column(default=list)
    exercises: Mapped[list[Any]] = mapped_column(default=list)
    prework: Mapped[list[Any]] = mapped_column(default=list)
    test_course_id: Mapped[str | None] = mapped_column(String(60))
    least_minutes: Mapped[int] = mapped_column(default=0)
    tests_needed: Mapped[TestsNeeded] = mapped_column(enum_column(TestsNeeded, "tests_needed"), default=TestsNeeded.NONE)
    least_score: Mapped[int | None]
    profile_sheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("sheets.id", ondelete="SET NULL"), index=True)
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("trainings.id"), index=True)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    place: Mapped[Place] = relationship(lazy="raise_on_sql")
    host: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class TrainingMove(Model):
    """A training went from one state to another: who moved it, when, and why."""

    __tablename__ = "training_moves"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), index=True)
    before: Mapped[TrainingState | None] = mapped_column(enum_column(TrainingState, "before"))
    after: Mapped[TrainingState] = mapped_column(enum_column(TrainingState, "after"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")


class TrainingTrainer(Model):
    """Somebody who runs a training, or looks on to learn how."""

    __tablename__ = "training_trainers"

    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    part: Mapped[TrainerPart] = mapped_column(enum_column(TrainerPart, "trainer_part"))
    added_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class TrainingSession(Model):
    """A half-day, on a day and between two times of the venue. Attendance belongs to it and moves with it.

    `secret` makes its check-in codes. One that was cancelled stays for the attendance that was taken.
    """

    __tablename__ = "training_sessions"
    __table_args__ = (
        CheckConstraint("ends > starts", name="times"), Index("ix_training_sessions_training", "training_id", "day", "starts"),
        Index("ix_training_sessions_day", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"))
    day: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    title: Mapped[str] = mapped_column(String(200), default="")
    room: Mapped[str] = mapped_column(String(120), default="")
    secret: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    cancelled: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute


class AgendaItem(Model):
    """A line of a session's agenda. It starts where the one before it ends; `titles` goes by language.

    `held_minutes` is how long it took in the end: 0 for what was left out, None until somebody says; `note` is what there was to
    say of it. A line that was taken out stands at -1 - its place until the next change, so that it can be put back.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 0 AND 600", name="minutes"),
        CheckConstraint("held_minutes IS NULL OR (held_minutes BETWEEN 0 AND 600)", name="held_minutes"),
        Index("ix_agenda_items_session", "session_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    minutes: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind, "item_kind"))
    titles: Mapped[dict[str, Any]]
    course_id: Mapped[str | None] = mapped_column(String(60))
    step_id: Mapped[str | None] = mapped_column(String(60))
    leader_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    materials: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(String(500), default="")
    held_minutes: Mapped[int | None]
