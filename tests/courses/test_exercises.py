"""Exercises and parallel tests as parts of a course."""

from __future__ import annotations

import pytest

from tests.courses.small_course import BANK, COURSE, edited, files, problems
from webapp.courses.content import StepKind
from webapp.courses.files import from_archive, to_archive
from webapp.courses.questionnaire.content import Mode
from webapp.courses.reading import read

PLAN = "exercises/plan.yaml"
EXERCISE = """\
title: {en: Your plan, zh-Hans: 您的规划}
summary: {en: Look at your plan., zh-Hans: 看看您的规划。}
kind: worksheet
minutes: 40
goals: [6]
sections:
  - id: start
    title: {en: Start, zh-Hans: 开始}
    fields:
      - {id: name, type: text, label: {en: Name, zh-Hans: 名称}}
"""
WITH_STEP = COURSE.replace("  - quiz: final\n", "  - exercise: plan\n    mode: group\n  - quiz: final\n")
NEEDED = WITH_STEP.replace("  lessons: all\n", "  lessons: all\n  exercises: all\n")
FORM = """\
title: {en: Before, zh-Hans: 培训前}
intro: {en: Two questions., zh-Hans: 两道题。}
questions:
  - id: PRE-one
    type: truefalse
    prompt: {en: "Water is wet PRE.", zh-Hans: 水是湿的 PRE。}
    tags: [water]
    difficulty: 1
    answer: true
  - id: PRE-two
    type: numeric
    prompt: {en: "How many PRE?", zh-Hans: 多少 PRE？}
    difficulty: 2
    answer: 3
"""
A, B = FORM.replace("PRE", "a"), FORM.replace("PRE", "b")


def course(**changes):
    return read(files({"course.yaml": NEEDED, PLAN: EXERCISE, **changes}))


def said(changes):
    return [(problem.file, problem.line, problem.message) for problem in problems(changes)]


def test_an_exercise_is_a_step_that_counts():
    found = course()
    step = found.steps[1]
    assert (step.kind, step.id) == (StepKind.EXERCISE, "plan")
    assert found.step_title(step) == {"en": "Your plan", "zh-Hans": "您的规划"}
    assert found.exercise("plan").mode is Mode.GROUP
    assert found.exercise("plan").questionnaire.languages == ("zh-Hans", "en")
    assert found.completion.exercises == ("plan",)
    assert found.completion.steps == ("springs", "plan", "final")


def test_an_exercise_is_alone_and_counts_for_nothing_unless_said():
    found = read(files({"course.yaml": WITH_STEP.replace("    mode: group\n", ""), PLAN: EXERCISE}))
    assert found.exercise("plan").mode is Mode.ALONE
    assert found.completion.exercises == ()


def test_exercises_and_their_mode_are_part_of_the_revision():
    revisions = {
        read(files()).revision, course().revision, course(**{PLAN: EXERCISE.replace("minutes: 40", "minutes: 41")}).revision,
        course(**{"course.yaml": NEEDED.replace("mode: group", "mode: alone")}).revision,
    }
    assert len(revisions) == 4


def test_a_course_with_exercises_and_tests_goes_through_an_archive_unchanged():
    source = files({"course.yaml": NEEDED, PLAN: EXERCISE, "forms/a.yaml": A, "forms/b.yaml": B})
    found = read(source)
    assert read(from_archive(to_archive("water", source.files))).revision == found.revision


@pytest.mark.parametrize(("changes", "file", "line", "says"), [
    ({"course.yaml": WITH_STEP}, "course.yaml", 13, "There is no exercise “plan”. Expected the file exercises/plan.yaml."),
    ({PLAN: EXERCISE}, PLAN, 0, "No step uses this exercise."),
    ({"course.yaml": WITH_STEP.replace("group", "pairs"), PLAN: EXERCISE}, "course.yaml", 14, "expected one of: alone, group"),
    (edited("course.yaml", "  - quiz: final", "  - quiz: final\n    mode: group"), "course.yaml", 14, "“mode” belongs to an exercise."),
    ({"course.yaml": COURSE.replace("  - quiz: final\n", "  - quiz: final\n    exercise: plan\n"), PLAN: EXERCISE}, "course.yaml", 13,
     "A step is either"),
    ({"course.yaml": WITH_STEP.replace("lessons: all", "lessons: all\n  exercises: [plans]"), PLAN: EXERCISE}, "course.yaml", 18,
     "“plans” is not a step of this kind. Expected one of: plan."),
    ({"course.yaml": WITH_STEP, PLAN: EXERCISE.replace("type: text", "type: txt")}, PLAN, 10, "Found the field type “txt”"),
    ({"course.yaml": WITH_STEP, PLAN: "sources: [no-such]\n" + EXERCISE}, PLAN, 1, "There is no source “no-such”."),
    ({"course.yaml": WITH_STEP, PLAN: "languages: [en]\n" + EXERCISE}, PLAN, 1, "The languages differ from those of the course."),
    ({"exercises/notes.docx": "x"}, "exercises/notes.docx", 0, "in no known place"),
])
def test_a_mistake_is_named(changes, file, line, says):
    found = said(changes)
    assert any((f, n) == (file, line) and says in message for f, n, message in found), found


def test_parallel_tests_are_read():
    found = read(files({"forms/a.yaml": A, "forms/b.yaml": B}))
    assert [question.id for question in found.forms["a"].questions] == ["a-one", "a-two"]
    assert found.forms["b"].title == {"en": "Before", "zh-Hans": "培训前"}
    assert found.revision != read(files()).revision
    assert found.question("a-one") is None, "items are used nowhere else"


@pytest.mark.parametrize(("changes", "file", "line", "says"), [
    ({"forms/a.yaml": A}, "forms/a.yaml", 0, "Parallel tests come in two."),
    ({"forms/a.yaml": A, "forms/b.yaml": B, "forms/c.yaml": B}, "forms/c.yaml", 0, "in no known place"),
    ({"forms/a.yaml": A, "forms/b.yaml": B.replace("b-one", "a-one")}, "forms/b.yaml", 4, "already used in forms/a.yaml:4"),
    ({"forms/a.yaml": A.replace("a-one", "spring"), "forms/b.yaml": B}, "forms/a.yaml", 4, "already used in banks/water.yaml:2"),
    ({"forms/a.yaml": A, "forms/b.yaml": B.replace("difficulty: 1", "difficulty: 3")}, "forms/b.yaml", 8,
     "“difficulty” is 3; the question at"),
    ({"forms/a.yaml": A, "forms/b.yaml": B.replace("tags: [water]", "tags: [fire]")}, "forms/b.yaml", 7, "“tags” is fire; "),
    ({"forms/a.yaml": A, "forms/b.yaml": B[: B.index("  - id: b-two")]}, "forms/b.yaml", 3, "Found 1 questions; forms/a.yaml has 2."),
    ({"forms/a.yaml": A, "forms/b.yaml": B.replace("answer: 3", "answer: x")}, "forms/b.yaml", 14, "expected a number"),
])
def test_parallel_tests_must_be_parallel(changes, file, line, says):
    found = said(changes)
    assert any((f, n) == (file, line) and says in message for f, n, message in found), found
    assert "spring" in BANK
