"""Drawing: the same seed gives the same paper, nothing comes twice, and a paper is found when there is one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quizzes.questions_strategy import A_TEXT, base, ids, option
from webapp.courses.content import Bank, Course, Draw, Quiz, QuizKind, Review
from webapp.courses.questions import Question, Single
from webapp.quizzes.drawing import TooFewQuestions, draw, matched, option_ids, pool_of, shuffled

SEEDS = st.integers(0, 2**63 - 1)


@dataclass
class Banks:
    """As much of a course as drawing asks for."""

    banks: dict[str, Bank]
    candidates = Course.candidates


def bank(size: int) -> Bank:
    return Bank("b", tuple(
        Single(**{**base(f"q{number}"), "tags": ("even" if number % 2 == 0 else "odd",)},
               options=tuple(option(each, each == "i0") for each in ids(4)), shuffle=True)
        for number in range(size)
    ))


def quiz(*draws: Draw, shuffle: bool = True) -> Quiz:
    return Quiz("z", A_TEXT, A_TEXT, QuizKind.FINAL, draws, shuffle, 80, 3, 0, 0, Review.AFTER_SUBMIT, 20)


def drawn(wanted: Quiz, size: int, seed: int) -> list[tuple[str, tuple[str, ...]]]:
    paper = draw(wanted, pool_of(wanted, Banks({"b": bank(size)})), seed)  # type: ignore[arg-type]
    return [(asked.question.id, asked.order) for asked in paper]


@given(SEEDS, st.integers(0, 10), st.booleans())
def test_the_same_seed_gives_the_same_paper_without_repetition(seed: int, count: int, shuffle: bool) -> None:
    wanted = quiz(Draw("b", count), Draw("b", 10 - count), shuffle=shuffle)
    paper = drawn(wanted, 12, seed)
    assert paper == drawn(wanted, 12, seed)
    assert len({question for question, _order in paper}) == 10
    assert all(sorted(order) == ids(4) for _question, order in paper)


@given(SEEDS)
def test_a_draw_leaves_the_next_one_what_it_needs(seed: int) -> None:
    paper = drawn(quiz(Draw("b", 3), Draw("b", 3, tags=("even",))), 6, seed)
    assert len(paper) == 6
    paper = drawn(quiz(Draw("b", 2), Draw("b", 3, tags=("even",)), shuffle=False), 6, seed)
    assert all(int(question[1:]) % 2 == 0 for question, _order in paper[2:])


def test_too_small_a_bank_is_refused() -> None:
    with pytest.raises(TooFewQuestions):
        drawn(quiz(Draw("b", 3), Draw("b", 4, tags=("even",))), 6, 1)


def test_every_question_and_every_order_has_its_chance() -> None:
    papers = [drawn(quiz(Draw("b", 1)), 4, seed) for seed in range(400)]
    counts = [sum(paper[0][0] == f"q{number}" for paper in papers) for number in range(4)]
    assert min(counts) > 60
    assert {paper[0][1] for paper in papers} == set(permutations(ids(4)))


@given(st.lists(st.lists(st.integers(0, 7), unique=True, max_size=4), max_size=5))
def test_a_choice_is_found_exactly_when_there_is_one(wishes: list[list[int]]) -> None:
    possible = any(all(w in wish for w, wish in zip(choice, wishes, strict=True)) for choice in permutations(range(8), len(wishes)))
    found = matched(wishes)
    assert (found is not None) == possible
    if found is not None:
        assert len(set(found)) == len(wishes)
        assert all(each in wish for each, wish in zip(found, wishes, strict=True))


@given(st.lists(st.text(min_size=1), unique=True), SEEDS)
def test_shuffling_does_not_depend_on_the_order_given(items: list[str], seed: int) -> None:
    items = [item for item in items if item.isascii()]
    assert shuffled(items, seed) == shuffled(reversed(items), seed)
    assert sorted(shuffled(items, seed)) == sorted(items)


def test_author_s_order_stays_where_the_question_says_so() -> None:
    fixed: Question = Single(**base(), options=tuple(option(each, each == "i0") for each in ids(6)), shuffle=False)
    wanted = quiz(Draw("b", 1))
    paper = draw(wanted, pool_of(wanted, Banks({"b": Bank("b", (fixed,))})), 7)  # type: ignore[arg-type]
    assert paper[0].order == option_ids(fixed)
