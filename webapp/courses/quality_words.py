"""Measures of a text, and runs of it that are in the wrong language. Pure; the words are data in `quality.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from webapp.core.frozen import dataclass

HAN = "\u3400-\u9fff\uf900-\ufaff"
HAN_CHARACTER = re.compile(f"[{HAN}]")
HAN_RUN = re.compile(f"[{HAN}][{HAN}0-9\u3001-\u3011\uff0c]*")
OTHER_RUN = re.compile(r"[A-Za-z0-9]+(?:[./%'’-][A-Za-z0-9]+)*")
WORD = re.compile(r"[A-Za-z0-9]+(?:[.,/'’-][A-Za-z0-9]+)*")
LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z0-9./'’&+-]*(?:[ ,]+[A-Za-z][A-Za-z0-9./'’&+-]*)*")
ABBREVIATION = re.compile(r"[A-Z][A-Z0-9&+-]*s?|[A-Za-z]|[A-Za-z+/.-]*[0-9][A-Za-z0-9+/.-]*")
SENTENCE_END = re.compile(r"[.!?]+[\"”’)\]]*(?=\s+[\"“‘(\[]*[A-Z0-9]|\s*$)")
NO_END = re.compile(r"\b(?:e\.g|i\.e|etc|vs|no|No|Mr|Ms|Dr|St|para|paras|art|pp?|cf|al)\.$")
BRACKETS = (("(", ")"), ("（", "）"), ("《", "》"), ("〔", "〕"), ("[", "]"))
QUOTES = (("“", "”"), ("‘", "’"), ("「", "」"), ('"', '"'))


@dataclass(frozen=True)
class Pinned:
    """A pinned word, and a pattern of one that must not stand for it."""

    write: str
    never: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """`quality.yaml`."""

    length: Mapping[str, tuple[int, int]]
    sentence: Mapping[str, int]
    figures: int
    cases: int
    thinks: int
    verbs: Mapping[str, tuple[str, ...]]
    before_verbs: tuple[str, ...]
    pinned: tuple[Pinned, ...]
    latin: frozenset[str]


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules as shipped."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("quality.yaml").read_text(encoding="utf-8"))
    return Rules(
        length={tag: (low, high) for tag, (low, high) in data["length"].items()}, sentence=data["sentence"],
        figures=data["figures"], cases=data["cases"], thinks=data["thinks"],
        verbs={tag: tuple(verb for line in lines for verb in line.split()) for tag, lines in data["verbs"].items()},
        before_verbs=tuple(data["before_verbs"].split()),
        pinned=tuple(Pinned(entry["write"], re.compile(wrong, re.IGNORECASE)) for entry in data["pinned"] for wrong in entry["never"]),
        latin=frozenset(data["latin"].split()),
    )


def length(text: str, language: str) -> int:
    """Words of an English text; Han characters of a Chinese one, a run of Latin letters or digits counting as one."""
    if language.startswith("zh"):
        return len(HAN_CHARACTER.findall(text)) + len(OTHER_RUN.findall(text))
    return len(WORD.findall(text))


def sentences(text: str) -> list[str]:
    """Sentences of an English paragraph."""
    found: list[str] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        if NO_END.search(text[: match.start() + 1]):
            continue
        found.append(text[start:match.end()].strip())
        start = match.end()
    rest = text[start:].strip()
    return [each for each in (*found, rest) if WORD.search(each)]


def begins_with_verb(objective: str, language: str) -> bool:
    """Whether an objective says what the reader can do: a verb of the list first, in Chinese after a means or a reference too."""
    verbs = rules().verbs.get(language)
    if verbs is None:
        return True
    if language == "en":
        first = WORD.search(objective)
        return first is not None and first[0] in verbs
    return any(_clause_begins(clause.strip(), verbs) for clause in re.split(r"[，；,;]", objective))


def _clause_begins(clause: str, verbs: tuple[str, ...]) -> bool:
    if clause.startswith(verbs):
        return True
    return clause.startswith(rules().before_verbs) and any(verb in clause for verb in verbs)


def _inside(text: str, start: int, end: int, pairs: tuple[tuple[str, str], ...]) -> bool:
    """Whether a run stands inside a pair of brackets or quotation marks that closes in the same text."""
    for opening, closing in pairs:
        left = text.rfind(opening, 0, start)
        if left >= 0 and text.rfind(closing, left + 1, start) < 0 and text.find(closing, end) >= 0:
            return True
    return False


def foreign(text: str, language: str) -> Iterator[str]:
    """Runs in the wrong language: Han in another text, Latin words in a Chinese one. What stands in brackets is a gloss."""
    if language.startswith("zh"):
        for match in LATIN_RUN.finditer(text):
            words = [word.strip(".,'’-") for word in re.split(r"[ ,]+", match[0])]
            known = all(not word or word in rules().latin or ABBREVIATION.fullmatch(word) for word in words)
            if not known and not _inside(text, match.start(), match.end(), BRACKETS):
                yield match[0].strip()
    else:
        for match in HAN_RUN.finditer(text):
            if not _inside(text, match.start(), match.end(), BRACKETS):
                yield match[0]


def unpinned(text: str) -> Iterator[tuple[str, str]]:
    """Words that stand for a pinned one and must not, each with the pinned one, unless they are quoted."""
    for each in rules().pinned:
        for match in each.never.finditer(text):
            if not _inside(text, match.start(), match.end(), QUOTES):
                yield match[0], each.write
