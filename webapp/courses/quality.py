"""The quality gate: what the courses that come with LocalGoals must be beyond correct in format.

Judged on the files, so that every finding has its line, and also where the format is not yet right. Thresholds, verbs and
pinned words are data in `quality.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from webapp.courses import quality_banks, quality_lessons
from webapp.courses.facilitator import NOTES
from webapp.courses.files import CourseFiles, decode
from webapp.courses.lessons import Draft, Reading, read_draft, split_front
from webapp.courses.library import Library, library
from webapp.courses.problems import Findings, Problem
from webapp.courses.quality_lessons import judge_objective, judge_words
from webapp.courses.quality_prose import said
from webapp.courses.reading import declared_languages, known_sources
from webapp.courses.reference_files import GLOSSARY
from webapp.courses.yaml_text import Path, load

LESSON = re.compile(r"lessons/([a-z0-9-]+)\.([A-Za-z-]+)\.md")
TRAINERS = re.compile(r"facilitator/(?:.+/)?[^/]+\.([A-Za-z-]+)\.md")
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
    for drafts in _drafts(reading):
        quality_lessons.judge(drafts, shared.glossary, findings)
    for path in source.files:
        if path.endswith(".yaml") and path != "sources.yaml":
            _judge_yaml(reading, path, findings)
        elif match := TRAINERS.fullmatch(path):
            _judge_page(source.files[path], path, match[1], findings)
    return findings.sorted()


def judge_glossary(text: str, languages: tuple[str, ...]) -> tuple[Problem, ...]:
    """Terms and definitions in the wrong language or with other words than the pinned; other names of a term may be what they like."""
    findings = Findings()
    document = load(text, GLOSSARY, Findings())
    for at, language, words in _texts(document.value if document else None, (), languages):
        if "also" not in at:
            judge_words(words, language, (GLOSSARY, document.line(at) if document else 0), findings)
    return findings.sorted()


def _drafts(reading: Reading) -> Iterator[dict[str, Draft]]:
    ids = sorted({match[1] for path in reading.files if (match := LESSON.fullmatch(path))})
    for lesson_id in ids:
        found = {tag: read_draft(reading, lesson_id, tag) for tag in reading.languages}
        drafts = {tag: draft for tag, draft in found.items() if draft is not None and draft.outline.renderable}
        if drafts:
            yield drafts


def _judge_page(data: bytes, path: str, language: str, findings: Findings) -> None:
    """What is for trainers: its words only; how long it is and what it holds is up to its authors."""
    text = decode(path, data, Findings())
    parts = split_front(text) if text is not None else None
    for each in said(parts[1], parts[2]) if parts else ():
        notes = NOTES.match(each.words)  # the mark of the speaker's notes is the same in every language
        judge_words(notes[1] if notes else each.words, language, (path, each.line), findings)


def _judge_yaml(reading: Reading, path: str, findings: Findings) -> None:
    document = reading.yaml(path)
    if document is None:
        return
    drawing = DRAWING.fullmatch(path)
    if drawing:
        for key, text in document.value.items() if isinstance(document.value, dict) else ():
            if isinstance(text, str):
                judge_words(text, drawing[1], (path, document.line((key,))), findings)
        return
    for at, language, text in _texts(document.value, (), reading.languages):
        judge_words(text, language, (path, document.line(at)), findings)
        if path == "course.yaml" and at[0] == "objectives":
            judge_objective(text, language, (path, document.line(at)), findings)
    if path.startswith("banks/"):
        quality_banks.judge(document, reading.languages, findings)


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
