"""Tables of post-training reports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id


class ReportState(StrEnum):
    """Being written; with its reviewers; given back with words; approved; published. A correction begins a new draft."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"


class Report(Model):
    """The report of a training, one each. `figures` are frozen with `cut_off_at` from the submission until it is given back.

    `edition` is the number of the edition being worked on, from 1. `version` counts its moves.
    """

    __tablename__ = "reports"
    __table_args__ = (CheckConstraint("(state IN ('draft', 'returned')) = (cut_off_at IS NULL)", name="frozen"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id"), unique=True)
    state: Mapped[ReportState] = mapped_column(enum_column(ReportState, "report_state"), default=ReportState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    edition: Mapped[int] = mapped_column(default=1)
    figures: Mapped[dict[str, Any] | None]
    cut_off_at: Mapped[datetime | None]
    created_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]


class ReportText(Model):
    """What is written to a report in one language: a response sheet."""

    __tablename__ = "report_texts"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id"), unique=True)


class ReportMove(Model):
    """A report went on or back: who moved it, when, and what they said."""

    __tablename__ = "report_moves"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    before: Mapped[ReportState | None] = mapped_column(enum_column(ReportState, "before"))
    after: Mapped[ReportState] = mapped_column(enum_column(ReportState, "after"))
    edition: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(2000), default="")


class ReportEdition(Model):
    """A report as it was published: figures with their cut-off, and the texts by language. It never changes.

    `code` opens it without a sign-in. `correction` says what a later edition put right.
    """

    __tablename__ = "report_editions"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(24), unique=True)
    figures: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    cut_off_at: Mapped[datetime]
    published_at: Mapped[datetime]
    published_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    correction: Mapped[str] = mapped_column(String(1000), default="")
