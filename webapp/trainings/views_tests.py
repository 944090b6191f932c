"""A participant's tests before and after, on their own pages: who has the code takes them, with or without a sign-in."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request
from flask_babel import get_timezone
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.access import public
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language
from webapp.core.ui.dates import clock_text
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Course
from webapp.quizzes import presenting
from webapp.quizzes.paper_form import read_answers, stamp
from webapp.quizzes.questions_html import grid_html, questions_html
from webapp.quizzes.responses import Wrong
from webapp.trainings import queries_tests, services_tests, tests_mine, tests_rules
from webapp.trainings.mine import Mine, mine_or_404
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.tests_rules import NoSeat, TestNotOpen, TestSubmitted, Window

bp = Blueprint("training_tests", __name__, template_folder="templates")
_CLOSED = (NoSeat, TestNotOpen, TestSubmitted)
TEST = "/trainings/mine/<code>/test/<any(before, after):moment>"


@dataclass(frozen=True)
class Door:
    """Where a request is: a participant, which of their two tests, and whether it can be taken now."""

    mine: Mine
    moment: Moment
    course: Course
    window: Window

    @property
    def url(self) -> str:
        """Address of the test."""
        return address(self.mine.url("test", self.moment.value))

    @property
    def home(self) -> str:
        """Address of the participant's page."""
        return address(self.mine.url())

    def must_be_open(self) -> None:
        """Raise `TestNotOpen` unless this participant may answer now."""
        tests_rules.must_be_open(self.window, self.mine.participant.state)

    def sitting(self, *, lock: bool = False) -> Sitting | None:
        """Their sitting. One query."""
        return queries_tests.sitting(self.mine.participant.id, self.moment, lock=lock)


def door_or_404(code: str, moment: str, now: datetime) -> Door:
    """The test of somebody's training. Two queries."""
    mine = mine_or_404(code)
    course = services_tests.test_course(mine.training) or abort(404)
    wanted = Moment(moment)
    return Door(mine, wanted, course, tests_rules.window(wanted, mine.training.state, queries_tests.spans(mine.training), now))


def _kept_private(page: str, status: int = HTTPStatus.OK) -> Response:
    # The way back asks again: the browser's copy may show answers that another tab has changed.
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get(TEST)
@public
def test(code: str, moment: str) -> Response:
    """What the test is about and a button to begin; its questions once it is begun; then what became of it."""
    door = door_or_404(code, moment, clock.now())
    sitting = door.sitting()
    registered = door.mine.participant.state is ParticipantState.REGISTERED
    if sitting is None or sitting.submitted_at is not None or not door.window.open or not registered:
        return _kept_private(_front(door, sitting))
    return _kept_private(_questions(door, sitting))


def _front(door: Door, sitting: Sitting | None) -> str:
    done = sitting is not None and sitting.submitted_at is not None
    return render_template(
        "trainings/test_front.html", door=door, sitting=sitting, words=services_tests.words_of(door.course, door.moment),
        answered=tests_mine.answered(sitting) if sitting else 0,
        own=tests_mine.own_result(sitting) if done and sitting and door.moment is Moment.AFTER else None,
    )


def _questions(door: Door, sitting: Sitting, wrong: list[Wrong] | None = None) -> str:
    paper = services_tests.paper_of(sitting)
    page = presenting.page(sitting, len(paper), paper, 1, current_language(), wrong or ())
    return render_template(
        "trainings/test.html", door=door, row=sitting, page=page, wrong=wrong or [], questions=questions_html(page.questions),
        grid=grid_html(page.grid), words=services_tests.words_of(door.course, door.moment),
    )


@bp.post(f"{TEST}/start")
@public
def start(code: str, moment: str) -> Response:
    """Open the test, once, whatever is clicked."""
    now = clock.now()
    door = door_or_404(code, moment, now)
    door.must_be_open()
    with unit_of_work():
        services_tests.open_sittings(
            training=door.mine.training, participants=[door.mine.participant], moment=door.moment, language=current_language(), now=now,
        )
    return redirect(door.url, HTTPStatus.SEE_OTHER)


@bp.post(f"{TEST}/answers")
@public
def answers(code: str, moment: str) -> Any:
    """Save one answer as it is given, or the whole page."""
    now = clock.now()
    door = door_or_404(code, moment, now)
    as_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        wrong, sitting = _save(door, now)
    except DomainError as error:
        if as_json:
            return jsonify(sentence=str(error), closed=isinstance(error, _CLOSED)), error.status
        if not isinstance(error, _CLOSED):
            raise
        flash(str(error), "warn")
        return redirect(door.url, HTTPStatus.SEE_OTHER)
    if as_json and wrong:
        return jsonify(wrong=[{"number": each.number, "sentence": each.sentence} for each in wrong]), HTTPStatus.UNPROCESSABLE_ENTITY
    if as_json:
        return jsonify(remaining=None, time=clock_text(now, get_timezone()))
    if wrong:
        return _kept_private(_questions(door, sitting, wrong), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(f"{door.url}/submit" if request.form.get("go") == "check" else door.url, HTTPStatus.SEE_OTHER)


def _save(door: Door, now: datetime) -> tuple[list[Wrong], Sitting]:
    """Store what the form answers; what cannot be read, and so is not stored."""
    with unit_of_work():
        sitting = door.sitting(lock=True) or abort(404)
        if sitting.submitted_at is None:
            door.must_be_open()
        given, wrong = read_answers(request.form, services_tests.paper_of(sitting))
        services_tests.save(sitting=sitting, given=given, stamp=stamp(request.form, sitting.started_at, now), now=now)
    return wrong, sitting


@bp.get(f"{TEST}/submit")
@public
def check(code: str, moment: str) -> Response:
    """Ask once more before handing in, and name what is not answered."""
    door = door_or_404(code, moment, clock.now())
    sitting = door.sitting()
    if sitting is None or sitting.submitted_at is not None or not door.window.open:
        return redirect(door.url, HTTPStatus.SEE_OTHER)
    unfinished = presenting.unfinished(sitting, services_tests.paper_of(sitting))
    return _kept_private(render_template(
        "trainings/test_check.html", door=door, row=sitting, unfinished=unfinished, words=services_tests.words_of(door.course, door.moment),
    ))


@bp.post(f"{TEST}/submit")
@public
def submit(code: str, moment: str) -> Response:
    """Hand in, once, whatever is clicked; answers that come along are saved first."""
    now = clock.now()
    door = door_or_404(code, moment, now)
    wrong: list[Wrong] = []
    with unit_of_work():
        sitting = door.sitting(lock=True) or abort(404)
        if sitting.submitted_at is None:
            door.must_be_open()
            if "asked" in request.form:
                given, wrong = read_answers(request.form, services_tests.paper_of(sitting))
                services_tests.save(sitting=sitting, given=given, stamp=stamp(request.form, sitting.started_at, now), now=now)
            services_tests.submit(sitting=sitting, now=now)
    for each in wrong:
        flash(_("Question %(number)d was not counted as typed: %(sentence)s", number=each.number, sentence=each.sentence), "warn")
    return redirect(door.url, HTTPStatus.SEE_OTHER)
