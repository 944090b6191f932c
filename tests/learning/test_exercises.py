"""A course with an exercise: its place in the outline, on the course's page and in the completion rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.courses.questionnaire.cases import plan
from tests.learning.fixtures import NOON, ORIGIN, enrol, finish
from tests.learning.small_course import CHECK, FINAL, RIVERS, SPRINGS, WATER
from webapp.courses.content import Completion, Step, StepKind
from webapp.courses.questionnaire.content import Exercise, Mode
from webapp.learning import queries, services
from webapp.learning.rules import is_complete, still_needed

PLAN = "plan"


@pytest.fixture
def with_exercise(water):
    """The water course with an exercise before the final quiz that must be handed in."""
    kinds = [
        (StepKind.LESSON, SPRINGS), (StepKind.LESSON, RIVERS), (StepKind.QUIZ, CHECK), (StepKind.EXERCISE, PLAN), (StepKind.QUIZ, FINAL),
    ]
    return replace(
        water, steps=tuple(Step(kind, step_id, number) for number, (kind, step_id) in enumerate(kinds, 1)), revision="f" * 64,
        exercises={PLAN: Exercise(plan(), Mode.GROUP)}, completion=Completion((SPRINGS, RIVERS), (FINAL,), (PLAN,)),
    )


@pytest.fixture
def shown(with_exercise, small_courses):
    """The application shows that course."""
    before = small_courses.catalogue
    small_courses.catalogue = replace(before, courses=tuple(with_exercise if each.id == WATER else each for each in before.courses))
    yield with_exercise
    small_courses.catalogue = before


def hand_in(person, course, exercise_id=PLAN):
    enrolment = enrol(person, course)
    services.hand_in(person=person, enrolment=enrolment, course=course, exercise_id=exercise_id, origin=ORIGIN, now=NOON)
    return enrolment


def test_an_exercise_is_asked_for_in_its_place(with_exercise):
    done = {SPRINGS, RIVERS}
    assert [step.id for step in still_needed(with_exercise, done)] == [PLAN, FINAL]
    assert not is_complete(with_exercise.completion, {*done, FINAL})
    assert is_complete(with_exercise.completion, {*done, FINAL, PLAN})


def test_handing_in_completes_the_course_and_doing_it_again_changes_nothing(database, cast, with_exercise):
    finish(cast.learner, with_exercise, SPRINGS, RIVERS, FINAL)
    assert hand_in(cast.learner, with_exercise).completed_at == NOON
    assert queries.learner(cast.learner.id, WATER).progress.done == {SPRINGS, RIVERS, FINAL, PLAN}
    assert hand_in(cast.learner, with_exercise).completed_at == NOON


def test_what_is_no_exercise_is_not_handed_in(database, cast, with_exercise):
    for step_id in ("gone", SPRINGS, FINAL):
        hand_in(cast.learner, with_exercise, step_id)
    assert queries.learner(cast.learner.id, WATER).progress.done == frozenset()


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("1 exercise", "Worksheet for a group, about 30 minutes", "Hand in the exercise “A county plan”.", "4 A county plan")),
    ("zh-Hans", ("1个练习", "小组工作表，约30分钟", "提交练习“县级规划”。", "4 县级规划")),
])
def test_the_page_of_the_course_names_it(database, client, shown, language, words):
    page = client.get(f"/courses/{WATER}/?lang={language}").text
    for each in words:
        assert each in page, each
