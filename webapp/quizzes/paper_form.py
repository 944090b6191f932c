"""A posted page of answers: which questions it answers, and when and where they were given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import MultiDict

from webapp.courses.questions import Matching, Ordering, Question
from webapp.quizzes import responses
from webapp.quizzes.drawing import Asked
from webapp.quizzes.responses import Given, Stamp, Wrong
from webapp.quizzes.rules import NotAsked

_FIELD = re.compile(r"q([0-9]{1,4})(?:-([0-9]{1,3}))?")
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_TAB = re.compile(r"[0-9a-z]{1,16}", re.ASCII)


def read_answers(form: MultiDict[str, str], paper: Sequence[Asked]) -> tuple[list[Given], list[Wrong]]:
    """What a form answers. `asked` names the questions of the page, so that an empty one is an answer taken back.

    Raises `NotAsked` if it answers a question, row or option that is not on the paper; then nothing of it is used.
    """
    numbers = {_number(token) for token in form.getlist("asked")}
    for name in form:
        found = _FIELD.fullmatch(name)
        if found:
            numbers.add(int(found[1]))
            _check_row(paper, int(found[1]), found[2])
    if any(not 1 <= number <= len(paper) for number in numbers):
        raise NotAsked
    read = [responses.read(paper[number - 1], number, form) for number in sorted(numbers)]
    return [each for each in read if isinstance(each, Given)], [each for each in read if isinstance(each, Wrong)]


def stamp(form: MultiDict[str, str], started: datetime, now: datetime) -> Stamp:
    """When and where the answers were given: `age` is how many milliseconds ago, by the browser's own stopwatch.

    A stopwatch and not a clock, since clocks of phones and office computers differ by minutes.
    """
    tab = form.get("tab", "")
    if not tab:
        return Stamp(_milliseconds(now))
    if not _TAB.fullmatch(tab):
        raise NotAsked
    age = min(_number(form.get("age", "0")), _milliseconds(now) - _milliseconds(started))
    return Stamp(_milliseconds(now) - age, tab, _number(form.get("sequence", "0")))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _number(token: str) -> int:
    if not _NUMBER.fullmatch(token):
        raise NotAsked
    return int(token)


def _check_row(paper: Sequence[Asked], number: int, row: str | None) -> None:
    if not 1 <= number <= len(paper):
        raise NotAsked
    rows = _rows(paper[number - 1].question)
    if (row is None) == bool(rows) or not 0 <= int(row or 0) <= rows or row == "0":
        raise NotAsked


def _rows(question: Question) -> int:
    if isinstance(question, Matching):
        return len(question.pairs)
    return len(question.items) if isinstance(question, Ordering) else 0
