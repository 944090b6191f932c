"""Store revisions, import, publish, withdraw and export courses. Nothing commits here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from webapp.core import audit
from webapp.core.database import db
from webapp.core.upsert import insert_for
from webapp.courses import queries
from webapp.courses.catalogue import shelf
from webapp.courses.content import Course, Quiz
from webapp.courses.files import CourseFiles, from_folder, to_archive
from webapp.courses.library import library
from webapp.courses.models import ContentRevision, CourseArchive, CoursePublication, RevisionKind
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questions import Question
from webapp.courses.rules import NotPublished, UnknownCourse, UnknownRevision

Stored = Question | Quiz | Questionnaire | Course


def store_revisions(items: Iterable[Stored], now: datetime) -> None:
    """Keep content by revision, if it is not kept yet. One query, none without items."""
    rows = {item.revision: {"hash": item.revision, "kind": _kind(item), "content": item.to_content(), "stored_at": now} for item in items}
    if rows:
        db.session.execute(insert_for(ContentRevision).values(list(rows.values())).on_conflict_do_nothing())


def _kind(item: Stored) -> RevisionKind:
    if isinstance(item, Quiz):
        return RevisionKind.QUIZ
    if isinstance(item, Questionnaire):
        return RevisionKind.QUESTIONNAIRE
    return RevisionKind.COURSE if isinstance(item, Course) else RevisionKind.QUESTION


def import_course(source: CourseFiles, *, now: datetime, actor_id: UUID | None = None, course_id: str | None = None) -> Course:
    """Check a course and keep its files by revision; importing the same again changes nothing.

    Raises `BadCourse` with all problems. It is not shown to anyone until it is published.
    """
    # A start reads no course, so it should not wait for what reads and packs them.
    from webapp.courses.packing import self_contained  # noqa: PLC0415
    from webapp.courses.reading import read  # noqa: PLC0415

    course = read(source, course_id)
    store_revisions([course], now)
    row = {
        "revision": course.revision, "course_id": course.id, "imported_at": now,
        "archive": to_archive(course.id, self_contained(source.files, library())),
    }
    db.session.execute(insert_for(CourseArchive).values(row).on_conflict_do_nothing())
    audit.record(actor_id=actor_id, action="course.imported", subject=("course", course.id), after={"revision": course.revision}, now=now)
    return course


def publish(course_id: str, revision: str, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Make an imported revision the course that everyone sees. Raises `UnknownRevision`."""
    known = db.session.scalar(select(CourseArchive.course_id).where(CourseArchive.revision == revision))
    if known != course_id:
        raise UnknownRevision(course_id)
    before = queries.publications().get(course_id)
    values = {"course_id": course_id, "revision": revision, "published_at": now}
    statement = insert_for(CoursePublication).values(values)
    changed = {"revision": revision, "published_at": now}
    db.session.execute(statement.on_conflict_do_update(index_elements=["course_id"], set_=changed))
    audit.record(
        actor_id=actor_id, action="course.published", subject=("course", course_id), now=now,
        before={"revision": before} if before else None, after={"revision": revision},
    )
    shelf().look_again()


def withdraw(course_id: str, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Take the published revision back: the shipped folder, if there is one, is the course again. Raises `NotPublished`."""
    row = db.session.get(CoursePublication, course_id, populate_existing=True)
    if row is None:
        raise NotPublished(course_id)
    audit.record(actor_id=actor_id, action="course.withdrawn", subject=("course", course_id), before={"revision": row.revision}, now=now)
    db.session.delete(row)
    db.session.flush()
    shelf().look_again()


def export_course(course_id: str) -> bytes:
    """The course that everyone sees, as a zip archive; importing it gives the same revision. Raises `UnknownCourse`."""
    from webapp.courses.packing import self_contained  # noqa: PLC0415  as above

    revision = queries.publications().get(course_id)
    if revision is not None:
        data = queries.archive(revision)
        if data is not None:
            return data
    folder = shelf().folder_of(course_id)
    if folder is None:
        raise UnknownCourse(course_id)
    return to_archive(course_id, self_contained(from_folder(folder).files, library()))
