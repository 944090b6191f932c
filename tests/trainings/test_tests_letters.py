from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.courses.files import from_folder
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Single, TrueFalse
from webapp.courses.reading import read as read_course
from webapp.quizzes.drawing import Asked, option_order
from webapp.trainings import letters, tests_table

COURSE = read_course(from_folder(Path(__file__).parents[2] / "courses" / "tot-1-introduction"), "tot-1-introduction")
QUESTIONS = [question for form in COURSE.forms.values() for question in form.questions]


def of_type(kind, seed=7):
    question = next(each for each in QUESTIONS if isinstance(each, kind))
    return Asked(question, option_order(question, seed))


@st.composite
def answered(draw):
    question = draw(st.sampled_from(QUESTIONS))
    asked = Asked(question, option_order(question, draw(st.integers(0, 99))))
    match question:
        case Numeric():
            value = str(draw(st.integers(0, 9999)))
        case Matching():
            chosen = {pair.id: draw(st.sampled_from([*asked.order, ""])) for pair in question.pairs}
            value = {left: right for left, right in chosen.items() if right}
        case Ordering():
            items = draw(st.permutations([item.id for item in question.items]))
            gone = draw(st.sets(st.sampled_from(items)))
            value = {item.id: items.index(item.id) + 1 for item in question.items if item.id not in gone}
        case Multiple():
            ids = draw(st.sets(st.sampled_from(list(asked.order))))
            value = [option.id for option in question.options if option.id in ids]
        case _:
            value = draw(st.sampled_from([*asked.order, ""]))
    return asked, value or None


@given(answered())
def test_what_is_written_as_letters_reads_as_the_same_response(found):
    asked, value = found
    assert letters.read(asked, letters.write(asked, value)) == value


@given(answered(), st.text(max_size=12))
def test_whatever_is_typed_is_a_response_or_a_sentence(found, typed):
    asked, _value = found
    with suppress(letters.BadLetters):
        value = letters.read(asked, typed)
        assert letters.read(asked, letters.write(asked, value)) == value


@pytest.mark.parametrize("typed", ["b", "B", " b ", "Ｂ"])
def test_capital_small_and_wide_letters_are_one(typed):
    asked = of_type(Single)
    assert letters.read(asked, typed) == asked.order[1]


@pytest.mark.parametrize(("typed", "value"), [("A", "true"), ("b", "false"), ("T", "true"), ("错", "false"), ("√", "true"), ("×", "false")])
def test_true_and_false_are_typed_in_several_ways(typed, value):
    assert letters.read(of_type(TrueFalse), typed) == value


def test_letters_of_several_choices_may_stand_apart():
    asked = of_type(Multiple)
    assert letters.read(asked, "c, a") == letters.read(asked, "AC") == letters.read(asked, "A、C")


@pytest.mark.parametrize(("kind", "typed"), [
    (Single, "AB"), (Single, "Z"), (Single, "1"), (Multiple, "AA"), (Matching, "AAAAAAAAA"), (Ordering, "AA"), (Ordering, "ABCDEFGH"),
    (Numeric, "many"),
])
def test_what_cannot_be_an_answer_is_said_with_what_was_typed(kind, typed):
    with pytest.raises(letters.BadLetters, match=typed):
        letters.read(of_type(kind), typed)


def test_a_table_without_code_or_with_strange_columns_is_refused_as_a_whole():
    rows, problems = tests_table.lines([["1", "2", "99", "2"], ["A", "B", "C", "D"]], 15)
    assert rows == []
    assert [(each.row, each.column) for each in problems] == [(1, "99"), (1, "code"), (1, "2")]


def test_rows_with_nothing_but_a_code_are_forms_that_did_not_come_back():
    assert tests_table.lines([["code", "1"], ["7KQ4", ""], ["", ""]], 15) == ([], [])


def test_every_wrong_cell_is_named_by_row_and_column():
    paper = [of_type(Single), of_type(Numeric)]
    entered, problems = tests_table.read(
        [tests_table.Line(2, "x", {1: "A", 2: "12"}), tests_table.Line(3, "x", {1: "Q", 2: "much"}), tests_table.Line(4, "y", {1: "A"})],
        {"x": paper}.get,
    )
    assert [each.row for each in entered] == [2, 3]
    assert [(each.row, each.column) for each in problems] == [(3, "1"), (3, "2"), (4, "code")]
