"""Drawing questions and shuffling them and their options: the same seed gives the same paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.content import Course, Quiz
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse

T = TypeVar("T")


class TooFewQuestions(DomainError):
    """The banks hold fewer questions than the quiz draws."""

    def __init__(self) -> None:
        super().__init__(
            _("This quiz cannot be taken at the moment: its banks hold too few questions. The programme office can mend this.")
        )


@dataclass(frozen=True)
class Asked:
    """A question as an attempt asks it: its content and the order of its options."""

    question: Question
    order: tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """What a quiz may ask: the ids of each draw's candidates, in the author's order, and the questions by id."""

    draws: tuple[tuple[tuple[str, ...], int], ...]
    questions: dict[str, Question]


def pool_of(quiz: Quiz, course: Course) -> Pool:
    """The candidates of every draw with how many it takes. Draws may overlap."""
    groups = [course.candidates(each) for each in quiz.draws]
    draws = tuple((tuple(question.id for question in group), each.count) for group, each in zip(groups, quiz.draws, strict=True))
    return Pool(draws, {question.id: question for group in groups for question in group})


def shuffled(ids: Iterable[str], *salt: object) -> list[str]:
    """Ids in an order that only the salt decides: not the order given, not the Python version."""
    prefix = "\x1f".join(map(str, salt)) + "\x1f"
    return sorted(ids, key=lambda each: hashlib.sha256((prefix + each).encode()).digest())


def option_ids(question: Question) -> tuple[str, ...]:
    """Ids of what a question offers, in the author's order: options, right sides, items; none for a number."""
    match question:
        case Single() | Multiple():
            return tuple(option.id for option in question.options)
        case TrueFalse():
            return ("true", "false")
        case Matching():
            return tuple(choice.id for choice in question.choices)
        case Ordering():
            return tuple(item.id for item in question.items)
        case Numeric():
            return ()


def option_order(question: Question, seed: int) -> tuple[str, ...]:
    """Order in which an attempt offers the options. Right sides and items to order are always shuffled."""
    ids = option_ids(question)
    if isinstance(question, TrueFalse) or (isinstance(question, (Single, Multiple)) and not question.shuffle):
        return ids
    return tuple(shuffled(ids, seed, "options", question.id))


def draw(quiz: Quiz, pool: Pool, seed: int) -> list[Asked]:
    """The paper of an attempt: as many questions of each draw as it asks for, none twice. Raises `TooFewQuestions`.

    A question that one draw could do without goes to the one that needs it (augmenting paths,
    H. W. Kuhn 1955), so that a paper is found whenever there is one.
    """
    wishes = [(shuffled(ids, seed, "draw", number), count) for number, (ids, count) in enumerate(pool.draws)]
    chosen = matched([wish for wish, count in wishes for _slot in range(count)])
    if chosen is None:
        raise TooFewQuestions
    ids = shuffled(chosen, seed, "questions") if quiz.shuffle_questions else chosen
    return [Asked(pool.questions[each], option_order(pool.questions[each], seed)) for each in ids]


def matched(wishes: Sequence[Sequence[T]]) -> list[T] | None:
    """One wish for each slot, none twice, earlier wishes first where they are free; None if there is no such choice."""
    holder: dict[T, int] = {}

    def place(slot: int, tried: set[T]) -> bool:
        for wish in wishes[slot]:
            if wish not in holder:
                holder[wish] = slot
                return True
        for wish in wishes[slot]:
            if wish not in tried:
                tried.add(wish)
                if place(holder[wish], tried):
                    holder[wish] = slot
                    return True
        return False

    if not all(place(slot, set()) for slot in range(len(wishes))):
        return None
    by_slot = {slot: wish for wish, slot in holder.items()}
    return [by_slot[slot] for slot in range(len(wishes))]
