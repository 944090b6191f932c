"""Answers as letters, as people write them on paper and type them in: A is the first option as printed. Pure.

One choice is `B`, several are `ACD`. Matching is `BAD-`: a letter for each row from the top, a dash for an empty one. Putting in
order is `CABD`: the letters of the items in their right order, a dash for an empty place. A number is `12.5`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from webapp.core.i18n import _
from webapp.courses.numbers import UnreadableNumber, read_number
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, TrueFalse
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response
from webapp.quizzes.responses import units_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EMPTY = "-"
LONGEST = 60
_BETWEEN = str.maketrans("", "", " \t,;.、，；。/")
_TRUTH = {"T": "A", "F": "B", "对": "A", "错": "B", "√": "A", "×": "B", "正确": "A", "错误": "B", "TRUE": "A", "FALSE": "B"}


class BadLetters(ValueError):
    """What was typed is no answer to this question; the message says what is expected."""


def read(asked: Asked, typed: str) -> Response | None:
    """The response that a cell means; None for an empty one. Raises `BadLetters`."""
    question = asked.question
    if isinstance(question, Numeric):
        try:
            return read_number(typed, units_of(question))
        except UnreadableNumber as error:
            raise BadLetters(_("“%(typed)s” cannot be read as a number.", typed=typed[:LONGEST])) from error
    cell = _plain(typed)
    if isinstance(question, TrueFalse):
        cell = _TRUTH.get(cell, cell)
    if not cell.strip(EMPTY):
        return None
    places = [None if letter == EMPTY else _place(letter, asked.order, typed) for letter in cell]
    match question:
        case Matching():
            return _matched(question, asked.order, places, typed)
        case Ordering():
            return _ordered(question, asked.order, places, typed)
        case Multiple():
            chosen = {asked.order[place] for place in _each_once(places, typed)}
            return [option.id for option in question.options if option.id in chosen]
        case _:
            if len(places) != 1 or places[0] is None:
                raise BadLetters(_("“%(typed)s”: exactly one letter is expected here.", typed=typed[:LONGEST]))
            return asked.order[places[0]]


def _plain(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).upper().translate(_BETWEEN)
    return text.replace("—", EMPTY).replace("–", EMPTY).replace("_", EMPTY)[: LONGEST + 1]


def _place(letter: str, order: Sequence[str], typed: str) -> int:
    place = LETTERS.find(letter)
    if not 0 <= place < len(order):
        raise BadLetters(_(
            "“%(typed)s”: the letters of this question go from A to %(last)s.", typed=typed[:LONGEST], last=LETTERS[len(order) - 1],
        ))
    return place


def _each_once(places: Sequence[int | None], typed: str) -> list[int]:
    found = [place for place in places if place is not None]
    if len(set(found)) < len(found):
        raise BadLetters(_("“%(typed)s”: a letter stands there twice.", typed=typed[:LONGEST]))
    return found


def _fits(places: Sequence[int | None], count: int, typed: str) -> None:
    if len(places) > count:
        raise BadLetters(_("“%(typed)s”: at most %(count)d letters are expected here.", typed=typed[:LONGEST], count=count))


def _matched(question: Matching, order: Sequence[str], places: Sequence[int | None], typed: str) -> dict[str, str]:
    _fits(places, len(question.pairs), typed)
    return {pair.id: order[place] for pair, place in zip(question.pairs, places, strict=False) if place is not None}


def _ordered(question: Ordering, order: Sequence[str], places: Sequence[int | None], typed: str) -> dict[str, int]:
    _fits(places, len(order), typed)
    _each_once(places, typed)
    stands = {order[place]: number for number, place in enumerate(places, 1) if place is not None}
    return {item.id: stands[item.id] for item in question.items if item.id in stands}


def write(asked: Asked, value: Response | None) -> str:
    """The letters of a response: `read` of it is the response again."""
    if not value:
        return ""
    letter = {option: LETTERS[place] for place, option in enumerate(asked.order)}
    match asked.question:
        case Numeric():
            return str(value)
        case Matching(pairs=pairs):
            given = value if isinstance(value, dict) else {}
            return "".join(letter.get(str(given.get(pair.id, "")), EMPTY) for pair in pairs)
        case Ordering():
            stands = {place: item for item, place in value.items()} if isinstance(value, dict) else {}
            return "".join(letter[stands[place]] if place in stands else EMPTY for place in range(1, len(asked.order) + 1))
        case _:
            chosen = value if isinstance(value, list) else [value]
            return "".join(sorted(letter[str(each)] for each in chosen))


def hint(asked: Asked) -> str:
    """How an answer to this question is typed, in a few words."""
    last = LETTERS[max(len(asked.order) - 1, 0)]
    match asked.question:
        case Numeric():
            return _("a number")
        case Matching(pairs=pairs):
            return _("a letter for each of %(count)d rows, A to %(last)s, - for an empty row", count=len(pairs), last=last)
        case Ordering():
            return _("the letters A to %(last)s in order", last=last)
        case Multiple():
            return _("letters A to %(last)s", last=last)
        case _:
            return _("one letter, A to %(last)s", last=last)
