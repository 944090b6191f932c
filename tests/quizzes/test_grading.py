"""Grading: bounds, full and empty answers, and that nothing but the answer decides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quizzes.conftest import right_response
from tests.quizzes.questions_strategy import ANSWERED, QUESTIONS, matching, multiple, numeric, ordering
from webapp.courses.questions import Matching, Multiple, Ordering, Question, Single
from webapp.quizzes import grading
from webapp.quizzes.drawing import Asked


@given(ANSWERED)
def test_points_lie_between_none_and_all(answered: tuple[Question, Any]) -> None:
    question, response = answered
    assert 0 <= grading.points(question, response) <= question.points


@given(QUESTIONS)
def test_the_right_answer_earns_all_points_and_no_answer_earns_none(question: Question) -> None:
    assert grading.points(question, right_response(Asked(question, ()))) == question.points
    for nothing in (None, "", [], {}):
        assert grading.points(question, nothing) == 0  # type: ignore[arg-type]


@given(ANSWERED, st.randoms(use_true_random=False))
def test_the_order_of_options_and_of_clicks_changes_nothing(answered: tuple[Question, Any], chance: Any) -> None:
    question, response = answered
    before = grading.points(question, response)

    def mixed(items: Any) -> Any:
        items = list(items)
        chance.shuffle(items)
        return tuple(items)

    match question:
        case Single() | Multiple():
            question = replace(question, options=mixed(question.options))
        case Matching():
            question = replace(question, pairs=mixed(question.pairs), extra=mixed(question.extra))
    if isinstance(response, list):
        response = list(mixed(response))
    if isinstance(response, dict):
        response = dict(mixed(response.items()))
    assert grading.points(question, response) == before


@given(ANSWERED)
def test_one_more_right_choice_never_costs_and_one_more_wrong_choice_never_pays(answered: tuple[Question, Any]) -> None:
    question, response = answered
    before = grading.points(question, response)
    match question:
        case Multiple():
            for option in question.options:
                if option.id not in (response or []):
                    after = grading.points(question, [*(response or []), option.id])
                    assert after >= before if option.right else after <= before
        case Matching():
            for pair in question.pairs:
                assert grading.points(question, {**(response or {}), pair.id: pair.id}) >= before


@given(QUESTIONS.filter(lambda question: isinstance(question, Ordering)), st.data())
def test_an_order_read_backwards_earns_nothing(question: Ordering, data: st.DataObject) -> None:
    last = len(question.items)
    assert grading.points(question, {item.id: last - place for place, item in enumerate(question.items)}) == 0
    shift = data.draw(st.integers(-5, 5))
    assert grading.points(question, {item.id: place + shift for place, item in enumerate(question.items)}) == question.points


@pytest.mark.parametrize(("chosen", "earned"), [
    (["i0"], Fraction(1, 2)), (["i0", "i1"], Fraction(1)), (["i0", "i2"], Fraction(0)), (["i0", "i1", "i2"], Fraction(1, 2)),
    (["i2", "i3"], Fraction(0)), (["i0", "i1", "i2", "i3"], Fraction(0)),
])
def test_several_answers_count_right_less_wrong_of_right(chosen: list[str], earned: Fraction) -> None:
    assert grading.points(multiple([True, True, False, False]), chosen) == earned


def test_pairs_and_neighbours_earn_their_share() -> None:
    assert grading.points(matching(3, 1, points=2), {"i0": "i0", "i1": "x0", "i2": "i2"}) == Fraction(4, 3)
    assert grading.points(ordering(4, points=3), {"i0": 1, "i1": 2, "i3": 3, "i2": 4}) == 1
    assert grading.points(ordering(4, points=3), {"i3": 1, "i0": 2, "i1": 3, "i2": 4}) == 2


@pytest.mark.parametrize(("typed", "right"), [("28.5", True), ("29.5", True), ("28.49", False), ("29.51", False), ("29.00", True)])
def test_a_number_is_right_within_its_tolerance_and_at_its_edge(typed: str, right: bool) -> None:
    assert grading.points(numeric(Decimal(29), Decimal("0.5")), typed) == int(right)


@given(st.integers(1, 500), st.integers(0, 100), st.integers(1, 2520))
def test_passing_is_decided_without_rounding(maximum: int, mark: int, parts: int) -> None:
    exact = Fraction(mark * maximum, 100)
    assert grading.passes(exact, maximum, mark)
    assert not grading.passes(exact - Fraction(1, parts), maximum, mark)


@given(st.lists(st.fractions(min_value=0, max_value=100, max_denominator=10)))
def test_stored_marks_are_the_marks(marks: list[Fraction]) -> None:
    assert grading.marks_read(grading.marks_text(marks)) == marks
    total = sum(marks, Fraction(0))
    assert 0 <= total - Fraction(grading.thousandths(total), 1000) < Fraction(1, 1000)
