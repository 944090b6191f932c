"""Questions and responses of every type for property tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from webapp.courses.questions import Item, Matching, Multiple, Numeric, Option, Ordering, Pair, Question, Single, TrueFalse
from webapp.courses.revisions import Text

NO_TEXT = Text()
A_TEXT = Text({"en": "?", "zh-Hans": "？"})
DECIMALS = st.decimals(min_value=-10_000, max_value=10_000, places=2)


def base(question_id: str = "q", points: int = 1) -> dict[str, Any]:
    return {"id": question_id, "prompt": A_TEXT, "points": points, "tags": (), "difficulty": 2, "feedback": NO_TEXT}


def ids(count: int) -> list[str]:
    return [f"i{number}" for number in range(count)]


def option(option_id: str, right: bool) -> Option:
    return Option(option_id, A_TEXT, right, NO_TEXT)


def single(right: int, count: int, points: int = 1) -> Single:
    return Single(**base(points=points), options=tuple(option(each, n == right) for n, each in enumerate(ids(count))), shuffle=True)


def multiple(rights: list[bool], points: int = 1) -> Multiple:
    options = tuple(option(each, right) for each, right in zip(ids(len(rights)), rights, strict=True))
    return Multiple(**base(points=points), options=options, shuffle=True)


def matching(count: int, extra: int = 0, points: int = 1) -> Matching:
    return Matching(
        **base(points=points), pairs=tuple(Pair(each, A_TEXT, A_TEXT, NO_TEXT) for each in ids(count)),
        extra=tuple(Item(f"x{n}", A_TEXT) for n in range(extra)),
    )


def ordering(count: int, points: int = 1) -> Ordering:
    return Ordering(**base(points=points), items=tuple(Item(each, A_TEXT) for each in ids(count)))


def numeric(answer: Decimal, tolerance: Decimal, points: int = 1) -> Numeric:
    return Numeric(**base(points=points), answer=answer, tolerance=tolerance, unit=NO_TEXT, decimals=None)


POINTS = st.integers(1, 100)
QUESTIONS: st.SearchStrategy[Question] = st.one_of(
    st.tuples(st.integers(3, 6), POINTS).flatmap(lambda n: st.integers(0, n[0] - 1).map(lambda right: single(right, *n))),
    st.tuples(st.lists(st.booleans(), min_size=3, max_size=6).filter(any), POINTS).map(lambda a: multiple(*a)),
    st.tuples(st.booleans(), POINTS).map(
        lambda a: TrueFalse(**base(points=a[1]), answer=a[0], feedback_true=NO_TEXT, feedback_false=NO_TEXT)
    ),
    st.tuples(st.integers(2, 10), st.integers(0, 5), POINTS).map(lambda a: matching(*a)),
    st.tuples(st.integers(3, 10), POINTS).map(lambda a: ordering(*a)),
    st.tuples(DECIMALS, st.decimals(min_value=0, max_value=100, places=1), POINTS).map(lambda a: numeric(*a)),
)


def responses(question: Question) -> st.SearchStrategy[Any]:
    """Any response that may be stored for a question."""
    match question:
        case Single():
            found: st.SearchStrategy[Any] = st.sampled_from([each.id for each in question.options])
        case TrueFalse():
            found = st.sampled_from(["true", "false"])
        case Multiple():
            found = st.lists(st.sampled_from([each.id for each in question.options]), unique=True)
        case Matching():
            found = st.dictionaries(
                st.sampled_from([each.id for each in question.pairs]), st.sampled_from([each.id for each in question.choices])
            )
        case Ordering():
            places = st.permutations(range(1, len(question.items) + 1))
            found = st.tuples(places, st.sets(st.sampled_from([each.id for each in question.items]))).map(
                lambda a: {item.id: place for item, place in zip(question.items, a[0], strict=True) if item.id in a[1]}
            )
        case Numeric():
            found = DECIMALS.map(str)
    return st.none() | found


ANSWERED = QUESTIONS.flatmap(lambda question: st.tuples(st.just(question), responses(question)))
