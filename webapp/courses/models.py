"""Tables: stored revisions, imported archives, and which of them is published."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from webapp.core.database import Json, Model, enum_column


class RevisionKind(StrEnum):
    """What a stored content is."""

    QUESTION = "question"
    QUIZ = "quiz"
    COURSE = "course"
    QUESTIONNAIRE = "questionnaire"


class ContentRevision(Model):
    """Content by its hash, stored once; never changed."""

    __tablename__ = "content_revisions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[RevisionKind] = mapped_column(enum_column(RevisionKind, "kind"))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    stored_at: Mapped[datetime]


class CourseArchive(Model):
    """The files of an imported course as a zip archive, by the course's revision."""

    __tablename__ = "course_archives"

    revision: Mapped[str] = mapped_column(String(64), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(60), index=True)
    imported_at: Mapped[datetime]
    archive: Mapped[bytes] = deferred(mapped_column(LargeBinary))


class CoursePublication(Model):
    """The pointer every worker follows: this archive is the course, instead of the shipped folder."""

    __tablename__ = "course_publications"

    course_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    revision: Mapped[str] = mapped_column(ForeignKey("course_archives.revision"), index=True)
    published_at: Mapped[datetime]
