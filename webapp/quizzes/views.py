"""Pages of a quiz: its start, an attempt, the question before handing in, the review."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request
from flask_babel import get_timezone
from werkzeug.wrappers import Response

from webapp.accounts.current import Viewer, viewer
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language
from webapp.core.ui.dates import clock_text
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Course, Quiz, Step, StepKind
from webapp.learning import queries as learning_queries
from webapp.learning import services as learning
from webapp.learning.addresses import step_url
from webapp.learning.outline import outline
from webapp.learning.queries import Learner
from webapp.learning.views import course_or_404, step_or_404
from webapp.participation.origin import Origin
from webapp.quizzes import presenting, queries, reviewing, rules, services
from webapp.quizzes.explained_html import explained_html, numbers_html
from webapp.quizzes.paper_form import read_answers, stamp
from webapp.quizzes.queries import Sat
from webapp.quizzes.questions import pool, read_paper, remember_kept
from webapp.quizzes.questions_html import grid_html, questions_html
from webapp.quizzes.responses import Wrong
from webapp.quizzes.starting import past_attempts

bp = Blueprint("quizzes", __name__, template_folder="templates")

ATTEMPTS = "/courses/<course_id>/<step_id>/attempts/"
ATTEMPT = ATTEMPTS + "<int(min=1, max=100000):number>/"


@dataclass(frozen=True)
class Place:
    """Where a request is: course, step, quiz and the signed-in person."""

    course: Course
    step: Step
    quiz: Quiz
    who: Viewer

    @property
    def url(self) -> str:
        """Address of the quiz's step."""
        return step_url(self.course.id, self.step.id)

    def shape(self, number: int) -> str:
        """Names what is the same for everybody on an attempt of that number, for parts of pages that are kept."""
        return f"{self.course.revision}/{self.quiz.id}/{number}"

    def attempt_url(self, number: int, tail: str = "") -> str:
        """Address of an attempt, or of something below it."""
        return f"{self.url}attempts/{number}/{tail}"


def place_or_404(course_id: str, step_id: str) -> Place:
    """The quiz of these ids and who asks. No query beyond the viewer's."""
    course = course_or_404(course_id)
    step = step_or_404(course, step_id)
    who = viewer()
    if step.kind is not StepKind.QUIZ or who is None:
        abort(404)
    return Place(course, step, course.quiz(step.id), who)


def attempt_or_404(place: Place, number: int) -> Sat:
    """The viewer's attempt of that number; those of others do not exist. One query."""
    return queries.attempt(place.who.person_id, place.course.id, place.quiz.id, number) or abort(404)


def quiz_step(course: Course, step: Step, learner: Learner) -> str:
    """The start page of a quiz: what it asks for, how one stands, what one did. One query for a signed-in reader."""
    quiz, who, now = course.quiz(step.id), viewer(), clock.now()
    past = queries.history(who.person_id, course.id, quiz.id) if who else []
    return render_template(
        "quizzes/start.html", course=course, step=step, quiz=quiz, now=now, url=step_url(course.id, step.id),
        outline=outline(course, learner, step), stand=rules.standing([queries.sitting(each, now) for each in past], quiz, now),
        past=past_attempts(past, now), grading_rules=presenting.grading_rules(pool(course, quiz).questions.values()),
    )


@bp.post(ATTEMPTS)
@signed_in
def start(course_id: str, step_id: str) -> Any:
    """Begin an attempt, enrolling if need be, and go to it."""
    place = place_or_404(course_id, step_id)
    key = request.form.get("key", "")
    wanted = int(key) if key.isascii() and key.isdigit() and len(key) < 7 else None
    origin, now = Origin.of_request(), clock.now()
    with unit_of_work():
        known = queries.starting(place.who.person_id, place.course.id, place.quiz.id)
        enrolment = known.enrolment or learning.enrol(person=known.person, course=place.course, origin=origin, now=now)
        begun = services.start(
            person=known.person, enrolment=enrolment, past=known.past, course=place.course, quiz=place.quiz, wanted=wanted, origin=origin,
            now=now,
        )
    if begun.new:
        remember_kept(place.course, place.quiz)
    return redirect(place.attempt_url(begun.number), 303)


@bp.get(ATTEMPT)
@signed_in
def attempt(course_id: str, step_id: str, number: int) -> Any:
    """A page of an open attempt."""
    place = place_or_404(course_id, step_id)
    row, now = attempt_or_404(place, number), clock.now()
    return _closed(place, row, now) or _not_kept(_page(place, row, request.args.get("page", 1, type=int), now))


def _not_kept(page: str) -> Response:
    """A page that the way back asks for again: the browser's copy may show answers that another tab has changed."""
    answer = make_response(page)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _closed(place: Place, row: Sat, now: datetime) -> Response | str | None:
    """Where to go, or what to show, if an attempt takes no more answers."""
    if not row.open:
        return redirect(place.attempt_url(row.number, "review"), 303)
    if not rules.in_time(now, row.deadline_at):
        # A GET writes nothing: the button grades.
        return render_template("quizzes/time_up.html", place=place, row=row)
    return None


def _page(place: Place, row: Sat, wanted: int, now: datetime, wrong: list[Wrong] | None = None) -> str:
    page = presenting.page(row, place.quiz.per_page, read_paper(row.paper, place.course), wanted, current_language(), wrong or ())
    shape = f"{place.shape(row.number)}/{row.pass_mark}/{page.number}/{page.last}/{len(page.grid)}"
    return render_template(
        "quizzes/attempt.html", place=place, row=row, page=page, timer=presenting.timer(row, now), wrong=wrong or [], shape=shape,
        questions=questions_html(page.questions), grid=grid_html(page.grid),
    )


@bp.post(ATTEMPT + "answers")
@signed_in
def answers(course_id: str, step_id: str, number: int) -> Any:
    """Save one answer as it is given, or a whole page."""
    place = place_or_404(course_id, step_id)
    if request.headers.get("Accept", "").startswith("application/json"):
        return _answers_as_json(place, number)
    now = clock.now()
    try:
        wrong, _left = _save(place, number, now)
    except (rules.AttemptClosed, rules.TimeIsUp) as error:
        flash(str(error), "warn")
        return redirect(place.attempt_url(number), 303)
    if wrong:
        page = request.form.get("page", 1, type=int)
        return _page(place, attempt_or_404(place, number), page, now, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(_after_save(place, number), 303)


def _save(place: Place, number: int, now: datetime) -> tuple[list[Wrong], int | None]:
    """Store what the form answers; what cannot be read and so is not stored, and the seconds that remain."""
    with unit_of_work():
        row = queries.attempt_locked(place.who.person_id, place.course.id, place.quiz.id, number) or abort(404)
        given, wrong = read_answers(request.form, read_paper(row.paper, place.course))
        services.save(attempt=row, given=given, stamp=stamp(request.form, row.started_at, now), now=now)
        return wrong, rules.remaining(now, row.deadline_at)


def _answers_as_json(place: Place, number: int) -> Any:
    now = clock.now()
    try:
        wrong, left = _save(place, number, now)
    except DomainError as error:
        return jsonify(sentence=str(error), closed=isinstance(error, rules.AttemptClosed)), error.status
    if wrong:
        return jsonify(wrong=[{"number": each.number, "sentence": each.sentence} for each in wrong]), HTTPStatus.UNPROCESSABLE_ENTITY
    return jsonify(remaining=left, time=clock_text(now, get_timezone()))


def _after_save(place: Place, number: int) -> str:
    """Where the pressed button leads: another page, a question, or the check before handing in."""
    go = request.form.get("go", "")
    if go == "check":
        return place.attempt_url(number, "submit")
    if go.startswith("q") and go[1:].isascii() and go[1:].isdigit() and len(go) < 6:
        asked = int(go[1:])
        return place.attempt_url(number, f"?page={presenting.page_of(asked, place.quiz.per_page)}#q{asked}")
    page = go if go.isascii() and go.isdigit() and len(go) < 6 else request.form.get("page", "1")
    return place.attempt_url(number, f"?page={int(page)}" if page.isascii() and page.isdigit() else "")


@bp.get(ATTEMPT + "submit")
@signed_in
def check(course_id: str, step_id: str, number: int) -> Any:
    """Ask once more before handing in, and name what is not answered."""
    place = place_or_404(course_id, step_id)
    row, now = attempt_or_404(place, number), clock.now()
    closed = _closed(place, row, now)
    if closed is not None:
        return closed
    open_ones = presenting.unfinished(row, read_paper(row.paper, place.course))
    return _not_kept(render_template(
        "quizzes/check.html", place=place, row=row, timer=presenting.timer(row, now), unfinished=open_ones, page_of=presenting.page_of,
        shape=place.shape(number),
    ))


@bp.post(ATTEMPT + "submit")
@signed_in
def submit(course_id: str, step_id: str, number: int) -> Any:
    """Hand in, once, whatever is clicked; answers that come along in time are saved first."""
    place = place_or_404(course_id, step_id)
    now, wrong = clock.now(), list[Wrong]()
    with unit_of_work():
        owned = queries.attempt_with_owner_locked(place.who.person_id, place.course.id, place.quiz.id, number) or abort(404)
        row = owned.attempt
        if row.open and "asked" in request.form and rules.in_time(now, row.deadline_at):
            given, wrong = read_answers(request.form, read_paper(row.paper, place.course))
            services.save(attempt=row, given=given, stamp=stamp(request.form, row.started_at, now), now=now)
        services.submit(owned=owned, course=place.course, origin=Origin.of_request(), now=now)
    for each in wrong:
        flash(_("Question %(number)d was not counted as typed: %(sentence)s", number=each.number, sentence=each.sentence), "warn")
    return redirect(place.attempt_url(number, "review"), 303)


@bp.get(ATTEMPT + "review")
@signed_in
def review(course_id: str, step_id: str, number: int) -> Any:
    """The result, what to do next, and what the quiz's policy shows of the answers."""
    place = place_or_404(course_id, step_id)
    row, past = queries.attempt_and_history(place.who.person_id, place.course.id, place.quiz.id, number) or abort(404)
    now = clock.now()
    if row.open:
        return _closed(place, row, now) or redirect(place.attempt_url(number), 303)
    stand = rules.standing([queries.sitting(each, now) for each in past], place.quiz, now)
    learner = learning_queries.learner(place.who.person_id, place.course.id)
    shown = rules.shows_answers(place.quiz, stand)
    explained = reviewing.explained(row, read_paper(row.paper, place.course), current_language()) if shown else []
    return render_template(
        "quizzes/review.html", place=place, row=row, stand=stand, result=reviewing.result_of(row), shown=shown,
        explained=explained_html(explained), numbers=numbers_html(explained),
        outline=outline(place.course, learner, place.step), following=place.course.after(place.step), shape=place.shape(number),
    )
