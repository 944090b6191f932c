"""An exercise as a step of a course: what it is, one's sheet or one's group's, and beginning it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template

from webapp.accounts.current import viewer
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.i18n import current_language
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Course, Step, StepKind
from webapp.courses.questionnaire.content import Mode
from webapp.learning import services as learning
from webapp.learning.outline import outline
from webapp.learning.queries import Learner
from webapp.learning.views import course_or_404, step_or_404
from webapp.participation.origin import Origin
from webapp.questionnaires import blank, labels, queries, rules, services
from webapp.questionnaires.models import SheetComment
from webapp.questionnaires.views_people import code_picture

bp = Blueprint("exercise", __name__, template_folder="templates")


def exercise_step(course: Course, step: Step, learner: Learner) -> str:
    """The page of an exercise; to a visitor a preview. At most three queries beyond the course's."""
    who, exercise, now = viewer(), course.exercises[step.id], clock.now()
    seen = queries.of_exercise(who.person_id, course.id, step.id) if who else None
    sheet = seen.sheet if seen else None
    code = sheet.join_code if sheet is not None and sheet.state in rules.WRITTEN and exercise.mode is Mode.GROUP else None
    feedback: list[tuple[SheetComment, str]] = []
    if sheet is not None and sheet.shared_at is not None:
        feedback = [(row, name) for row, name in queries.comments(sheet.id) if row.path is None and row.feedback]
    return render_template(
        "questionnaires/exercise.html", course=course, step=step, exercise=exercise, one=exercise.questionnaire, sheet=sheet,
        members=queries.members(sheet.id, now) if sheet is not None else [], feedback=feedback, code=code, labels=labels,
        outline=outline(course, learner, step), previous=course.before(step), following=course.after(step),
        group=exercise.mode is Mode.GROUP, done=step.id in learner.progress.done,
        preview=blank.preview(exercise.questionnaire, current_language()) if sheet is None else None,
        url=address(f"/courses/{course.id}/{step.id}/"), **code_picture(code),
    )


@bp.post("/courses/<course_id>/<step_id>/sheet")
@signed_in
def begin(course_id: str, step_id: str) -> Any:
    """Begin the exercise, enrolling if need be, and go to the sheet; who has one goes on with it."""
    course, who, now = course_or_404(course_id), viewer(), clock.now()
    step = step_or_404(course, step_id)
    if step.kind is not StepKind.EXERCISE or who is None:
        abort(404)
    with unit_of_work():
        learning.enrol(person=who.person, course=course, origin=Origin.of_request(), now=now)
        sheet_id = services.begin_exercise(
            person=who.person, course=course, exercise=course.exercises[step.id], language=current_language(), now=now,
        )
    return redirect(address(f"/sheets/{sheet_id}/"), 303)
