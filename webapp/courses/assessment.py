"""Reads banks and quizzes of a course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from webapp.core.i18n import _
from webapp.courses.content import Bank, Draw, Quiz
from webapp.courses.lessons import Reading
from webapp.courses.problems import shown
from webapp.courses.questions import Question, from_content
from webapp.courses.revisions import Text, plain
from webapp.courses.schema_errors import check
from webapp.courses.schemas import (
    QUESTIONS,
    BankFile,
    ChoiceEntry,
    MatchingEntry,
    NumericEntry,
    OrderingEntry,
    QuestionEntry,
    QuizFile,
)
from webapp.courses.tags import TARGET_TAG
from webapp.courses.yaml_text import Document, Path
from webapp.goals.reference import reference


def read_bank(reading: Reading, path: str, seen: dict[str, str]) -> Bank | None:
    """A bank; None after noting what is wrong in it. `seen` holds the ids of questions read so far and where they are."""
    before = len(reading.findings)
    document = reading.yaml(path)
    bank = check(BankFile, document, reading.findings, languages=reading.languages) if document else None
    if document is None or bank is None:
        return None
    questions = read_questions(reading, document, bank.questions, seen)
    if len(reading.findings) > before:
        return None
    return Bank(path.removeprefix("banks/").removesuffix(".yaml"), questions, Text(bank.title))


def read_questions(reading: Reading, document: Document, entries: list[Any], seen: dict[str, str]) -> tuple[Question, ...]:
    """The questions under `questions` that are right; what is wrong with the others is noted."""
    found: list[Question] = []
    for index, raw in enumerate(entries):
        question = _question(reading, document, ("questions", index), raw)
        if question is not None:
            found.append(question)
        _note_id(reading, document, index, raw, seen)
    return tuple(found)


def _note_id(reading: Reading, document: Document, index: int, raw: Any, seen: dict[str, str]) -> None:
    question_id = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(question_id, str):
        return
    line = document.line(("questions", index, "id"))
    if question_id in seen:
        reading.findings.add(document.file, line, _(
            "The question id “%(id)s” is already used in %(where)s. Ids are unique in the course.",
            id=question_id, where=seen[question_id],
        ))
    seen.setdefault(question_id, f"{document.file}:{line}")


def _question(reading: Reading, document: Document, at: Path, raw: Any) -> Question | None:
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in QUESTIONS:
        known = ", ".join(QUESTIONS)
        if kind is None:
            message = _("The key “type” is missing. Expected one of: %(known)s.", known=known)
        else:
            message = _("Found the question type “%(type)s”. Expected one of: %(known)s.", type=shown(str(kind)), known=known)
        reading.findings.add(document.file, document.line((*at, "type")), message)
        return None
    entry = check(QUESTIONS[kind], document, reading.findings, at=at, value=raw, languages=reading.languages)
    if entry is None:
        return None
    before = len(reading.findings)
    _check_parts(reading, document, at, entry, kind)
    _check_targets(reading, document, at, entry)
    return from_content(_content(entry)) if len(reading.findings) == before else None


def _check_parts(reading: Reading, document: Document, at: Path, entry: QuestionEntry, kind: str) -> None:
    if isinstance(entry, ChoiceEntry):
        right = sum(option.right for option in entry.options)
        line = document.line((*at, "options"))
        if right == 0:
            reading.findings.add(document.file, line, _("No option is right. Expected `right: true` at one of them."))
        elif kind == "single" and right > 1:
            message = _("%(count)d options are right. Expected exactly one, or type: multiple.", count=right)
            reading.findings.add(document.file, line, message)
        _unique(reading, document, (*at, "options"), [option.id for option in entry.options])
        _distinct(reading, document, [((*at, "options", n, "text"), option.text) for n, option in enumerate(entry.options)])
    elif isinstance(entry, MatchingEntry):
        _unique(reading, document, (*at, "pairs"), [pair.id for pair in entry.pairs])
        _unique(reading, document, (*at, "extra"), [item.id for item in entry.extra], {pair.id for pair in entry.pairs})
        rights = [((*at, "pairs", n, "right"), pair.right) for n, pair in enumerate(entry.pairs)]
        extras = [((*at, "extra", n, "text"), item.text) for n, item in enumerate(entry.extra)]
        _distinct(reading, document, [*rights, *extras])
        _distinct(reading, document, [((*at, "pairs", n, "left"), pair.left) for n, pair in enumerate(entry.pairs)])
    elif isinstance(entry, OrderingEntry):
        _unique(reading, document, (*at, "items"), [item.id for item in entry.items])
        _distinct(reading, document, [((*at, "items", n, "text"), item.text) for n, item in enumerate(entry.items)])
    elif isinstance(entry, NumericEntry) and entry.decimals is not None:
        _check_decimals(reading, document, at, entry)


def _check_decimals(reading: Reading, document: Document, at: Path, entry: NumericEntry) -> None:
    answer = Decimal(str(entry.answer))
    step = Decimal(1).scaleb(-(entry.decimals or 0))
    if abs(answer.quantize(step) - answer) > Decimal(str(entry.tolerance)):
        reading.findings.add(document.file, document.line((*at, "tolerance")), _(
            "The answer %(answer)s, given with %(decimals)s decimals, lies outside the tolerance %(tolerance)s.",
            answer=plain(answer), decimals=entry.decimals, tolerance=plain(Decimal(str(entry.tolerance))),
        ))


def _check_targets(reading: Reading, document: Document, at: Path, entry: QuestionEntry) -> None:
    for index, tag in enumerate(entry.tags):
        match = TARGET_TAG.fullmatch(tag)
        if match and reference().target(match[1]) is None:
            line = document.line((*at, "tags", index))
            reading.findings.add(document.file, line, _("There is no target %(target)s.", target=match[1]))


def _unique(reading: Reading, document: Document, at: Path, ids: Iterable[str], taken: Iterable[str] = ()) -> None:
    seen = set(taken)
    for index, part in enumerate(ids):
        if part in seen:
            reading.findings.add(document.file, document.line((*at, index, "id")), _("The id “%(id)s” comes twice.", id=part))
        seen.add(part)


def _distinct(reading: Reading, document: Document, texts: Iterable[tuple[tuple[str | int, ...], Mapping[str, str]]]) -> None:
    """Choices that read the same cannot be told apart, yet only one of them is right."""
    seen: set[tuple[str, str]] = set()
    for at, text in texts:
        for language, words in text.items():
            choice = (language, " ".join(words.split()).casefold())
            if choice in seen:
                reading.findings.add(document.file, document.line((*at, language)), _(
                    "“%(text)s” stands here twice in %(language)s. Expected different texts.", text=shown(words), language=language,
                ))
            seen.add(choice)


def _content(entry: QuestionEntry) -> Mapping[str, Any]:
    return {key: value for key, value in entry.model_dump().items() if value is not None}


def read_quiz(reading: Reading, path: str, banks: Mapping[str, Bank | None]) -> Quiz | None:
    """A quiz; None after noting what is wrong in it. Banks that are wrong themselves are None."""
    before = len(reading.findings)
    document = reading.yaml(path)
    entry = check(QuizFile, document, reading.findings, languages=reading.languages) if document else None
    if document is None or entry is None:
        return None
    draws = tuple(Draw(d.bank, d.count, tuple(d.tags), tuple(d.types), tuple(d.difficulty)) for d in entry.draws)
    _check_draws(reading, document, draws, banks)
    if len(reading.findings) > before:
        return None
    quiz_id = path.removeprefix("quizzes/").removesuffix(".yaml")
    return Quiz.from_content({**entry.model_dump(), "id": quiz_id})


def _check_draws(reading: Reading, document: Document, draws: tuple[Draw, ...], banks: Mapping[str, Bank | None]) -> None:
    """Every draw must succeed whatever the draws before it took, since questions are not repeated."""
    earlier: list[tuple[int, set[str]]] = []
    for index, draw in enumerate(draws):
        line = document.line(("draws", index))
        if draw.bank not in banks:
            reading.findings.add(document.file, document.line(("draws", index, "bank")), _(
                "There is no bank “%(bank)s”. Expected one of: %(known)s.",
                bank=draw.bank, known=", ".join(sorted(banks)) or "banks/….yaml",
            ))
            continue
        bank = banks[draw.bank]
        if bank is None:
            continue
        fitting = {question.id for question in bank.questions if draw.takes(question)}
        taken = sum(min(count, len(ids & fitting)) for count, ids in earlier)
        if len(fitting) < draw.count:
            reading.findings.add(document.file, line, _(
                "Draws %(count)d questions from “%(bank)s”, where only %(fitting)d fit.",
                count=draw.count, bank=draw.bank, fitting=len(fitting),
            ))
        elif len(fitting) - taken < draw.count:
            reading.findings.add(document.file, line, _(
                "Draws %(count)d of %(fitting)d fitting questions from “%(bank)s”, but draws above may have taken %(taken)d of them.",
                count=draw.count, fitting=len(fitting), bank=draw.bank, taken=taken,
            ))
        earlier.append((draw.count, fitting))
