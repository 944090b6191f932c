"""An exercise as a step: seen by visitors, begun alone or in a group, done for all when it is handed in."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.learning.fixtures import courses_folder, small_courses, water
from tests.learning.small_course import CHECK, FINAL, RIVERS, SPRINGS, WATER
from tests.questionnaires.conftest import NOW
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.database import db
from webapp.courses.content import Completion, Step, StepKind
from webapp.courses.questionnaire.content import Exercise, Mode
from webapp.learning import queries as learning
from webapp.questionnaires.models import ExerciseSheet, Sheet, SheetMember

__all__ = ["courses_folder", "small_courses", "water"]
STEP = QUESTIONNAIRE.id
URL = f"/courses/{WATER}/{STEP}/"


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture(params=[Mode.GROUP])
def mode(request):
    return request.param


@pytest.fixture
def course(water, small_courses, mode):
    lesson, quiz, exercise = StepKind.LESSON, StepKind.QUIZ, StepKind.EXERCISE
    kinds = [(lesson, SPRINGS), (lesson, RIVERS), (quiz, CHECK), (exercise, STEP), (quiz, FINAL)]
    made = replace(
        water, steps=tuple(Step(kind, step_id, number) for number, (kind, step_id) in enumerate(kinds, 1)), revision="e" * 64,
        exercises={STEP: Exercise(QUESTIONNAIRE, mode)}, completion=Completion((SPRINGS, RIVERS), (FINAL,), (STEP,)),
    )
    before = small_courses.catalogue
    small_courses.catalogue = replace(before, courses=tuple(made if each.id == WATER else each for each in before.courses))
    yield made
    small_courses.catalogue = before


def sheet():
    return db.session.scalars(select(Sheet)).one()


def done(person_id):
    return STEP in learning.learner(person_id, WATER).progress.done


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_visitor_sees_what_it_asks_and_is_invited_to_sign_up(database, client, course, language):
    page = client.get(f"{URL}?lang={language}")
    assert page.status_code == 200
    assert QUESTIONNAIRE.sections[0].title[language] in page.text
    assert f"/sign-up?next={URL}" in page.text.replace("%2F", "/")
    assert '/sheet"' not in page.text
    assert client.post(f"{URL}sheet").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(Sheet)) == 0


def test_two_clicks_begin_one_sheet_and_enrol(database, login_as, course, cast):
    browser = login_as("learner")
    first, second = browser.post(f"{URL}sheet"), browser.post(f"{URL}sheet")
    assert first.location == second.location
    assert learning.learner(cast.ids["learner"], WATER).enrolment
    assert sheet().join_code


def test_a_group_joins_by_code_and_the_step_is_done_for_all(database, login_as, course, cast):
    one, other = login_as("learner"), login_as("second_learner")
    url = one.post(f"{URL}sheet").location
    code = sheet().join_code
    assert code in one.get(f"{URL}?lang=en").text
    assert "Joining enrols you in the course" in other.get(f"/sheets/join/{code}?lang=en").text
    other.post(f"/sheets/join/{code}")
    page = other.get(f"{URL}?lang=en").text
    assert "王晓兰" in page
    assert "Go on with the sheet" in page
    other.post(f"{url}changes", json={"since": 0, "changes": [
        {"id": "00000000-0000-4000-8000-000000000001", "path": "plan-name", "base": 0, "value": "Plan"},
    ]})
    answer = other.post(f"{url}state", data={"to": "shared"})
    assert answer.location.endswith(URL)
    assert done(cast.ids["learner"])
    assert done(cast.ids["second_learner"])
    assert "This step is done" in one.get(f"{URL}?lang=en").text
    trainer = login_as("trainer")
    trainer.post(f"{url}state", data={"to": "returned", "words": "Name the year."})
    assert done(cast.ids["learner"]), "a returned sheet keeps the step done"
    assert "Name the year." in one.get(f"{URL}?lang=en").text


def test_who_began_alone_and_joins_a_group_keeps_the_first_sheet_in_the_list(database, login_as, course, cast):
    one, other = login_as("learner"), login_as("second_learner")
    own = other.post(f"{URL}sheet").location
    group = one.post(f"{URL}sheet").location
    code = db.session.scalars(select(Sheet.join_code).where(Sheet.id == UUID(group.split("/")[2]))).one()
    other.post(f"/sheets/join/{code}")
    link = db.session.scalars(select(ExerciseSheet.sheet_id).where(ExerciseSheet.person_id == cast.ids["second_learner"])).one()
    assert str(link) in group
    assert own in other.get("/sheets/?lang=en").text
    assert db.session.scalar(select(func.count()).select_from(SheetMember)) == 3


@pytest.mark.parametrize("mode", [Mode.ALONE], indirect=True)
def test_an_exercise_done_alone_has_no_code(database, login_as, course):
    browser = login_as("learner")
    browser.post(f"{URL}sheet")
    assert sheet().join_code is None
    assert "Others join with this code" not in browser.get(f"{URL}?lang=en").text


def test_the_page_costs_at_most_eight_queries(database, login_as, course, max_queries):
    browser = login_as("learner")
    browser.post(f"{URL}sheet")
    with max_queries(8):
        assert browser.get(f"{URL}?lang=en").status_code == 200


def test_a_lesson_has_no_sheet(database, login_as, course):
    assert login_as("learner").post(f"/courses/{WATER}/{SPRINGS}/sheet").status_code == 404
