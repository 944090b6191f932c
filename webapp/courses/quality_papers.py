"""What the guide, the slides and the hand-outs of a shipped course must be beyond correct: alike in all languages, in the right words.

How long they are and what they hold is up to their authors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.facilitator import NOTES
from webapp.courses.files import decode
from webapp.courses.lessons import CITED, Reading, id_of, split_front
from webapp.courses.problems import Findings
from webapp.courses.quality_lessons import compare_shapes, judge_terms, judge_words
from webapp.courses.quality_prose import CELL, Part, Said, said
from webapp.courses.quality_words import ABBREVIATION, HAN_CHARACTER
from webapp.courses.yaml_text import Document, load

LATIN = re.compile(r"[A-Za-z]+")
TRAINERS = re.compile(r"(facilitator/(?:.+/)?[^/]+)\.([A-Za-z-]+)\.md")


@dataclass(frozen=True)
class Paper:
    """A paper in one language; `offset` is the number of lines above its body."""

    file: str
    body: str
    offset: int
    front: Document | None


def judge(reading: Reading, findings: Findings) -> None:
    """Note what falls short in what is for trainers; what cannot be read is left to the check of the format."""
    papers: dict[str, dict[str, Paper]] = {}
    for path, data in reading.files.items():
        match = TRAINERS.fullmatch(path)
        paper = _read(path, data) if match else None
        if match and paper:
            papers.setdefault(match[1], {})[match[2]] = paper
    for languages in papers.values():
        for language, paper in languages.items():
            _judge_words(paper, language, findings)
            judge_terms(paper, language, reading.glossary, findings)
            _judge_sources(paper, findings)
        _compare(languages, findings)


def _read(path: str, data: bytes) -> Paper | None:
    text = decode(path, data, Findings())
    parts = split_front(text) if text is not None else None
    return Paper(path, parts[1], parts[2], load(parts[0], path, Findings(), offset=1)) if parts else None


def _judge_words(paper: Paper, language: str, findings: Findings) -> None:
    for key in ("title", "summary"):
        value = _front(paper).get(key)
        if isinstance(value, str) and paper.front:
            judge_words(value, language, (paper.file, paper.front.line((key,))), findings)
    words = list(said(paper.body, paper.offset))
    bilingual = _bilingual(words, language)
    for each in words:
        notes = NOTES.match(each.words)  # the mark of the speaker's notes is the same in every language
        text = notes[1] if notes else each.words
        if each.part is Part.CELLS:
            text = CELL.join(cell for at, cell in enumerate(text.split(CELL)) if (each.line, at) not in bilingual)
        judge_words(text, language, (paper.file, each.line), findings)


def _bilingual(words: list[Said], language: str) -> set[tuple[int, int]]:
    """Lines and columns of cells that are in the other language as the whole column is: lists of words, cards for two languages."""
    tables: list[list[Said]] = []
    for each in words:
        if each.part is not Part.CELLS:
            continue
        if tables and each.line - tables[-1][-1].line <= 2:  # a line of hyphens stands below the head
            tables[-1].append(each)
        else:
            tables.append([each])
    found: set[tuple[int, int]] = set()
    for rows in tables:
        cells = [row.words.split(CELL) for row in rows]
        for at in range(max(map(len, cells))):
            column = [(row.line, own[at]) for row, own in zip(rows, cells, strict=True) if at < len(own) and own[at].strip()]
            foreign = {line for line, cell in column if _is_foreign(cell, language)}
            if len(foreign) > 1 and all(line in foreign for line, _cell in column[1:]):  # the first may be the head
                found.update((line, at) for line in foreign)
    return found


def _is_foreign(cell: str, language: str) -> bool:
    """Whether a cell has words of the other language only; abbreviations are of either."""
    han, latin = HAN_CHARACTER.search(cell) is not None, LATIN.findall(cell)
    return bool(latin) and not han if language.startswith("zh") else han and all(ABBREVIATION.fullmatch(word) for word in latin)


def _front(paper: Paper) -> dict[str, Any]:
    return paper.front.value if paper.front and isinstance(paper.front.value, dict) else {}


def _judge_sources(paper: Paper, findings: Findings) -> None:
    listed, cited = _front(paper).get("sources"), set(CITED.findall(paper.body))
    for index, raw in enumerate(listed if isinstance(listed, list) else ()):
        if id_of(raw) not in cited and paper.front:
            findings.add(paper.file, paper.front.line(("sources", index)), _(
                "The source “%(id)s” is not cited. Expected [^%(id)s] in the text.", id=id_of(raw),
            ))


def _compare(languages: Mapping[str, Paper], findings: Findings) -> None:
    first, *others = (languages[tag] for tag in sorted(languages))
    for other in others:
        compare_shapes(first, other, findings)
