"""The quality gate: what the courses that come with LocalGoals must be beyond correct in format.

Judged on the files, so that every finding has its line, and also where the format is not yet right. Thresholds, verbs and
pinned words are data in `quality.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from webapp.core.i18n import _
from webapp.courses import labels, quality_banks, quality_forms, quality_lessons, quality_papers
from webapp.courses.files import CourseFiles
from webapp.courses.lessons import Draft, Reading, read_draft
from webapp.courses.library import Library, library
from webapp.courses.problems import Findings, Problem
from webapp.courses.quality_lessons import judge_objective, judge_words
from webapp.courses.reading import declared_languages, known_sources
from webapp.courses.reference_files import GLOSSARY
from webapp.courses.yaml_text import Document, Path, load

LESSON = re.compile(r"lessons/([a-z0-9-]+)\.([A-Za-z-]+)\.md")
# Texts of drawings: one language a file, named in it.
DRAWING = re.compile(r"media/[^/]+\.([A-Za-z-]+)\.yaml")


def judge(source: CourseFiles, shared: Library | None = None) -> tuple[Problem, ...]:
    """What falls short in a course's files, by file and line; problems of the format itself are not repeated."""
    findings, apart = Findings(), Findings()
    shared = shared or library()
    reading = Reading(source.name, source.files, (), (), apart)
    document = reading.yaml("course.yaml") if "course.yaml" in source.files else None
    reading.languages = declared_languages(document, apart)
    reading.sources, reading.glossary = known_sources(reading, shared), shared.glossary
    _judge_languages(reading, document, findings)
    for drafts in _drafts(reading):
        quality_lessons.judge(drafts, shared.glossary, findings)
    quality_papers.judge(reading, findings)
    documents = {path: _judge_yaml(reading, path, findings) for path in source.files if path.endswith(".yaml") and path != "sources.yaml"}
    banks, forms = ([found for path, found in documents.items() if found and path.startswith(folder)] for folder in ("banks/", "forms/"))
    for each in (*banks, *forms):
        quality_banks.judge(each, reading.languages, findings)
    quality_banks.judge_together(banks, reading.languages, findings)
    quality_forms.judge(banks, forms, reading.languages, findings)
    return findings.sorted()


def _judge_languages(reading: Reading, document: Document | None, findings: Findings) -> None:
    missing = [tag for tag in labels.languages() if tag not in reading.languages]
    if missing:
        line = document.line(("languages",)) if document else 0
        findings.add("course.yaml", line, _(
            "The course is not in %(missing)s. A shipped course is in every language.", missing=", ".join(missing),
        ))


def judge_glossary(text: str, languages: tuple[str, ...]) -> tuple[Problem, ...]:
    """Terms and definitions in the wrong language or with other words than the pinned; other names of a term may be what they like."""
    findings = Findings()
    document = load(text, GLOSSARY, Findings())
    for at, language, words in _texts(document.value if document else None, (), languages):
        if "also" not in at:
            judge_words(words, language, (GLOSSARY, document.line(at) if document else 0), findings)
    return findings.sorted()


def judge_questionnaire(text: str, name: str, languages: tuple[str, ...]) -> tuple[Problem, ...]:
    """A questionnaire of the library: in every language, and with the right words in each; its format is checked elsewhere."""
    findings = Findings()
    document = load(text, name, Findings())
    if document is None or not isinstance(document.value, dict):
        return ()
    declared = document.value.get("languages")
    missing = [tag for tag in languages if not isinstance(declared, list) or tag not in declared]
    if missing:
        findings.add(name, document.line(("languages",)), _(
            "The questionnaire is not in %(missing)s. A shipped questionnaire is in every language.", missing=", ".join(missing),
        ))
    for at, language, words in _texts(document.value, (), languages):
        judge_words(words, language, (name, document.line(at)), findings)
    return findings.sorted()


def _drafts(reading: Reading) -> Iterator[dict[str, Draft]]:
    ids = sorted({match[1] for path in reading.files if (match := LESSON.fullmatch(path))})
    for lesson_id in ids:
        found = {tag: read_draft(reading, lesson_id, tag) for tag in reading.languages}
        drafts = {tag: draft for tag, draft in found.items() if draft is not None and draft.outline.renderable}
        if drafts:
            yield drafts


def _judge_yaml(reading: Reading, path: str, findings: Findings) -> Document | None:
    """The file, judged by its words."""
    document = reading.yaml(path)
    if document is None:
        return None
    drawing = DRAWING.fullmatch(path)
    if drawing:
        for key, text in document.value.items() if isinstance(document.value, dict) else ():
            if isinstance(text, str):
                judge_words(text, drawing[1], (path, document.line((key,))), findings)
        return document
    for at, language, text in _texts(document.value, (), reading.languages):
        judge_words(text, language, (path, document.line(at)), findings)
        if path == "course.yaml" and at[0] == "objectives":
            judge_objective(text, language, (path, document.line(at)), findings)
    return document


def _texts(value: Any, at: Path, languages: tuple[str, ...]) -> Iterator[tuple[Path, str, str]]:
    """Every text by language in a document, with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in languages and isinstance(item, str):
                yield (*at, key), key, item
            else:
                yield from _texts(item, (*at, key), languages)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*at, index), languages)
