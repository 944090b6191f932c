"""Reads of stored content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from webapp.core.database import db
from webapp.courses.models import ContentRevision, CourseArchive, CoursePublication, RevisionKind
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questions import Question, from_content


def contents(hashes: Iterable[str], kind: RevisionKind) -> dict[str, dict[str, Any]]:
    """Stored content of a kind by hash; unknown hashes are left out. One query."""
    rows = db.session.execute(
        select(ContentRevision.hash, ContentRevision.content)
        .where(ContentRevision.hash.in_(set(hashes)), ContentRevision.kind == kind)
    )
    return {row.hash: row.content for row in rows}


def question_revisions(hashes: Iterable[str]) -> dict[str, Question]:
    """Stored questions by revision, old ones included; unknown ones are left out. One query."""
    return {key: from_content(content) for key, content in contents(hashes, RevisionKind.QUESTION).items()}


def questionnaire_revisions(hashes: Iterable[str]) -> dict[str, Questionnaire]:
    """Stored questionnaires by revision, old ones included; unknown ones are left out. One query."""
    stored = contents(hashes, RevisionKind.QUESTIONNAIRE)
    return {key: Questionnaire.from_content(content) for key, content in stored.items()}


def publications() -> Mapping[str, str]:
    """Course id to published revision. One query."""
    return {row.course_id: row.revision for row in db.session.execute(select(CoursePublication.course_id, CoursePublication.revision))}


def archive(revision: str) -> bytes | None:
    """The stored archive of a course's revision. One query."""
    return db.session.scalar(select(CourseArchive.archive).where(CourseArchive.revision == revision))


def imported(course_id: str) -> list[CourseArchive]:
    """Imported archives of a course without their bytes, newest first. One query."""
    of_course = select(CourseArchive).where(CourseArchive.course_id == course_id)
    return list(db.session.scalars(of_course.order_by(CourseArchive.imported_at.desc(), CourseArchive.revision)))
