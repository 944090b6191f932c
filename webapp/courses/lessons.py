"""Reads the lessons of a course: front matter, text and drawings in every language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses import bibliography, svg
from webapp.courses.bibliography import Source
from webapp.courses.content import Lesson, LessonSource, LessonText
from webapp.courses.files import decode
from webapp.courses.glossary import Glossary
from webapp.courses.markdown import Page, TooHard, render
from webapp.courses.markdown_lint import Outline, check_references, outline
from webapp.courses.media import IMAGE_TYPES, image_markup, is_image
from webapp.courses.problems import Findings
from webapp.courses.revisions import revision_of
from webapp.courses.schema_errors import check
from webapp.courses.schemas import LessonFront, SourceEntry
from webapp.courses.yaml_text import Document, load
from webapp.goals.reference import reference

CITED = re.compile(r"\[\^([^\]\s]{1,80})\](?!:)")


@dataclass
class Reading:
    """What reading one course shares: its files and what was found wrong."""

    course_id: str
    files: Mapping[str, bytes]
    languages: tuple[str, ...]
    steps: Collection[str]
    findings: Findings
    texts_of_drawings: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    glossary: Glossary = field(default_factory=Glossary)

    def yaml(self, path: str) -> Document | None:
        """A YAML file of the course; None after noting why not."""
        text = decode(path, self.files[path], self.findings)
        return None if text is None else load(text, path, self.findings)


@dataclass
class Draft:
    """A lesson in one language, read and checked but not rendered."""

    file: str
    body: str
    offset: int
    front: LessonFront
    sources: list[SourceEntry]
    document: Document
    outline: Outline


def split_front(text: str) -> tuple[str, str, int] | None:
    """Front matter, body, and the number of lines above the body; None if there is no front matter."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return None
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return None
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1:]), end + 1


def read_draft(reading: Reading, lesson_id: str, language: str) -> Draft | None:
    """A lesson's file in one language; None after noting why not."""
    file = f"lessons/{lesson_id}.{language}.md"
    if file not in reading.files:
        reading.findings.add(file, 0, _("The file is missing. Every lesson needs one in each language of the course."))
        return None
    text = decode(file, reading.files[file], reading.findings)
    if text is None:
        return None
    parts = split_front(text)
    if parts is None:
        reading.findings.add(file, 1, _("The front matter is missing. Expected YAML between two lines `---` at the top."))
        return None
    front_text, body, offset = parts
    found = outline(body, file=file, offset=offset, findings=reading.findings)
    document = load(front_text, file, reading.findings, offset=1)
    front = check(LessonFront, document, reading.findings) if document else None
    if document is None or front is None:
        return None
    if not body.strip():
        reading.findings.add(file, offset, _("The lesson has no text."))
    sources = bibliography.resolve(front.sources, document, reading.sources, language, reading.findings)
    draft = Draft(file, body, offset, front, sources, document, found)
    _check_sources(reading, draft)
    _check_targets(reading, draft)
    check_references(
        found, file=file, course_id=reading.course_id, steps=reading.steps,
        sources=_listed(draft), findings=reading.findings,
    )
    return draft


def _check_sources(reading: Reading, draft: Draft) -> None:
    seen: set[str] = set()
    cited = {source for _line, source in draft.outline.citations}
    for index, raw in enumerate(draft.front.sources):
        line = draft.document.line(("sources", index, "id"))
        source_id = id_of(raw)
        if source_id in seen:
            reading.findings.add(draft.file, line, _("The id “%(id)s” comes twice.", id=source_id))
        if source_id not in cited and draft.outline.renderable:
            reading.findings.add(draft.file, line, _("The source “%(id)s” is not cited. Expected [^%(id)s] in the text.", id=source_id))
        seen.add(source_id)


def _check_targets(reading: Reading, draft: Draft) -> None:
    seen: set[str] = set()
    for index, target in enumerate(draft.front.targets):
        line = draft.document.line(("targets", index))
        if reference().target(target) is None:
            reading.findings.add(draft.file, line, _("There is no target %(target)s.", target=target))
        if target in seen:
            reading.findings.add(draft.file, line, _("The id “%(id)s” comes twice.", id=target))
        seen.add(target)


def id_of(raw: Any) -> str:
    """The id in an entry of `sources`, which is an id or a whole source."""
    found = raw.get("id") if isinstance(raw, dict) else raw
    return found if isinstance(found, str) else ""


def _listed(draft: Draft) -> set[str]:
    """Ids that the front matter names, unknown ones too, so that these are told of once."""
    return {id_of(raw) for raw in draft.front.sources}


def finish(reading: Reading, lesson_id: str, drafts: Mapping[str, Draft]) -> Lesson | None:
    """The lesson from its drafts; None after noting why not."""
    texts: dict[str, LessonText] = {}
    for language, draft in drafts.items():
        text = _render(reading, language, draft)
        if text is not None:
            texts[language] = text
    if set(texts) != set(reading.languages):
        return None
    revision = revision_of("lesson", {"id": lesson_id, "texts": {tag: text.revision for tag, text in texts.items()}})
    return Lesson(lesson_id, MappingProxyType(texts), revision)


def _numbers(draft: Draft) -> dict[str, int]:
    """Source ids in the order in which they are first cited, from 1."""
    known = {source.id for source in draft.sources}
    return {cited: number for number, cited in enumerate(dict.fromkeys(c for _line, c in draft.outline.citations if c in known), 1)}


def _render(reading: Reading, language: str, draft: Draft) -> LessonText | None:
    drawings: dict[str, Any] = {}
    lines = {address: line for line, _alt, address, _caption in draft.outline.figures}

    def draw(path: str, alternative: str, number: int) -> str:
        drawings[path] = digest_of(reading, path, language)
        return figure(reading, language, (path, alternative, number), (draft.file, lines.get(path, draft.offset)))

    numbers = _numbers(draft)
    page = Page(reading.course_id, language, numbers, reading.steps, draw, glossary=reading.glossary)
    if not draft.outline.renderable:
        return None
    try:
        html = render(draft.body, page)
    except TooHard:
        reading.findings.add(draft.file, draft.offset, _("The text is nested too deep."))
        return None
    front = draft.front
    sources = tuple(sorted(
        (
            LessonSource(numbers[s.id], s.id, s.title, s.publisher, s.year, s.symbol or "", s.address or "")
            for s in draft.sources if s.id in numbers
        ),
        key=lambda source: source.number,
    ))
    revision = revision_of("lesson-text", {
        "language": language, "front": _front_content(draft),
        "body": draft.body.strip(), "drawings": drawings,
    })
    return LessonText(
        language=language, title=front.title, minutes=front.minutes, html=html,
        contents=tuple(heading for heading in page.headings if heading.level == 2),
        objectives=tuple(front.objectives), points=tuple(front.points), goals=tuple(front.goals),
        targets=tuple(front.targets), sources=sources, revision=revision,
    )


def _front_content(draft: Draft) -> dict[str, Any]:
    """The front matter with its sources as they are shown, whether they were written out or looked up."""
    content: dict[str, Any] = draft.front.model_dump(mode="json", exclude_defaults=True, exclude={"sources"})
    if draft.sources:
        content["sources"] = [source.model_dump(mode="json", exclude_defaults=True) for source in draft.sources]
    return content


def digest_of(reading: Reading, path: str, language: str) -> list[Any]:
    """What a drawing's part of a revision is: its content, and its texts in one language."""
    texts = _drawing_texts(reading, path, language) if path.endswith(".svg") else {}
    return [sha256(reading.files.get(path, b"")).hexdigest(), texts]


def _texts_file(path: str, language: str) -> str:
    return f"{path.removesuffix('.svg')}.{language}.yaml"


def _drawing_texts(reading: Reading, path: str, language: str) -> dict[str, str]:
    """Texts of a drawing in one language; empty if it has none."""
    file = _texts_file(path, language)
    if file in reading.texts_of_drawings or file not in reading.files:
        return reading.texts_of_drawings.get(file, {})
    document = reading.yaml(file)
    texts: dict[str, str] = {}
    for key, value in (document.value.items() if document and isinstance(document.value, dict) else ()):
        if isinstance(value, str):
            texts[key] = value
        else:
            line = document.line((key,)) if document else 0
            reading.findings.add(file, line, _("“%(key)s” is not a text. Put numbers and dates in quotes.", key=key))
    reading.texts_of_drawings[file] = texts
    return texts


def figure(reading: Reading, language: str, drawn: tuple[str, str, int], at: tuple[str, int]) -> str:
    """Markup of an image (path, alternative text, number on the page); `at` is the file and line to name in problems."""
    path, alternative, number = drawn
    data = reading.files.get(path)
    kind = path.rpartition(".")[2].lower()
    if not path.startswith("media/") or (kind not in IMAGE_TYPES and kind != "svg"):
        reading.findings.add(*at, _(
            "“%(path)s” is not an image of this course. Expected media/… ending in svg, png, jpg or webp.", path=path,
        ))
        return ""
    if data is None:
        reading.findings.add(*at, _("The image “%(path)s” is missing.", path=path))
        return ""
    if kind == "svg":
        return svg.inline(
            data, file=path, texts=_drawing_texts(reading, path, language), texts_file=_texts_file(path, language),
            prefix=f"fig-{number}-", findings=reading.findings,
        )
    if not is_image(kind, data):
        reading.findings.add(path, 0, _("The content is not an image of the kind its name says."))
        return ""
    return image_markup(reading.course_id, path, data, alternative)
