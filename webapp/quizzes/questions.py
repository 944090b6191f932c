"""The questions of a paper as they were when it was drawn, and their texts ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from markupsafe import Markup, escape

from webapp.core.frozen import dataclass
from webapp.courses import queries as courses
from webapp.courses import services as course_services
from webapp.courses.content import Course, Quiz
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse
from webapp.courses.revisions import Text
from webapp.courses.texts import inline_html
from webapp.quizzes.drawing import Asked, Pool, pool_of

# A revision never changes, so what was read once stays right; the bounds only keep memory small.
_KEPT_REVISIONS = 5_000
_KEPT_SHEETS = 10_000
_KEPT_POOLS = 500
_old: dict[str, Question] = {}
_kept: set[tuple[str, str]] = set()
_pools: dict[tuple[str, str], Pool] = {}
_sheets: dict[tuple[str, str], Sheet] = {}
_reasons: dict[tuple[str, str], Reasons] = {}


class LostQuestion(RuntimeError):
    """A revision that an attempt asked is neither in the course nor stored."""


@dataclass(frozen=True)
class Sheet:
    """Texts of a question in one language as safe HTML: the prompt, each option by id, the left sides.

    `plain` are the options as text that is no HTML, `menu` the same escaped for a select, which takes no tags.
    """

    prompt: Markup
    options: dict[str, Markup]
    plain: dict[str, str]
    menu: dict[str, Markup]
    left: dict[str, Markup]
    unit: Markup


@dataclass(frozen=True)
class Reasons:
    """Feedback of a question in one language as safe HTML: on each option by id, empty where there is none, and on the whole.

    Apart from the sheet, so that the page of an open attempt has nothing at hand that tells an answer.
    """

    of: dict[str, Markup]
    general: Markup


class Source(Protocol):
    """What knows questions as they are now: a course, or one of its two parallel tests."""

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""


def paper_entry(asked: Asked) -> dict[str, Any]:
    """How an attempt remembers a question."""
    return {"question": asked.question.id, "revision": asked.question.revision, "order": list(asked.order)}


def read_paper(paper: Sequence[dict[str, Any]], source: Source | None) -> list[Asked]:
    """The questions of a paper, each in the revision that was asked.

    No query while the source still asks them so; else one, once a process. Raises `LostQuestion`.
    """
    found: dict[str, Question] = {}
    missing: list[str] = []
    for entry in paper:
        revision = entry["revision"]
        question = (source.question(entry["question"]) if source else None) or _old.get(revision)
        if question is not None and question.revision != revision:
            question = _old.get(revision)
        if question is None:
            missing.append(revision)
        else:
            found[revision] = question
    if missing:
        found |= _looked_up(missing)
    return [Asked(found[entry["revision"]], tuple(entry["order"])) for entry in paper]


def _looked_up(revisions: Sequence[str]) -> dict[str, Question]:
    stored = courses.question_revisions(revisions)
    lost = [each for each in revisions if each not in stored]
    if lost:
        raise LostQuestion(", ".join(lost))
    if len(_old) > _KEPT_REVISIONS:
        _old.clear()
    _old.update(stored)
    return dict(stored)


def pool(course: Course, quiz: Quiz) -> Pool:
    """What a quiz may ask. Gathered once a process."""
    key = (course.revision, quiz.id)
    found = _pools.get(key)
    if found is None:
        if len(_pools) >= _KEPT_POOLS:
            _pools.clear()
        found = _pools[key] = pool_of(quiz, course)
    return found


def store_content(course: Course, quiz: Quiz, now: datetime) -> None:
    """Keep the quiz and every question it may ask by revision, unless this process knows that they are kept.

    At most one statement. Ordered, so that two workers storing the same rows wait for each other in one direction.
    """
    if (course.revision, quiz.id) not in _kept:
        asked = {question.revision: question for question in pool(course, quiz).questions.values()}
        course_services.store_revisions([quiz, *(asked[key] for key in sorted(asked))], now)


def remember_kept(course: Course, quiz: Quiz) -> None:
    """Note, after the commit, that the content of the quiz is kept."""
    _kept.add((course.revision, quiz.id))


def forget() -> None:
    """Forget what this process knows of the database: for tests, whose commits are undone."""
    _kept.clear()
    _pools.clear()
    _old.clear()


def html(text: Text, language: str) -> Markup:
    """A text in this language, else in the first there is, as safe HTML."""
    return Markup(inline_html(text.get(language) or next(iter(text.values()), "")))  # noqa: S704  sanitised where it is rendered


def sheet(question: Question, language: str) -> Sheet:
    """The texts of a question in a language. Rendered once a process."""
    key = (question.revision, language)
    found = _sheets.get(key)
    if found is None:
        if len(_sheets) > _KEPT_SHEETS:
            _sheets.clear()
        found = _sheets[key] = _rendered(question, language)
    return found


def reasons(question: Question, language: str) -> Reasons:
    """The feedback of a question in a language. Rendered once a process."""
    key = (question.revision, language)
    found = _reasons.get(key)
    if found is None:
        if len(_reasons) > _KEPT_SHEETS:
            _reasons.clear()
        texts = _feedback(question)
        of = {each: _html_if_any(text, language) for each, text in texts.items()}
        found = _reasons[key] = Reasons(of, _html_if_any(question.feedback, language))
    return found


def _feedback(question: Question) -> dict[str, Text]:
    match question:
        case Single() | Multiple():
            return {option.id: option.feedback for option in question.options}
        case TrueFalse():
            return {"true": question.feedback_true, "false": question.feedback_false}
        case Matching():
            return {pair.id: pair.feedback for pair in question.pairs}
        case _:
            return {}


def _html_if_any(text: Text, language: str) -> Markup:
    return html(text, language) if text else Markup()


def _rendered(question: Question, language: str) -> Sheet:
    options: dict[str, Markup] = {}
    left: dict[str, Markup] = {}
    unit = ""
    match question:
        case Single() | Multiple():
            options = {option.id: html(option.text, language) for option in question.options}
        case Matching():
            options = {choice.id: html(choice.text, language) for choice in question.choices}
            left = {pair.id: html(pair.left, language) for pair in question.pairs}
        case Ordering():
            options = {item.id: html(item.text, language) for item in question.items}
        case Numeric():
            unit = question.unit.get(language) or next(iter(question.unit.values()), "")
        case TrueFalse():
            pass
    plain = {key: text.striptags() for key, text in options.items()}
    menu = {key: escape(text) for key, text in plain.items()}
    return Sheet(html(question.prompt, language), options, plain, menu, left, escape(unit))
