"""What a shipped bank must be beyond correct: feedback for every choice, and right answers that no pattern gives away."""

from __future__ import annotations

from collections import Counter
from math import ceil
from typing import Any

from webapp.core.i18n import _
from webapp.courses.problems import Findings
from webapp.courses.quality_words import length
from webapp.courses.yaml_text import Document, Path

# Fewer questions of a kind than this show no pattern.
ENOUGH = 4
KEYS_OF_FEEDBACK = {"truefalse": ("feedback_true", "feedback_false"), "ordering": ("feedback",), "numeric": ("feedback",)}


def judge(document: Document, languages: tuple[str, ...], findings: Findings) -> None:
    """Note missing feedback and patterns of a bank. What is not in the right format is left to the check of the format."""
    listed = document.value.get("questions") if isinstance(document.value, dict) else None
    entries = enumerate(listed if isinstance(listed, list) else ())
    questions: list[tuple[Path, dict[str, Any]]] = [(("questions", index), raw) for index, raw in entries if isinstance(raw, dict)]
    for at, question in questions:
        _judge_feedback(document, at, question, findings)
    line = document.line(("questions",))
    choices = [_options(question) for _at, question in questions if question.get("type") == "single"]
    choices = [options for options in choices if sum(option.get("right") is True for option in options) == 1]
    _judge_positions(document.file, line, choices, findings)
    for language in languages:
        _judge_lengths(document.file, line, choices, language, findings)
    _judge_truth(document.file, line, [question for _at, question in questions], findings)


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


def _judge_positions(file: str, line: int, choices: list[list[dict[str, Any]]], findings: Findings) -> None:
    """No place may hold more than half of the right answers of four or more questions."""
    places = Counter(next(index for index, option in enumerate(options) if option.get("right") is True) for options in choices)
    most = ceil(len(choices) / 2)
    for place, count in places.items():
        if len(choices) >= ENOUGH and count > most:
            findings.add(file, line, _(
                "In %(count)d of %(total)d questions with one right answer it is option %(place)d. Expected at most %(most)d.",
                count=count, total=len(choices), place=place + 1, most=most,
            ))


def _judge_lengths(file: str, line: int, choices: list[list[dict[str, Any]]], language: str, findings: Findings) -> None:
    """The right answer may be the longest in at most half of four or more questions."""
    longest = sum(_right_is_longest(options, language) for options in choices)
    most = ceil(len(choices) / 2)
    if len(choices) >= ENOUGH and longest > most:
        findings.add(file, line, _(
            "In %(count)d of %(total)d questions the right answer is the longest in %(language)s. Expected at most %(most)d.",
            count=longest, total=len(choices), language=language, most=most,
        ))


def _right_is_longest(options: list[dict[str, Any]], language: str) -> bool:
    sizes = [(_size(option, language), option.get("right") is True) for option in options]
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
