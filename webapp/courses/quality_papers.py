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
from webapp.courses.quality_prose import said
from webapp.courses.yaml_text import Document, load

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
    for each in said(paper.body, paper.offset):
        notes = NOTES.match(each.words)  # the mark of the speaker's notes is the same in every language
        judge_words(notes[1] if notes else each.words, language, (paper.file, each.line), findings)


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
