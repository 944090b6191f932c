"""Pages of courses and lessons, and what a learner does on them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts import tries
from webapp.accounts.current import viewer
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.i18n import _, current_language
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, Step, StepKind
from webapp.learning import queries, reading, services, steps
from webapp.learning.addresses import course_url, step_url
from webapp.learning.outline import count_of, outline
from webapp.learning.queries import Learner
from webapp.participation.origin import Origin

bp = Blueprint("learning", __name__, template_folder="templates")


def course_or_404(course_id: str) -> Course:
    """The published course of that id."""
    return catalogue().course(course_id) or abort(404)


def step_or_404(course: Course, step_id: str) -> Step:
    """The step of that id in the course."""
    return course.step(step_id) or abort(404)


def learner_of(course: Course) -> Learner:
    """The reader's enrolment and progress. One query for a signed-in reader."""
    who = viewer()
    return queries.learner(who.person_id if who else None, course.id)


@bp.get("/courses/")
@public
def courses() -> str:
    """The catalogue, with the reader's own progress."""
    who = viewer()
    known = queries.learners(who.person_id if who else None)
    outlines = [outline(course, known.get(course.id, queries.NOT_ENROLLED)) for course in catalogue().courses]
    return render_template("learning/courses.html", outlines=outlines, count_of=count_of, StepKind=StepKind)


@bp.get("/courses/<course_id>/")
@public
def course(course_id: str) -> str:
    """What a course is about, its steps, and where to begin or go on."""
    found = course_or_404(course_id)
    return render_template(
        "learning/course.html", course=found, outline=outline(found, learner_of(found)), count_of=count_of, StepKind=StepKind,
    )


@bp.get("/courses/<course_id>/<step_id>/")
@public
def step(course_id: str, step_id: str) -> str:
    """A step, shown by the room that knows its kind."""
    found = course_or_404(course_id)
    here = step_or_404(found, step_id)
    return steps.renderer_of(here.kind)(found, here, learner_of(found))


def lesson_page(course: Course, here: Step, learner: Learner) -> str:
    """A lesson in the reader's language. Renders no Markdown and asks the database nothing."""
    text = course.lesson(here.id).in_language(current_language())
    return render_template(
        "learning/lesson.html", course=course, step=here, text=text, outline=outline(course, learner, here),
        revision=f"{course.revision}/{here.id}/{text.language}/{hash(text.html):x}", signed_in=viewer() is not None,
        done=here.id in learner.progress.done, ticket=reading.ticket(course, here), following=course.after(here),
    )


@bp.post("/courses/<course_id>/enrol")
@signed_in
def enrol(course_id: str) -> Any:
    """Take the course and go to its first open step."""
    found = course_or_404(course_id)
    who = viewer()
    assert who is not None
    with unit_of_work():
        services.enrol(person=who.person, course=found, origin=Origin.of_request(), now=clock.now())
    return redirect(outline(found, learner_of(found)).following_item.url, 303)


@bp.post("/courses/<course_id>/<step_id>/done")
@signed_in
def done(course_id: str, step_id: str) -> Any:
    """Mark a lesson done, enrolling if need be, and go on: to the next step, or to the course when this completed it."""
    found, here, who = _lesson(course_id, step_id)
    with unit_of_work():
        enrolment = services.enrol(person=who.person, course=found, origin=Origin.of_request(), now=clock.now())
        before = enrolment.completed_at
        services.finish_step(person=who.person, enrolment=enrolment, course=found, step=here, origin=Origin.of_request(), now=clock.now())
        completed = before is None and enrolment.completed_at is not None
    following = None if completed else found.after(here)
    return redirect(step_url(found.id, following.id) if following else course_url(found.id), 303)


@bp.post("/courses/<course_id>/<step_id>/reopen")
@signed_in
def reopen(course_id: str, step_id: str) -> Any:
    """Undo 'done' of a lesson."""
    found, here, who = _lesson(course_id, step_id)
    enrolment = queries.enrolment(who.person_id, found.id) or abort(404)
    with unit_of_work():
        services.reopen_step(enrolment=enrolment, step=here, now=clock.now())
    flash(_("This lesson is open again."), "ok")
    return redirect(step_url(found.id, here.id), 303)


def _lesson(course_id: str, step_id: str) -> tuple[Course, Step, Any]:
    course = course_or_404(course_id)
    here = step_or_404(course, step_id)
    if here.kind is not StepKind.LESSON:
        abort(404)
    return course, here, viewer()


@bp.post("/learning/reading")
@public
def report() -> tuple[str, int]:
    """The browser's word that a page was shown and how long it was read."""
    seen = reading.read_ticket(request.form.get("ticket", ""))
    if seen is None:
        abort(400)
    course = course_or_404(seen.course_id)
    here = step_or_404(course, seen.step_id)
    who, now = viewer(), clock.now()
    with unit_of_work():
        tries.count_reading(address=request.remote_addr, now=now)
        services.report_reading(
            view_id=seen.view_id, seconds=reading.seconds_of(request.form.get("seconds", "")), course=course, step=here,
            person=who.person if who else None, origin=Origin.of_request(), now=now,
        )
    return "", 204
