"""Administrators import, publish and withdraw courses on pages."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from tests.courses.small_course import files
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.courses.catalogue import catalogue
from webapp.courses.files import to_archive
from webapp.courses.models import CourseArchive, CoursePublication
from webapp.courses.reading import read
from webapp.courses.views_admin import difference

HOME = "/admin/courses/"


@pytest.fixture(autouse=True)
def _fresh_shelf(app):
    yield
    app.extensions.pop("courses", None)


def upload(browser, source, language="en"):
    data = {"archive": (io.BytesIO(source if isinstance(source, bytes) else to_archive("water", source.files)), "water.zip")}
    return browser.post(f"{HOME}import?lang={language}", data=data, content_type="multipart/form-data")


def revision():
    return db.session.scalars(select(CourseArchive.revision)).one()


def test_a_course_is_imported_looked_at_published_and_withdrawn(database, login_as, client, max_queries):
    admin = login_as("administrator")
    assert upload(admin, files()).headers["Location"] == f"{HOME}water/"
    assert client.get("/courses/water/").status_code == 404, "nobody sees it before it is published"
    page = admin.get(f"{HOME}water/?lang=en")
    assert "Nobody sees this course yet." in page.text
    asked = admin.get(f"{HOME}water/{revision()}/publish?lang=en")
    assert "New steps: " in asked.text
    assert db.session.scalars(select(CoursePublication)).first() is None
    assert admin.post(f"{HOME}water/{revision()}/publish").status_code == 303
    assert catalogue().course("water") is not None
    assert client.get("/courses/water/").status_code == 200
    with max_queries(4):
        assert "Published import" in admin.get(f"{HOME}?lang=en").text
    assert "Nobody sees the course any more" in admin.get(f"{HOME}water/withdraw?lang=en").text
    assert admin.post(f"{HOME}water/withdraw").status_code == 303
    assert client.get("/courses/water/").status_code == 404
    assert admin.post(f"{HOME}water/withdraw").status_code == 409
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert acts == ["course.imported", "course.published", "course.withdrawn"]


def test_the_saved_archive_is_the_same_revision(database, login_as):
    admin = login_as("administrator")
    upload(admin, files())
    admin.post(f"{HOME}water/{revision()}/publish")
    answer = admin.post(f"{HOME}water/archive")
    assert answer.headers["Content-Disposition"].endswith("water.zip")
    assert upload(admin, answer.data).status_code == 303
    assert len(db.session.scalars(select(CourseArchive)).all()) == 1
    assert admin.post(f"{HOME}nowhere/archive").status_code == 404


@pytest.mark.parametrize(("source", "sentence"), [
    (b"no archive", "was not imported"), (b"PK\x05\x06" + bytes(18), "was not imported"),
])
def test_what_is_no_course_is_refused_with_its_problems(login_as, source, sentence):
    answer = upload(login_as("administrator"), source)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalars(select(CourseArchive)).first() is None


def test_problems_name_the_file(login_as):
    answer = upload(login_as("administrator"), files({"quizzes/final.yaml": None}))
    assert answer.status_code == 422
    assert re.search(r"<li>course\.yaml:\d+", answer.text)


def test_nothing_chosen_is_said_so(login_as):
    admin = login_as("administrator")
    assert admin.post(f"{HOME}import?lang=en", data={}).status_code == 303
    assert "Please choose a zip archive." in admin.get(f"{HOME}?lang=en").text


def test_a_revision_belongs_to_its_course(login_as):
    admin = login_as("administrator")
    upload(admin, files())
    for page in (f"tot-1-introduction/{revision()}/publish", f"water/{'0' * 64}/publish", "nowhere/", "water/withdraw"):
        assert admin.get(HOME + page).status_code == 404, page
    assert admin.post(f"{HOME}tot-1-introduction/{revision()}/publish").status_code == 404


def test_courses_are_for_who_administers_everything(client, login_as):
    for name in ("learner", "author", "staff"):
        browser = login_as(name)
        assert browser.get(HOME).status_code == 404
        assert upload(browser, files()).status_code == 404
    assert client.get(HOME).status_code == 302


def test_a_difference_names_what_comes_and_goes():
    old = read(files())
    assert difference(None, old).stay == 0
    assert difference(old, old) == difference(read(files()), old)
    assert (difference(old, old).added, difference(old, old).removed) == ([], [])
    assert difference(old, old).stay == len(old.steps)
