"""What shipped questions must be beyond correct: feedback for every choice, and right answers that no pattern gives away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from webapp.core.i18n import _
from webapp.courses.problems import Findings
from webapp.courses.quality_words import length
from webapp.courses.yaml_text import Document, Path

# Fewer questions of a kind than this show no pattern.
ENOUGH = 4
# Over all banks of a course chance alone strays less, so less is let pass: this share, of at least so many questions.
SHARE = 0.4
ENOUGH_TOGETHER = 12
KEYS_OF_FEEDBACK = {"truefalse": ("feedback_true", "feedback_false"), "ordering": ("feedback",), "numeric": ("feedback",)}


def judge(document: Document, languages: tuple[str, ...], findings: Findings) -> None:
    """Note missing feedback and patterns of a bank, or of a test. What is not in the right format is left to the check of the format."""
    questions = questions_of(document)
    for at, question in questions:
        _judge_feedback(document, at, question, findings)
    line = document.line(("questions",))
    choices = _choices(question for _at, question in questions)
    most = ceil(len(choices) / 2) if len(choices) >= ENOUGH else len(choices)
    _judge_patterns((document.file, line), choices, most, languages, findings)
    _judge_truth(document.file, line, [question for _at, question in questions], findings)


def judge_together(documents: Iterable[Document], languages: tuple[str, ...], findings: Findings) -> None:
    """Note patterns over all banks of a course: each may be balanced, or too small to show one, and all of them lean to one side."""
    listed = [question for document in documents for _at, question in questions_of(document)]
    choices = _choices(listed)
    if len(choices) >= ENOUGH_TOGETHER:
        _judge_patterns(("banks", 0), choices, floor(len(choices) * SHARE), languages, findings)
    answers = Counter(str(question.get("answer")) for question in listed if question.get("type") == "truefalse")
    total = answers.total()
    for answer, count in answers.items():
        if total >= ENOUGH_TOGETHER and count > total * (1 - SHARE / 2):
            findings.add("banks", 0, _("%(count)d of %(total)d statements are “%(answer)s”. Expected a mixture.",
                                       count=count, total=total, answer=answer.lower()))


def questions_of(document: Document) -> list[tuple[Path, dict[str, Any]]]:
    """Questions of a bank or a test as they are written, each with its place."""
    listed = document.value.get("questions") if isinstance(document.value, dict) else None
    entries = enumerate(listed if isinstance(listed, list) else ())
    return [(("questions", index), raw) for index, raw in entries if isinstance(raw, dict)]


def _choices(questions: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Options of the questions with one right answer."""
    choices = [_options(question) for question in questions if question.get("type") == "single"]
    return [options for options in choices if sum(option.get("right") is True for option in options) == 1]


def _options(question: dict[str, Any]) -> list[dict[str, Any]]:
    listed = question.get("options")
    return [option for option in listed if isinstance(option, dict)] if isinstance(listed, list) else []


def _judge_feedback(document: Document, at: Path, question: dict[str, Any], findings: Findings) -> None:
    def missing(where: Path) -> None:
        findings.add(document.file, document.line(where), _("The feedback is missing. Expected a sentence that teaches, in each language."))

    for index, option in enumerate(_options(question)):
        if not option.get("feedback"):
            missing((*at, "options", index))
    for key in KEYS_OF_FEEDBACK.get(str(question.get("type")), ()):
        if not question.get(key):
            missing(at)
    pairs = question.get("pairs")
    if isinstance(pairs, list) and not question.get("feedback"):
        for index, pair in enumerate(pairs):
            if isinstance(pair, dict) and not pair.get("feedback"):
                missing((*at, "pairs", index))


def _judge_patterns(
    at: tuple[str, int], choices: list[list[dict[str, Any]]], most: int, languages: tuple[str, ...], findings: Findings,
) -> None:
    """No place may hold more than `most` of the right answers, nor may more be the longest or the shortest, in each language."""
    places = Counter(next(index for index, option in enumerate(options) if option.get("right") is True) for options in choices)
    total = len(choices)
    for place, count in places.items():
        if count > most:
            findings.add(*at, _(
                "In %(count)d of %(total)d questions with one right answer it is option %(place)d. Expected at most %(most)d.",
                count=count, total=total, place=place + 1, most=most,
            ))
    for language in languages:
        longest = sum(_right_is_farthest(options, language, 1) for options in choices)
        shortest = sum(_right_is_farthest(options, language, -1) for options in choices)
        if longest > most:
            findings.add(*at, _(
                "In %(count)d of %(total)d questions the right answer is the longest in %(language)s. Expected at most %(most)d.",
                count=longest, total=total, language=language, most=most,
            ))
        if shortest > most:
            findings.add(*at, _(
                "In %(count)d of %(total)d questions the right answer is the shortest in %(language)s. Expected at most %(most)d.",
                count=shortest, total=total, language=language, most=most,
            ))


def _right_is_farthest(options: list[dict[str, Any]], language: str, sign: int) -> bool:
    sizes = [(sign * _size(option, language), option.get("right") is True) for option in options]
    right = next(size for size, is_right in sizes if is_right)
    return all(size < right for size, is_right in sizes if not is_right)


def _size(option: dict[str, Any], language: str) -> int:
    text = option.get("text")
    words = text.get(language, "") if isinstance(text, dict) else ""
    return length(words, language) if isinstance(words, str) else 0


def _judge_truth(file: str, line: int, questions: list[dict[str, Any]], findings: Findings) -> None:
    """Four or more statements must not all be true, or all be false."""
    answers = [question.get("answer") for question in questions if question.get("type") == "truefalse"]
    if len(answers) >= ENOUGH and len(set(map(str, answers))) == 1:
        findings.add(file, line, _("All %(count)d statements have the same answer. Expected true ones and false ones.", count=len(answers)))
