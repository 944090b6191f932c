"""What the review of a closed attempt shows: the result, and, where the quiz's policy allows it, each question explained."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, per_language
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse
from webapp.quizzes import grading
from webapp.quizzes.drawing import Asked
from webapp.quizzes.grading import Response
from webapp.quizzes.models import AttemptState
from webapp.quizzes.queries import AnyAttempt
from webapp.quizzes.questions import Reasons, Sheet, reasons, sheet
from webapp.quizzes.responses import value_of

_BREAK = Markup("<br>")
_GAP = "\x00"
_NO_TEXT = Markup()
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
    word: Markup
    earned: str
    points: int
    lines: list[Line]
    feedback: Markup


class Words(NamedTuple):
    """Words that come again at every line, and those of the states."""

    states: dict[str, Markup]

    chosen_right: str
    chosen_wrong: str
    not_chosen: str
    right: str
    wrong: str
    missing: str
    nothing: Markup
    colon: Markup
    belongs: Markup
    options: dict[str, Markup]
    place: str
    no_place: str


@per_language
def words_of_reader() -> Words:
    """The words in the reader's language."""
    return Words(
        {RIGHT: escape(_("Right")), PART: escape(_("Partly right")), WRONG: escape(_("Wrong")), MISSING: escape(_("Not answered"))},
        _("your choice, right"), _("your choice, wrong"), _("right, not chosen"), _("right"), _("wrong"), _("not answered"),
        escape(_("nothing chosen")), escape(_(": ")), escape(_("Belongs here: %(answer)s", answer=_GAP)),
        {"true": escape(_("True")), "false": escape(_("False"))}, _("you: place %(place)s", place=_GAP), _("you gave it no place"),
    )


# There are few marks, and arithmetic with fractions takes its time.
@lru_cache(maxsize=4096)
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


def result_of(attempt: AnyAttempt) -> Result:
    """The result of a graded attempt."""
    score = sum(grading.marks_read(attempt.marks or ()), Fraction(0))
    return Result(score, attempt.maximum, attempt.pass_mark, bool(attempt.passed), attempt.state is AttemptState.EXPIRED)


def explained(attempt: AnyAttempt, paper: Sequence[Asked], language: str) -> list[Reviewed]:
    """Every question with what was answered, what is right and why. Only for a closed attempt whose quiz allows it."""
    marks = grading.marks_read(attempt.marks or ())
    words = words_of_reader()
    shown = []
    for number, (asked, mark) in enumerate(zip(paper, marks, strict=True), 1):
        value = value_of(attempt.responses.get(str(number)))
        question = asked.question
        texts = sheet(question, language)
        state = state_of(question, value, mark)
        why = reasons(question, language)
        lines = _lines(asked, value, texts, why, words)
        shown.append(Reviewed(number, texts.prompt, state, words.states[state], number_text(mark), question.points, lines, why.general))
    return shown


def state_of(question: Question, value: Response | None, mark: Fraction) -> str:
    """State of an answered question."""
    if not value:
        return MISSING
    if mark == question.points:
        return RIGHT
    return PART if mark else WRONG


def _lines(asked: Asked, value: Response | None, texts: Sheet, why: Reasons, words: Words) -> list[Line]:
    question = asked.question
    chosen = value if isinstance(value, list) else (value,)
    match question:
        case Single() | Multiple():
            right = {option.id for option in question.options if option.right}
            return _option_lines(asked.order, right, chosen, texts.options, why, words)
        case TrueFalse():
            return _option_lines(asked.order, {grading.right_choice(question)}, chosen, words.options, why, words)
        case Matching():
            return _matching_lines(question, value, texts, why, words)
        case Ordering():
            return _ordering_lines(question, value, texts, words)
        case Numeric():
            return _numeric_lines(question, value, texts)


def _option_lines(
    order: Sequence[str], right: Collection[str], chosen: Collection[object], texts: Mapping[str, Markup], why: Reasons, words: Words,
) -> list[Line]:
    return [_option_line(texts[each], each in chosen, each in right, why.of[each], words) for each in order]


def _option_line(text: Markup, chosen: bool, right: bool, why: Markup, words: Words) -> Line:  # noqa: FBT001
    if chosen:
        return Line(text, RIGHT if right else WRONG, words.chosen_right if right else words.chosen_wrong, chosen, why)
    if right:
        return Line(text, MISSING, words.not_chosen, chosen, why)
    return Line(text, "", "", chosen, _NO_TEXT)


def _matching_lines(question: Matching, value: Response | None, texts: Sheet, why: Reasons, words: Words) -> list[Line]:
    given = value if isinstance(value, dict) else {}
    lines = []
    for pair in question.pairs:
        choice = str(given.get(pair.id, ""))
        text = _joined(texts.left[pair.id], words.colon, texts.options.get(choice, words.nothing))
        reason = why.of[pair.id]
        if choice == pair.id:
            lines.append(Line(text, RIGHT, words.right, True, reason))
            continue
        reason = _joined(words.belongs.replace(_GAP, texts.options[pair.id]), _BREAK if reason else _NO_TEXT, reason)
        lines.append(Line(text, WRONG if choice else MISSING, words.wrong if choice else words.missing, bool(choice), reason))
    return lines


def _joined(*parts: str) -> Markup:
    return Markup("".join(parts))  # noqa: S704  each is safe already; adding them up would escape each once more, to no effect


def _ordering_lines(question: Ordering, value: Response | None, texts: Sheet, words: Words) -> list[Line]:
    places = value if isinstance(value, dict) else {}
    follows = grading.right_neighbours(question, places)
    lines = []
    for index, item in enumerate(question.items):
        place = places.get(item.id)
        beside = (follows[index - 1] if index else False) or (follows[index] if index < len(follows) else False)
        state = MISSING if place is None else RIGHT if beside else WRONG
        word = words.no_place if place is None else words.place.replace(_GAP, str(place))
        lines.append(Line(_joined(f"{index + 1}. ", texts.options[item.id]), state, word, False, _NO_TEXT))
    return lines


def _numeric_lines(question: Numeric, value: Response | None, texts: Sheet) -> list[Line]:
    # A word stands apart from its number; a sign and a Chinese measure word stand at it.
    gap = " " if texts.unit[:1].isascii() and texts.unit[:1].isalpha() else ""

    def measured(number: Decimal) -> str:
        return f"{number:,f}{gap}{texts.unit}"

    right = _("Right answer: %(answer)s", answer=measured(question.answer))
    if question.tolerance:
        low, high = question.answer - question.tolerance, question.answer + question.tolerance
        right = _(
            "Right answer: %(answer)s; %(low)s to %(high)s count", answer=measured(question.answer), low=f"{low:,f}", high=f"{high:,f}"
        )
    lines = [Line(escape(right), "", "", False, _NO_TEXT)]
    if isinstance(value, str):
        good = bool(grading.share(question, value))
        given = escape(_("Your answer: %(answer)s", answer=measured(Decimal(value))))
        lines.insert(0, Line(given, RIGHT if good else WRONG, _("right") if good else _("wrong"), True, _NO_TEXT))
    return lines
