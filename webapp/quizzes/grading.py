"""Grading: pure, exact, the same every time. Points are fractions, so that no rounding decides who passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse

# What is stored of an answer: an option id, "true" or "false", option ids, right side by left side, place by item, a number's digits.
Response = str | list[str] | dict[str, str] | dict[str, int]

NOTHING, WHOLE = Fraction(0), Fraction(1)


def share(question: Question, response: Response | None) -> Fraction:
    """Part of the points that a response earns, from 0 to 1; an empty response earns nothing.

    multiple: max(0, right chosen - wrong chosen) / right options; matching: right pairs / pairs; ordering: neighbours that
    follow each other as they should / (items - 1); single, true or false and numeric: all or nothing.
    """
    if not response:
        return NOTHING
    match question:
        case Single() | TrueFalse():
            return WHOLE if response == right_choice(question) else NOTHING
        case Multiple():
            return _chosen(question, response)
        case Matching():
            return _matched(question, response)
        case Ordering():
            return _ordered(question, response)
        case Numeric():
            near = isinstance(response, str) and abs(Decimal(response) - question.answer) <= question.tolerance
            return WHOLE if near else NOTHING


def right_choice(question: Single | TrueFalse) -> str:
    """Id of the one right answer."""
    return question.right_option.id if isinstance(question, Single) else "true" if question.answer else "false"


def points(question: Question, response: Response | None) -> Fraction:
    """Points of a response, from 0 to the points of the question."""
    earned = share(question, response)
    # Most questions are worth one point, and many answers none: arithmetic with fractions takes its time.
    return earned * question.points if earned and question.points != 1 else earned


def _chosen(question: Multiple, response: Response) -> Fraction:
    chosen = set(response) if isinstance(response, list) else set()
    right = {option.id for option in question.options if option.right}
    wrong = {option.id for option in question.options if not option.right}
    return Fraction(max(0, len(chosen & right) - len(chosen & wrong)), len(right))


def _matched(question: Matching, response: Response) -> Fraction:
    given = response if isinstance(response, dict) else {}
    return Fraction(sum(1 for pair in question.pairs if given.get(pair.id) == pair.id), len(question.pairs))


def _ordered(question: Ordering, response: Response) -> Fraction:
    places = response if isinstance(response, dict) else {}
    following = right_neighbours(question, places)
    return Fraction(sum(following), len(question.items) - 1)


def right_neighbours(question: Ordering, places: dict[str, int] | dict[str, str]) -> list[bool]:
    """For each item but the last of the right order: whether the next one stands directly after it."""
    stands = [places.get(item.id) for item in question.items]
    return [isinstance(here, int) and isinstance(after, int) and after - here == 1 for here, after in pairwise(stands)]


def passes(score: Fraction, maximum: int, pass_mark: int) -> bool:
    """Whether the score reaches the pass mark, in per cent of the maximum; exactly."""
    return score * 100 >= pass_mark * maximum


def thousandths(score: Fraction) -> int:
    """A score in thousandths of a point, rounded down: what is shown never promises more than was earned."""
    return int(score * 1000)


def marks_text(marks: Iterable[Fraction]) -> list[str]:
    """Marks for storing: `2/3`, `1`."""
    return [str(mark) for mark in marks]


def marks_read(texts: Sequence[str]) -> list[Fraction]:
    """Stored marks as fractions."""
    return [_fraction(each) for each in texts]


# There are few marks, and reading one takes a regular expression.
_fraction = lru_cache(maxsize=1024)(Fraction)
