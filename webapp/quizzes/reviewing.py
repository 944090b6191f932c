"""What the review of a closed attempt shows: the result, and, where the quiz's policy allows it, each question explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from markupsafe import Markup, escape

from webapp.core.i18n import _
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse
from webapp.courses.revisions import Text
from webapp.quizzes import grading
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response
from webapp.quizzes.models import Attempt, AttemptState
from webapp.quizzes.questions import Sheet, html, sheet
from webapp.quizzes.responses import value_of

RIGHT, PART, WRONG, MISSING = "done", "now", "late", "todo"


class Line(NamedTuple):
    """A line of an answer: its text, the state and word beside it (empty: none), whether it was chosen, and why."""

    html: Markup
    state: str
    word: str
    chosen: bool
    why: Markup


class Reviewed(NamedTuple):
    """A question as answered: state, word, points earned of points, lines, general feedback."""

    number: int
    prompt: Markup
    state: str
    word: str
    earned: str
    points: int
    lines: list[Line]
    feedback: Markup


def number_text(value: Fraction) -> str:
    """A score with at most two decimals, rounded down: `16`, `0.66`."""
    hundredths = int(value * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


@dataclass(frozen=True)
class Result:
    """The result in numbers and words."""

    score: Fraction
    maximum: int
    pass_mark: int
    passed: bool
    expired: bool

    @property
    def score_text(self) -> str:
        """Points earned."""
        return number_text(self.score)

    @property
    def percent(self) -> str:
        """Per cent of the maximum, one decimal, rounded down."""
        tenths = int(self.score * 1000 / self.maximum)
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

    @property
    def needed(self) -> str:
        """Points that the pass mark asks for, rounded up to two decimals."""
        return number_text(Fraction(-(-self.pass_mark * self.maximum * 100 // 100), 100))


def result_of(attempt: Attempt) -> Result:
    """The result of a graded attempt."""
    score = sum(grading.marks_read(attempt.marks or ()), Fraction(0))
    return Result(score, attempt.maximum, attempt.pass_mark, bool(attempt.passed), attempt.state is AttemptState.EXPIRED)


def explained(attempt: Attempt, paper: Sequence[Asked], language: str) -> list[Reviewed]:
    """Every question with what was answered, what is right and why. Only for a closed attempt whose quiz allows it."""
    marks = grading.marks_read(attempt.marks or ())
    words = {RIGHT: _("Right"), PART: _("Partly right"), WRONG: _("Wrong"), MISSING: _("Not answered")}
    shown = []
    for number, (asked, mark) in enumerate(zip(paper, marks, strict=True), 1):
        value = value_of(attempt.responses.get(str(number)))
        question = asked.question
        texts = sheet(question, language)
        state = state_of(question, value, mark)
        lines = _lines(asked, value, texts, language)
        general = html(question.feedback, language) if question.feedback else Markup()
        shown.append(Reviewed(number, texts.prompt, state, words[state], number_text(mark), question.points, lines, general))
    return shown


def state_of(question: Question, value: Response | None, mark: Fraction) -> str:
    """State of an answered question."""
    if not value:
        return MISSING
    if mark == question.points:
        return RIGHT
    return PART if mark else WRONG


def _why(text: Text, language: str) -> Markup:
    return html(text, language) if text else Markup()


def _lines(asked: Asked, value: Response | None, texts: Sheet, language: str) -> list[Line]:
    question = asked.question
    match question:
        case Single() | Multiple():
            return _option_lines(question, asked.order, value, texts, language)
        case TrueFalse():
            chosen = {"true": question.feedback_true, "false": question.feedback_false}
            right = grading.right_choice(question)
            named = {"true": escape(_("True")), "false": escape(_("False"))}
            return [_option_line(named[each], each == value, each == right, _why(chosen[each], language)) for each in ("true", "false")]
        case Matching():
            return _matching_lines(question, value, texts, language)
        case Ordering():
            return _ordering_lines(question, value, texts)
        case Numeric():
            return _numeric_lines(question, value, texts)


def _option_lines(question: Single | Multiple, order: Sequence[str], value: Response | None, texts: Sheet, language: str) -> list[Line]:
    options = {option.id: option for option in question.options}
    chosen = set(value) if isinstance(value, list) else {value}
    return [
        _option_line(texts.options[each], each in chosen, options[each].right, _why(options[each].feedback, language)) for each in order
    ]


def _option_line(text: Markup, chosen: bool, right: bool, why: Markup) -> Line:  # noqa: FBT001
    if chosen:
        return Line(text, RIGHT if right else WRONG, _("your choice, right") if right else _("your choice, wrong"), chosen, why)
    if right:
        return Line(text, MISSING, _("right, not chosen"), chosen, why)
    return Line(text, "", "", chosen, Markup())


def _matching_lines(question: Matching, value: Response | None, texts: Sheet, language: str) -> list[Line]:
    given = value if isinstance(value, dict) else {}
    lines = []
    for pair in question.pairs:
        choice = str(given.get(pair.id, ""))
        text = Markup("{}{}{}").format(texts.left[pair.id], _(": "), texts.options.get(choice, _("nothing chosen")))
        why = _why(pair.feedback, language)
        if choice == pair.id:
            lines.append(Line(text, RIGHT, _("right"), True, why))
            continue
        belongs = escape(_("Belongs here: %(answer)s", answer="\x00")).replace("\x00", texts.options[pair.id])
        why = Markup("{}<br>{}").format(belongs, why) if why else belongs
        lines.append(Line(text, WRONG if choice else MISSING, _("wrong") if choice else _("not answered"), bool(choice), why))
    return lines


def _ordering_lines(question: Ordering, value: Response | None, texts: Sheet) -> list[Line]:
    places = value if isinstance(value, dict) else {}
    follows = grading.right_neighbours(question, places)
    lines = []
    for index, item in enumerate(question.items):
        place = places.get(item.id)
        beside = (follows[index - 1] if index else False) or (follows[index] if index < len(follows) else False)
        state = MISSING if place is None else RIGHT if beside else WRONG
        word = _("you gave it no place") if place is None else _("you: place %(place)s", place=place)
        numbered = Markup('<span class="num">{}</span> {}').format(f"{index + 1}.", texts.options[item.id])
        lines.append(Line(numbered, state, word, False, Markup()))
    return lines


def _numeric_lines(question: Numeric, value: Response | None, texts: Sheet) -> list[Line]:
    def measured(number: Decimal) -> str:
        return f"{number:,f} {texts.unit}".strip()

    right = _("Right answer: %(answer)s", answer=measured(question.answer))
    if question.tolerance:
        low, high = question.answer - question.tolerance, question.answer + question.tolerance
        right = _(
            "Right answer: %(answer)s; %(low)s to %(high)s count", answer=measured(question.answer), low=f"{low:,f}", high=f"{high:,f}"
        )
    lines = [Line(escape(right), "", "", False, Markup())]
    if isinstance(value, str):
        good = bool(grading.share(question, value))
        given = escape(_("Your answer: %(answer)s", answer=measured(Decimal(value))))
        lines.insert(0, Line(given, RIGHT if good else WRONG, _("right") if good else _("wrong"), True, Markup()))
    return lines
