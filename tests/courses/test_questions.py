from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.small_course import BANK, COURSE, edited, files
from webapp.courses.content import Quiz
from webapp.courses.questions import Matching, Numeric, Single, from_content
from webapp.courses.reading import read
from webapp.courses.revisions import revision_of

ids = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
texts = st.fixed_dictionaries({"en": words, "zh-Hans": words})
numbers = st.decimals(-1000, 1000, places=3).map(lambda d: format(d, "f"))


def listed(**parts):
    return st.lists(st.fixed_dictionaries({"id": ids, **parts}), min_size=2, max_size=5, unique_by=lambda item: item["id"])


KINDS = {
    "single": {"options": listed(text=texts, right=st.booleans(), feedback=texts), "shuffle": st.booleans()},
    "multiple": {"options": listed(text=texts, right=st.booleans(), feedback=texts), "shuffle": st.booleans()},
    "truefalse": {"answer": st.booleans(), "feedback_true": texts, "feedback_false": texts},
    "matching": {"pairs": listed(left=texts, right=texts, feedback=texts), "extra": listed(text=texts)},
    "ordering": {"items": listed(text=texts)},
    "numeric": {"answer": numbers, "tolerance": numbers, "unit": texts, "decimals": st.none() | st.integers(0, 4)},
}
contents = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.fixed_dictionaries({
    "type": st.just(kind), "id": ids, "prompt": texts, "points": st.integers(1, 10), "tags": st.lists(ids, max_size=3),
    "difficulty": st.integers(1, 3), "feedback": texts, **KINDS[kind],
}))


@given(contents)
def test_a_stored_question_comes_back_as_it_was(content):
    question = from_content(content)
    stored = json.loads(json.dumps(question.to_content()))
    assert from_content(stored) == question
    assert from_content(stored).revision == question.revision


@given(contents)
def test_the_revision_does_not_depend_on_the_order_of_keys(content):
    shuffled = dict(reversed(content.items()))
    assert from_content(shuffled).revision == from_content(content).revision


@given(contents, words)
def test_the_revision_changes_with_the_text(content, word):
    changed = {**content, "prompt": {**content["prompt"], "en": content["prompt"]["en"] + word}}
    assert from_content(changed).revision != from_content(content).revision


@given(st.dictionaries(words, st.one_of(st.integers(), words, st.booleans(), st.none())))
def test_equal_content_has_one_revision_and_kinds_differ(content):
    assert revision_of("quiz", content) == revision_of("quiz", dict(reversed(content.items())))
    assert revision_of("quiz", content) != revision_of("question", content)


def test_29_and_29_point_0_are_one_answer():
    base = {"type": "numeric", "id": "n", "prompt": {"en": "?"}, "points": 1, "tags": [], "difficulty": 1, "tolerance": 0}
    one, other = (from_content({**base, "answer": value}) for value in (29, 29.0))
    assert one.revision == other.revision
    assert isinstance(one, Numeric)
    assert one.answer == Decimal(29)


def test_comments_key_order_and_line_ends_leave_all_revisions_as_they_are():
    plain = read(files())
    moved = COURSE.replace("hours: 1.5\n", "").replace("goal: 6\n", "# A remark.\ngoal: 6   # water\nhours: 1.50\n")
    bank = BANK.replace("    answer: 29\n    tolerance: 0.5\n", "    tolerance: 0.50\n    answer: 29\n").replace("\n", "\r\n")
    other = read(files({"course.yaml": moved, "banks/water.yaml": bank}))
    assert other.revision == plain.revision
    assert [q.revision for q in other.questions.values()] == [q.revision for q in plain.questions.values()]


@pytest.mark.parametrize(("path", "old", "new"), [
    ("course.yaml", "About water.", "About rain."),
    ("lessons/springs.en.md", "Ask the village.", "Ask the town."),
    ("lessons/springs.zh-Hans.md", "title: 泉", "title: 泉水"),
    ("media/hill.svg", "M0 90", "M0 80"),
    ("media/hill.en.yaml", "A hill", "The hill"),
    ("banks/water.yaml", "zh-Hans: 火", "zh-Hans: 土"),
    ("quizzes/final.yaml", "pass_mark: 80", "pass_mark: 60"),
])
def test_every_change_of_content_is_a_new_revision_of_the_course(path, old, new):
    assert read(files(edited(path, old, new))).revision != read(files()).revision


def test_an_edited_question_leaves_the_others_alone():
    before, after = read(files()), read(files(edited("banks/water.yaml", "zh-Hans: 火", "zh-Hans: 土")))
    assert before.questions["spring"].revision != after.questions["spring"].revision
    assert before.questions["share"].revision == after.questions["share"].revision
    assert before.quiz("final").revision == after.quiz("final").revision


def test_a_stored_quiz_comes_back_as_it_was():
    quiz = read(files()).quiz("final")
    again = Quiz.from_content(json.loads(json.dumps(quiz.to_content())))
    assert again == quiz
    assert again.revision == quiz.revision


def test_a_single_question_knows_its_right_option_and_matching_its_choices():
    single = read(files()).question("spring")
    assert isinstance(single, Single)
    assert single.right_option.id == "a"
    matching = from_content({
        "type": "matching", "id": "m", "prompt": {"en": "?"}, "points": 1, "tags": [], "difficulty": 1,
        "pairs": [{"id": "a", "left": {"en": "L"}, "right": {"en": "R"}}], "extra": [{"id": "x", "text": {"en": "X"}}],
    })
    assert isinstance(matching, Matching)
    assert [choice.id for choice in matching.choices] == ["a", "x"]


def test_revisions_are_what_they_always_were():
    # Stored content is found by these; another way of hashing would orphan it.
    course = read(files())
    assert course.questions["spring"].revision == "36cb07a509338f13861c88bf0752f479d93d754110d069f921c9bc9ae7a0b88a"
    assert course.quiz("final").revision == "b0a00fb4469dbc580854077f7332bd67ccfabbe3b8d38d2b5974a2328e73f906"
    assert course.lesson("springs").revision == "a079a37486863f2b398364ff24ac5f6e39b46e8f35b3809381d29968c86d51ec"
    assert course.revision == "6d0a3af9c94387d440e25b58822b31147e9837fade2f43a06aadd61daa9b1dd8"


def test_an_empty_optional_part_and_a_missing_one_are_one_content():
    base = {"type": "truefalse", "id": "t", "prompt": {"en": "?"}, "points": 1, "difficulty": 1, "answer": True}
    assert from_content(base).revision == from_content({**base, "tags": [], "feedback": {}, "feedback_true": {}}).revision
