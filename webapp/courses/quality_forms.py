"""What the two tests before and after a training must be beyond parallel in format: as long, and asked nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.folding import fold
from webapp.courses.problems import Findings, shown
from webapp.courses.quality_banks import questions_of
from webapp.courses.quality_words import length
from webapp.courses.searching import WORDS
from webapp.courses.yaml_text import Document

# How many times as long one test, or one of its questions, may be as the other; a few words more do no harm.
LONGER_TEST, LONGER_QUESTION = 1.1, 1.3
FEW = 8
# Shared runs of characters, of all: from here on two prompts, or two questions with all their choices, are nearly the same.
SAME_PROMPT, SAME_WHOLE = 0.8, 0.7
# The tests ask alike on purpose; only what is the same in nearly everything is one question in both.
SAME_IN_TESTS = 0.9
RUN = {"en": 4}
RUN_HAN = 2
PARTS = (("options", ("text",)), ("pairs", ("left", "right")), ("items", ("text",)), ("extra", ("text",)))


@dataclass(frozen=True)
class Asked:
    """A question as written: where it stands, and its prompt and all its words in one language."""

    file: str
    line: int
    id: str
    language: str
    prompt: str
    whole: str


def judge(banks: list[Document], forms: list[Document], languages: tuple[str, ...], findings: Findings) -> None:
    """Note tests of different length, and questions that are asked elsewhere in nearly the same words."""
    for language in languages:
        practised = [each for document in banks for each in _asked(document, language)]
        tested = [list(_asked(document, language)) for document in forms]
        for each in (question for listed in tested for question in listed):
            for other in practised:
                if _alike(each.prompt, other.prompt, language) >= SAME_PROMPT or _alike(each.whole, other.whole, language) >= SAME_WHOLE:
                    _note(each, other, findings)
        for here, there in combinations(tested, 2):
            for one in there:
                for other in here:
                    if _alike(one.whole, other.whole, language) >= SAME_IN_TESTS:
                        _note(one, other, findings)
            _judge_lengths(here, there, findings)


def _note(one: Asked, other: Asked, findings: Findings) -> None:
    findings.add(one.file, one.line, _(
        "“%(prompt)s” is nearly the question “%(id)s” in %(file)s:%(line)d. Questions of a test are asked nowhere else.",
        prompt=shown(one.prompt), id=other.id, file=other.file, line=other.line,
    ))


def _asked(document: Document, language: str) -> Iterator[Asked]:
    for at, question in questions_of(document):
        prompt = _text(question.get("prompt"), language)
        words = [prompt, *_words(question, language)]
        yield Asked(document.file, document.line((*at, "prompt")), str(question.get("id", "")), language, prompt, "\n".join(words))


def _words(question: dict[str, Any], language: str) -> Iterator[str]:
    for key, names in PARTS:
        listed = question.get(key)
        for part in listed if isinstance(listed, list) else ():
            if isinstance(part, dict):
                yield from (_text(part.get(name), language) for name in names)


def _text(value: Any, language: str) -> str:
    found = value.get(language) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=4096)
def _runs(text: str, language: str) -> frozenset[str]:
    """Runs of characters of a text without signs; two in Chinese, four elsewhere."""
    plain, size = " ".join(re.findall(WORDS, fold(text))), RUN.get(language, RUN_HAN)
    return frozenset(plain[at : at + size] for at in range(max(1, len(plain) - size + 1))) if plain else frozenset()


def _alike(one: str, other: str, language: str) -> float:
    """Dice's coefficient of the runs of two texts: 1 for the same, 0 for nothing in common."""
    first, second = _runs(one, language), _runs(other, language)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _judge_lengths(here: list[Asked], there: list[Asked], findings: Findings) -> None:
    sizes = [[length(each.whole, each.language) for each in listed] for listed in (here, there)]
    if not all(map(sum, sizes)):
        return
    if _longer(sum(sizes[0]), sum(sizes[1]), LONGER_TEST):
        findings.add(there[0].file, there[0].line, _(
            "The test has %(here)d words or characters in %(language)s; %(file)s has %(there)d. Expected about as many.",
            here=sum(sizes[1]), there=sum(sizes[0]), language=there[0].language, file=here[0].file,
        ))
    for one, mine, theirs, other in zip(there, sizes[1], sizes[0], here, strict=False):
        if _longer(mine, theirs, LONGER_QUESTION):
            findings.add(one.file, one.line, _(
                "The question has %(here)d words or characters in %(language)s; “%(id)s” in %(file)s has %(there)d. Expected as many.",
                here=mine, there=theirs, language=one.language, id=other.id, file=other.file,
            ))


def _longer(one: int, other: int, ratio: float) -> bool:
    return abs(one - other) > FEW and max(one, other) > ratio * min(one, other)

