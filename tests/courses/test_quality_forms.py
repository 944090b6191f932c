"""The gate for the two tests: as good as banks, as long as each other, and asked nowhere else."""

from __future__ import annotations

import pytest

from tests.courses.small_course import files
from tests.courses.small_questions import bank, form, single, statement
from webapp.courses.library import Library
from webapp.courses.quality import judge

EN = "The village keeps the spring clean in every season of the year."
ZH = "村里一年四季都把泉水管护得干干净净。"
OTHER_EN = "Rain that falls on the hill comes back to light as clear water."
OTHER_ZH = "落在山上的雨水过一段时间又清清亮亮地流出来。"
THIRD_EN = "A pump needs power, and power has to be paid for by somebody."
THIRD_ZH = "水泵要用电，电费总得有人来承担才行。"


def said(*parts):
    """What the gate says about the tests of the course with these banks and tests."""
    changes = {key: text for part in parts for key, text in part.items()}
    return [str(problem) for problem in judge(files(changes), Library()) if problem.file.startswith("forms/")]


def practice(en=THIRD_EN, zh=THIRD_ZH):
    return bank([statement(1, True, en, zh)])


def both(a, b):
    return {**form("a", a), **form("b", b)}


GOOD = ([statement(2, True, EN, ZH)], [statement(3, True, OTHER_EN, OTHER_ZH)])


def test_good_tests_pass():
    assert said(practice(), both(*GOOD)) == []


def test_every_option_of_a_test_needs_feedback():
    question = single(4, 0)
    del question["options"][1]["feedback"]
    listed = said(practice(), both([question], [single(5, 0)]))
    assert [problem for problem in listed if problem.startswith("forms/a.yaml") and "The feedback is missing" in problem]


def test_right_answers_of_a_test_are_balanced_in_place_and_length():
    same_place = [single(n, 1) for n in range(4)]
    assert any("forms/a.yaml" in each and "it is option 2" in each for each in said(practice(), both(same_place, same_place)))
    longest = [single(n, n % 3, tuple("a long answer" if at == n % 3 else "short" for at in range(3))) for n in range(4)]
    assert any("forms/b.yaml" in each and "the longest in en" in each for each in said(practice(), both(same_place, longest)))


@pytest.mark.parametrize(("en", "zh"), [
    (EN, ZH),
    ("The village keeps the spring CLEAN, in every season of a year!", "无关。"),
    ("Nothing alike.", "村里一年四季都把泉水管护得很干净。"),
])
def test_a_question_of_a_bank_is_not_asked_again_in_a_test(en, zh):
    listed = said(practice(en, zh), both(*GOOD))
    assert any("forms/a.yaml" in each and "is nearly the question “t1” in banks/water.yaml" in each for each in listed), listed


def test_questions_with_other_prompts_and_the_same_choices_are_the_same():
    texts = ("the council of the whole county", "the people who live upstream", "the ministry in the capital")
    first, second = single(6, 0, texts), single(7, 0, texts)
    second["prompt"] = {"en": "Who?", "zh-Hans": "是谁？"}
    listed = said(bank([first]), both([second], [statement(3, True, OTHER_EN, OTHER_ZH)]))
    assert any("“Who?” is nearly the question “q6”" in each for each in listed), listed


def test_the_second_test_does_not_repeat_the_first():
    listed = said(practice(), both([statement(2, True, EN, ZH)], [statement(3, True, EN, ZH)]))
    assert any("forms/b.yaml" in each and "is nearly the question “t2” in forms/a.yaml" in each for each in listed), listed


def test_the_second_test_may_begin_a_question_like_the_first():
    first = statement(2, True, f"In spring, {EN}", f"春天，{ZH}")
    second = statement(3, True, f"In spring, {OTHER_EN}", f"春天，{OTHER_ZH}")
    assert said(practice(), both([first], [second])) == []


def test_both_tests_are_as_long():
    longer = f"{OTHER_EN} It may take a week, a month or many years until it does so again."
    listed = said(practice(), both([statement(2, True, EN, ZH)], [statement(3, True, longer, OTHER_ZH)]))
    assert any("The test has 28 words or characters in en; forms/a.yaml has 12." in each for each in listed), listed
    assert any("The question has 28 words or characters in en; “t2” in forms/a.yaml has 12." in each for each in listed), listed


@pytest.mark.parametrize("broken", ["[", "questions: 5", "questions: [{options: [1], pairs: {}, prompt: x}]", ""])
def test_a_test_that_cannot_be_read_is_left_to_the_check_of_the_format(broken):
    said(practice(), {"forms/a.yaml": broken, **form("b", GOOD[1])})
