"""Tables of what a training asks and finds out: the tests before and after, and the surveys around it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id


class Moment(StrEnum):
    """When a test is taken."""

    BEFORE = "before"
    AFTER = "after"


class Sitting(Model):
    """A participant's test before or after, once each, on the form that was drawn for them.

    `paper`, `responses` and `marks` are as those of an attempt at a quiz. `course_revision` is the course whose form it was.
    `on_paper`: somebody else typed it in, `entered_by_id`. Open until `submitted_at`.
    """

    __tablename__ = "sittings"
    __table_args__ = (
        UniqueConstraint("participant_id", "moment"),
        Index("ix_sittings_training", "training_id", "moment"),
        CheckConstraint("form IN ('a', 'b')", name="form"),
        CheckConstraint("(submitted_at IS NULL) = (score_thousandths IS NULL)", name="graded"),
        CheckConstraint("score_thousandths IS NULL OR (score_thousandths >= 0 AND score_thousandths <= maximum * 1000)", name="score"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"))
    moment: Mapped[Moment] = mapped_column(enum_column(Moment, "moment"))
    form: Mapped[str] = mapped_column(String(1))
    course_id: Mapped[str] = mapped_column(String(60))
    course_revision: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(20))
    paper: Mapped[list[Any]]
    responses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    maximum: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    on_paper: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    marks: Mapped[list[Any] | None]
    score_thousandths: Mapped[int | None]


class SurveyKind(StrEnum):
    """The surveys around a training: needs before it, satisfaction (Kirkpatrick 1 and 2), and what came of it (3 and 4)."""

    NEEDS = "needs"
    SATISFACTION = "satisfaction"
    FOLLOW_UP_3 = "follow_up_3"
    FOLLOW_UP_6 = "follow_up_6"


class TrainingSurvey(Model):
    """A survey that belongs to a training; its answers are the survey's."""

    __tablename__ = "training_surveys"

    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[SurveyKind] = mapped_column(enum_column(SurveyKind, "survey_kind"), primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), unique=True)
    # A trainer moved its dates by hand: changes of the training's days leave them.
    fixed: Mapped[bool] = mapped_column(default=False)
