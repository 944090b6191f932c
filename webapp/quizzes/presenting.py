"""What the page of an open attempt shows. Nothing in here knows a right answer or its feedback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from markupsafe import Markup, escape

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, per_language
from webapp.courses.questions import Matching, Numeric, Ordering, Question, QuestionType, TrueFalse
from webapp.quizzes import rules
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response
from webapp.quizzes.queries import AnyAttempt
from webapp.quizzes.questions import sheet
from webapp.quizzes.responses import Wrong, progress, value_of


class Answered(Protocol):
    """What has answers so far, by number of the question: an attempt, or a test around a training."""

    @property
    def responses(self) -> Any:
        """Records by number."""


class Choice(NamedTuple):
    """An option to tick: its place on the paper, its text, whether it is chosen."""

    token: int
    html: Markup
    chosen: bool


class Row(NamedTuple):
    """A row with a select: control, label, chosen place (0 for none), whether it must be corrected."""

    control: str
    html: Markup
    chosen: int
    wrong: bool


class ShownQuestion(NamedTuple):
    """A question as a form shows it. `tokens` are the texts of a row's select, in the order of their places.

    What is Markup is escaped once a process; the rest comes from the reader.
    """

    number: int
    kind: str
    prompt: Markup
    hint: Markup
    choices: list[Choice]
    rows: list[Row]
    tokens: list[Markup]
    text: str
    unit: Markup
    wrong: str


class Says(NamedTuple):
    """Words that come again at many questions: hints by type and points, as they are asked for, the two answers, the grid's label."""

    hints: dict[tuple[QuestionType, int], Markup]
    true: Markup
    false: Markup
    cell: str
    states: dict[str, str]


@per_language
def _says() -> Says:
    words = {"done": _("answered"), "part": _("partly answered"), "todo": _("not answered"), "wrong": _("to be corrected")}
    cell = str(escape(_("Question %(number)s, %(state)s", number="\x00", state="\x01")))
    return Says({}, escape(_("True")), escape(_("False")), cell, {state: str(escape(word)) for state, word in words.items()})


class Cell(NamedTuple):
    """A question in the grid of numbers. `state`: done, part, wrong or todo; `label` is HTML."""

    number: int
    state: str
    label: str
    here: bool


@dataclass(frozen=True)
class Page:
    """A page of an attempt; numbers of pages count from 1."""

    number: int
    last: int
    questions: list[ShownQuestion]
    grid: list[Cell]


def page_of(number: int, per_page: int) -> int:
    """The page on which a question stands."""
    return (number - 1) // per_page + 1


def pages(per_page: int, paper: Sequence[Asked]) -> int:
    """How many pages an attempt has."""
    return page_of(len(paper), per_page)


def page(answered: Answered, per_page: int, paper: Sequence[Asked], wanted: int, language: str, wrong: Sequence[Wrong] = ()) -> Page:
    """A page of an open attempt, with what was answered, and with what could not be read as it was typed. No query."""
    last = pages(per_page, paper)
    here = min(max(1, wanted), last)
    first = (here - 1) * per_page
    values = [value_of(answered.responses.get(str(number))) for number in range(1, len(paper) + 1)]
    faults = {each.number: each for each in wrong}
    says = _says()
    questions = [
        _shown(asked, number, values[number - 1], faults.get(number), language, says)
        for number, asked in enumerate(paper[first : first + per_page], first + 1)
    ]
    return Page(here, last, questions, _grid(paper, values, faults, per_page, here, says))


def _grid(
    paper: Sequence[Asked], values: Sequence[Response | None], faults: Mapping[int, Wrong], per_page: int, here: int, says: Says,
) -> list[Cell]:
    cells = []
    for number, (asked, value) in enumerate(zip(paper, values, strict=True), 1):
        state = "wrong" if number in faults else progress(asked.question, value)
        text = says.cell.replace("\x00", str(number)).replace("\x01", says.states[state])
        cells.append(Cell(number, state, text, page_of(number, per_page) == here))
    return cells


def _shown(asked: Asked, number: int, value: Response | None, fault: Wrong | None, language: str, says: Says) -> ShownQuestion:
    question = asked.question
    key = (question.type, question.points)
    if key not in says.hints:
        says.hints[key] = escape(hint(question))
    texts = sheet(question, language)
    choices: list[Choice] = []
    rows: list[Row] = []
    tokens: list[Markup] = []
    text = ""
    match question:
        case Matching():
            places = {choice: place for place, choice in enumerate(asked.order, 1)}
            given = value if isinstance(value, dict) else {}
            rows = [
                Row(f"q{number}-{row}", texts.left[pair.id], places.get(str(given.get(pair.id)), 0), wrong=False)
                for row, pair in enumerate(question.pairs, 1)
            ]
            tokens = [texts.menu[choice] for choice in asked.order]
        case Ordering():
            rows = _ordering_rows(asked, number, value, fault, texts.options)
            tokens = [escape(place) for place in range(1, len(rows) + 1)]
        case Numeric():
            text = fault.typed.get(f"q{number}", "") if fault else str(value or "")
        case TrueFalse():
            choices = [Choice(1, says.true, value == "true"), Choice(2, says.false, value == "false")]
        case _:
            chosen = value if isinstance(value, list) else (value,)
            choices = [Choice(place, texts.options[option], option in chosen) for place, option in enumerate(asked.order, 1)]
    sentence = fault.sentence if fault else ""
    return ShownQuestion(number, question.type.value, texts.prompt, says.hints[key], choices, rows, tokens, text, texts.unit, sentence)


def _ordering_rows(asked: Asked, number: int, value: Response | None, fault: Wrong | None, texts: dict[str, Markup]) -> list[Row]:
    given = value if isinstance(value, dict) else {}
    rows = []
    for row, item in enumerate(asked.order, 1):
        control = f"q{number}-{row}"
        chosen = int((fault.typed.get(control) if fault else given.get(item)) or 0)
        rows.append(Row(control, texts[item], chosen, wrong=bool(fault and control in fault.marked)))
    return rows


def hint(question: Question) -> str:
    """How a question is answered and what it is worth, in a line."""
    worth = _n("%(num)d point", "%(num)d points", question.points)
    match question.type:
        case QuestionType.SINGLE:
            return _("Choose one answer, %(worth)s", worth=worth)
        case QuestionType.MULTIPLE:
            return _("Choose all that apply, %(worth)s", worth=worth)
        case QuestionType.TRUE_FALSE:
            return _("True or false, %(worth)s", worth=worth)
        case QuestionType.MATCHING:
            return _("Matching: choose what belongs to each row, %(worth)s", worth=worth)
        case QuestionType.ORDERING:
            return _("Ordering: choose a place for each item, 1 is the first, %(worth)s", worth=worth)
        case QuestionType.NUMERIC:
            return _("Enter a number in digits, %(worth)s", worth=worth)


def grading_rules(questions: Iterable[Question]) -> list[str]:
    """How each kind of question among these earns its points, in words."""
    sentences: dict[QuestionType, str] = {
        QuestionType.MULTIPLE: _(
            "Several answers: each right choice earns its share of the points, each wrong choice takes one share away; never below zero."
        ),
        QuestionType.MATCHING: _("Matching: each right pair earns its share of the points."),
        QuestionType.ORDERING: _(
            "Ordering: each item that stands directly before the one that follows it in the right order earns its share of the points."
        ),
        QuestionType.NUMERIC: _("Numbers: all or nothing; a small deviation may be allowed. Units need not be written."),
    }
    types = {question.type for question in questions}
    found = [sentences[each] for each in sentences if each in types]
    return [*found, _("Everything else: full points for the right answer, otherwise none.")] if types - set(sentences) else found


@dataclass(frozen=True)
class Timer:
    """Time left at a moment: seconds, and the deadline."""

    seconds: int
    ends: datetime

    @property
    def digits(self) -> str:
        """`18:42`, `1:05:00`."""
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def timer(attempt: AnyAttempt, now: datetime) -> Timer | None:
    """Time left of an attempt; None without limit."""
    left = rules.remaining(now, attempt.deadline_at)
    return None if left is None or attempt.deadline_at is None else Timer(left, attempt.deadline_at)


def unfinished(answered: Answered, paper: Sequence[Asked]) -> list[tuple[int, str]]:
    """Numbers of the questions that are not or only partly answered, with that state."""
    states = ((number, progress(asked.question, value_of(answered.responses.get(str(number))))) for number, asked in enumerate(paper, 1))
    return [(number, state) for number, state in states if state != "done"]

