"""Tables of surveys: who is asked, who has answered, and (kept apart from it where it is anonymous) what was answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.questionnaires.models import IN_ORDER_OF_KEYS, PATH_LENGTH


class SurveyMode(StrEnum):
    """Whether an answer is kept with the person who gave it."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class Survey(Model):
    """A questionnaire put to a group, from an opening to a closing. All answers are under one revision.

    Without a title it is called as its questionnaire. `link_code` lets anyone who has the link answer without a sign-in.
    `remind_days` are days before the closing. `unmixed`: anonymous answers came since their order was last mixed.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint("closes_at >= opens_at", name="period"),
        Index("ix_surveys_closing", "closes_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    questionnaire_id: Mapped[str] = mapped_column(String(60), index=True)
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.hash"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    mode: Mapped[SurveyMode] = mapped_column(enum_column(SurveyMode, "survey_mode"))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    remind_days: Mapped[list[Any]] = mapped_column(default=list)
    link_code: Mapped[str | None] = mapped_column(String(20), unique=True)
    earlier_id: Mapped[UUID | None] = mapped_column(ForeignKey("surveys.id"), index=True)
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    announced_at: Mapped[datetime | None]
    unmixed: Mapped[bool] = mapped_column(default=False)


class SurveyPerson(Model):
    """Somebody who is asked. Of an anonymous survey only that they have answered is known, not when and not what."""

    __tablename__ = "survey_people"
    __table_args__ = IN_ORDER_OF_KEYS

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    group: Mapped[str] = mapped_column(String(120), default="")
    invited_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    answered: Mapped[bool] = mapped_column(default=False)
    # Of a named survey only: the draft, later the answer.
    sheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("sheets.id", ondelete="SET NULL"), index=True)


class SurveyCode(Model):
    """A code printed on a paper form, good for one answer; of a named survey it belongs to a person."""

    __tablename__ = "survey_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    used: Mapped[bool] = mapped_column(default=False)


class SurveyTicket(Model):
    """Leave to hand in one anonymous answer: made when somebody is marked as having answered, gone when it is used.

    It says nothing of the person, so that the answer, which comes in a transaction of its own, cannot be tied to them.
    """

    __tablename__ = "survey_tickets"
    __table_args__ = IN_ORDER_OF_KEYS

    ticket_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)


class AnswerTag(Model):
    """A word that somebody put on a text answer to sort it."""

    __tablename__ = "answer_tags"
    __table_args__ = (Index("ix_answer_tags_survey", "survey_id", "field_id", "tag"),)

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(PATH_LENGTH), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    field_id: Mapped[str] = mapped_column(String(60))


class SurveyResult(Model):
    """Results of a large survey as a job computed them, with the number of sheets they stand on."""

    __tablename__ = "survey_results"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True)
    slice: Mapped[str] = mapped_column(String(120), primary_key=True, default="")
    wanted_at: Mapped[datetime]
    computed_at: Mapped[datetime | None]
    sheets: Mapped[int] = mapped_column(default=0)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
