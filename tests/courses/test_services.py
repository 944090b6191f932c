from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from tests.courses.small_course import edited, files
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.courses import queries, services
from webapp.courses.models import ContentRevision, CourseArchive, RevisionKind
from webapp.courses.problems import BadCourse
from webapp.courses.reading import read

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_old_questions_can_be_read_after_the_files_have_changed(database):
    old = read(files())
    new = read(files(edited("banks/water.yaml", "zh-Hans: 火", "zh-Hans: 土")))
    services.store_revisions(old.questions.values(), NOW)
    services.store_revisions(new.questions.values(), NOW)
    found = queries.question_revisions([old.questions["spring"].revision, new.questions["spring"].revision, "0" * 64])
    assert found == {q.revision: q for q in (old.questions["spring"], new.questions["spring"])}
    assert all(question.revision == key for key, question in found.items())


def test_content_is_stored_once(database, max_queries):
    course = read(files())
    with max_queries(1):
        services.store_revisions([*course.questions.values(), *course.questions.values(), course.quiz("final"), course], NOW)
    services.store_revisions(course.questions.values(), NOW)
    assert count(ContentRevision) == 4
    assert queries.contents([course.revision], RevisionKind.COURSE)[course.revision]["title"]["en"] == "Water"


def test_storing_nothing_asks_nothing(database, max_queries):
    with max_queries(0):
        services.store_revisions([], NOW)


def test_importing_the_same_twice_keeps_one_archive(database):
    first, second = (services.import_course(files(), now=NOW) for _ in range(2))
    assert first.revision == second.revision
    assert count(CourseArchive) == 1
    assert [row.revision for row in queries.imported("water")] == [first.revision]


def test_a_course_with_problems_is_not_imported(database):
    with pytest.raises(BadCourse) as error:
        services.import_course(files({"quizzes/final.yaml": None}), now=NOW)
    assert error.value.problems[0].file == "course.yaml"
    assert count(CourseArchive) == 0


def test_who_published_what_is_on_record(database):
    course = services.import_course(files(), now=NOW)
    services.publish("water", course.revision, now=NOW)
    services.withdraw("water", now=NOW)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "course").order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["course.imported", "course.published", "course.withdrawn"]
    assert entries[1].after == {"revision": course.revision}
    database.extensions.pop("courses")
