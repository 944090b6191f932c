"""Courses for administrators: which revision everyone sees, what was imported, publishing and withdrawing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp.accounts import access
from webapp.accounts.current import viewer
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses import queries, services
from webapp.courses.catalogue import catalogue, shelf
from webapp.courses.content import Course
from webapp.courses.files import from_archive
from webapp.courses.models import CourseArchive
from webapp.courses.problems import BadCourse
from webapp.courses.rules import UnknownRevision

bp = Blueprint("admin_courses", __name__, template_folder="templates")
HOME = "/admin/courses/"


@dataclass(frozen=True)
class CourseRow:
    """A course as the list shows it: the one everyone sees, where it comes from, and what keeps a newer one from being shown."""

    id: str
    course: Course | None
    imported: bool
    problems: int


@dataclass(frozen=True)
class Difference:
    """What publishing would change for readers: titles of steps that come and go, and how many stay."""

    added: list[str]
    removed: list[str]
    stay: int


def difference(now: Course | None, then: Course) -> Difference:
    """Steps by id, in the order of their course."""
    here = [step.id for step in now.steps] if now else []
    there = [step.id for step in then.steps]
    added, removed = [each for each in there if each not in here], [each for each in here if each not in there]
    return Difference(added, removed, len(set(here) & set(there)))


@bp.get(HOME)
@allow(access.administer_everywhere)
def courses() -> str:
    """Every course, shown or not. One query."""
    held, shown = shelf(), catalogue()
    stored = set(db.session.scalars(select(CourseArchive.course_id).distinct()))
    ids = [course.id for course in shown.courses]
    ids += sorted((set(held.problems) | stored) - set(ids))
    rows = [CourseRow(each, shown.course(each), each in held.pointers, len(shown.problems.get(each, ()))) for each in ids]
    return render_template("courses/admin_courses.html", rows=rows)


@bp.get(f"{HOME}<course_id>/")
@allow(access.administer_everywhere)
def show(course_id: str) -> str:
    """A course's revisions. Two queries."""
    archives, course = queries.imported(course_id), catalogue().course(course_id)
    problems = catalogue().problems.get(course_id, ())
    if not archives and course is None and not problems:
        abort(404)
    return render_template(
        "courses/admin_course.html", course_id=course_id, course=course, archives=archives, problems=problems,
        published=queries.publications().get(course_id), shipped=shelf().folder_of(course_id) is not None,
    )


@bp.post(f"{HOME}import")
@allow(access.administer_everywhere)
def import_course() -> str | Response | tuple[str, int]:
    """Take a zip archive in; it is shown to nobody until it is published."""
    file = request.files.get("archive")
    data = file.read() if file else b""
    if not data:
        flash(_("Please choose a zip archive."), "bad")
        return redirect(address(HOME), 303)
    try:
        with unit_of_work():
            course = services.import_course(from_archive(data), now=clock.now(), actor_id=_who())
    except BadCourse as bad:
        return render_template("courses/admin_problems.html", problems=bad.problems), 422
    flash(_("The course is imported. Look at the revision, then publish it."), "ok")
    return redirect(address(f"{HOME}{course.id}/"), 303)


@bp.get(f"{HOME}<course_id>/<revision>/publish")
@allow(access.administer_everywhere)
def ask_publish(course_id: str, revision: str) -> str:
    """What publishing this revision changes for readers."""
    then = _read(course_id, revision)
    return render_template(
        "courses/admin_publish.html", course_id=course_id, revision=revision, then=then,
        change=difference(catalogue().course(course_id), then),
    )


@bp.post(f"{HOME}<course_id>/<revision>/publish")
@allow(access.administer_everywhere)
def publish(course_id: str, revision: str) -> Response:
    """Make it the course that everyone sees."""
    _read(course_id, revision)
    with unit_of_work():
        services.publish(course_id, revision, now=clock.now(), actor_id=_who())
    # Not before the commit: another worker must not read the pointer of a moment ago and keep it.
    shelf().look_again()
    flash(_("This revision is published. Every page shows it within a few seconds."), "ok")
    return redirect(address(f"{HOME}{course_id}/"), 303)


@bp.get(f"{HOME}<course_id>/withdraw")
@allow(access.administer_everywhere)
def ask_withdraw(course_id: str) -> str:
    """What withdrawing means."""
    if course_id not in queries.publications():
        abort(404)
    return render_template("courses/admin_withdraw.html", course_id=course_id, shipped=shelf().folder_of(course_id) is not None)


@bp.post(f"{HOME}<course_id>/withdraw")
@allow(access.administer_everywhere)
def withdraw(course_id: str) -> Response:
    """Take the published revision back."""
    with unit_of_work():
        services.withdraw(course_id, now=clock.now(), actor_id=_who())
    shelf().look_again()
    flash(_("The revision is withdrawn."), "ok")
    return redirect(address(f"{HOME}{course_id}/"), 303)


@bp.post(f"{HOME}<course_id>/archive")
@allow(access.administer_everywhere)
def archive(course_id: str) -> Response:
    """The course that everyone sees, as a zip archive."""
    data = services.export_course(course_id)
    with unit_of_work():
        record(actor_id=_who(), action="course.exported", subject=("course", course_id), now=clock.now())
    response = make_response(data)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=f"{course_id}.zip")
    return response


def _read(course_id: str, revision: str) -> Course:
    """An imported revision. Raises `UnknownRevision`; 404 for what was never a revision. One query."""
    data = db.session.scalar(select(CourseArchive.archive).where(CourseArchive.revision == revision, CourseArchive.course_id == course_id))
    if data is None:
        abort(404)
    try:
        # A start reads no course, so it should not wait for what reads them.
        from webapp.courses.reading import read  # noqa: PLC0415

        return read(from_archive(data, course_id), course_id)
    except BadCourse as bad:
        # Imported by an earlier release whose rules were others.
        raise UnknownRevision(course_id) from bad


def _who() -> Any:
    who = viewer()
    assert who is not None
    return who.person_id
