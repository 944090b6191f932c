"""From what a browser sends to a response that can be stored and graded, and which of two is the newer.

Forms name options by their place on the paper (1, 2, 3 ...), never by id: the ids of a matching or ordering question would
tell its answer. The fields of question 3 are `q3`, or `q3-1`, `q3-2` ... where it has rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.numbers import LONGEST, UnreadableNumber, read_number
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response, points
from webapp.quizzes.rules import NotAsked

# A person has a few tabs and devices; what a forged request adds beyond that is forgotten.
MOST_TABS = 8


@dataclass(frozen=True)
class Given:
    """A response to the question of this number; None takes an answer back."""

    number: int
    value: Response | None


@dataclass(frozen=True)
class Wrong:
    """What was typed cannot be a response: the control to correct, the sentence, and the fields as typed."""

    number: int
    control: str
    sentence: str
    typed: dict[str, str] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()


def read(asked: Asked, number: int, form: MultiDict[str, str]) -> Given | Wrong:
    """The response to one question in a form. Raises `NotAsked` for what no page of ours would send."""
    question = asked.question
    match question:
        case Matching():
            return Given(number, _matching(question, asked.order, number, form))
        case Ordering():
            return _ordering(question, asked.order, number, form)
        case Numeric():
            return _numeric(question, number, form)
        case Multiple():
            chosen = {_option(asked.order, token) for token in form.getlist(f"q{number}") if token}
            return Given(number, [option.id for option in question.options if option.id in chosen] or None)
        case _:
            token = _one(form, f"q{number}")
            return Given(number, _option(asked.order, token) if token else None)


def _one(form: MultiDict[str, str], name: str) -> str:
    values = form.getlist(name)
    if len(values) > 1:
        raise NotAsked
    return values[0] if values else ""


def _place(token: str, count: int) -> int:
    if not (token.isascii() and token.isdigit() and len(token) <= 3 and 1 <= int(token) <= count):
        raise NotAsked
    return int(token)


def _option(order: Sequence[str], token: str) -> str:
    return order[_place(token, len(order)) - 1]


def _matching(question: Matching, order: Sequence[str], number: int, form: MultiDict[str, str]) -> dict[str, str] | None:
    tokens = {pair.id: _one(form, f"q{number}-{row}") for row, pair in enumerate(question.pairs, 1)}
    return {left: _option(order, token) for left, token in tokens.items() if token} or None


def _ordering(question: Ordering, order: Sequence[str], number: int, form: MultiDict[str, str]) -> Given | Wrong:
    tokens = {f"q{number}-{row}": _one(form, f"q{number}-{row}") for row in range(1, len(order) + 1)}
    places = {name: _place(token, len(order)) for name, token in tokens.items() if token}
    taken = list(places.values())
    twice = sorted({place for place in taken if taken.count(place) > 1})
    if twice:
        marked = frozenset(name for name, place in places.items() if place in twice)
        sentence = _("Place %(place)d is chosen more than once: each place belongs to one item.", place=twice[0])
        return Wrong(number, min(marked), sentence, tokens, marked)
    by_item = {item: places[name] for item, name in zip(order, tokens, strict=True) if name in places}
    return Given(number, {item.id: by_item[item.id] for item in question.items if item.id in by_item} or None)


def _numeric(question: Numeric, number: int, form: MultiDict[str, str]) -> Given | Wrong:
    name = f"q{number}"
    typed = _one(form, name)
    try:
        return Given(number, read_number(typed, units_of(question)))
    except UnreadableNumber:
        sentence = (
            _("This number is too long to be read. Please write at most 15 digits.") if len(typed) > LONGEST
            else _("“%(typed)s” cannot be read as a number. Please write digits only, such as 1137 or 12.5.", typed=typed)
        )
        return Wrong(number, f"{name}-in", sentence, {name: typed[: LONGEST + 1]}, frozenset({name}))


def units_of(question: Numeric) -> Iterable[str]:
    """Units that may stand behind the number, in every language."""
    units = set(question.unit.values())
    if {each.casefold() for each in units} & {"%", "per cent", "percent"}:
        units.add("%")
    return units


def progress(question: Question, value: Response | None) -> str:
    """How far a question is answered: `done`, `part` or `todo`."""
    if not value:
        return "todo"
    rows = len(question.pairs) if isinstance(question, Matching) else len(question.items) if isinstance(question, Ordering) else 0
    return "done" if len(value) >= rows else "part"


@dataclass(frozen=True)
class Stamp:
    """When and where an answer was given: moment in milliseconds since 1970, the tab's own name, its count of answers."""

    at: int
    tab: str = ""
    sequence: int = 0


def value_of(record: Mapping[str, Any] | None) -> Response | None:
    """The response of a stored record."""
    return record["value"] if record else None


def merged(old: Mapping[str, Any] | None, value: Response | None, stamp: Stamp) -> dict[str, Any] | None:
    """The record after an answer arrived, or None if the one we have is newer.

    Within a tab its own count decides, so that a request that was long under way changes nothing; between tabs and devices
    the moment at which the answer was given decides.
    """
    tabs: dict[str, int] = dict(old["tabs"]) if old else {}
    if stamp.tab and tabs.get(stamp.tab, -1) >= stamp.sequence:
        return None
    if old and old["at"] > stamp.at and old["tab"] != stamp.tab:
        return None
    if stamp.tab:
        tabs.pop(stamp.tab, None)
        tabs = dict([*tabs.items(), (stamp.tab, stamp.sequence)][-MOST_TABS:])
    return {"value": value, "at": stamp.at, "tab": stamp.tab, "tabs": tabs}


def with_answers(records: Mapping[str, Any], given: Iterable[Given], stamp: Stamp) -> tuple[dict[str, Any], list[Given]]:
    """The records after answers arrived, by number of the question, and those answers that are newer than what was there."""
    now, changed = dict(records), list[Given]()
    for each in given:
        key = str(each.number)
        entry = merged(now.get(key), each.value, stamp)
        if entry is not None and not (value_of(now.get(key)) == each.value and not stamp.tab):
            now[key] = entry
            changed.append(each)
    return now, changed


def marks(paper: Sequence[Asked], records: Mapping[str, Any]) -> list[Fraction]:
    """Points that each question of a paper earns."""
    return [points(asked.question, value_of(records.get(str(number)))) for number, asked in enumerate(paper, 1)]
