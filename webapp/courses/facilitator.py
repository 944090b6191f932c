"""Reads `facilitator/`: the guide, the slides, the hand-outs and the agendas of a course, checked as lessons are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses import bibliography
from webapp.courses.agenda_file import AGENDA, read_agenda
from webapp.courses.content import LessonSource
from webapp.courses.files import decode
from webapp.courses.lessons import Reading, digest_of, figure, id_of, split_front
from webapp.courses.markdown import Page, TooHard, render
from webapp.courses.markdown_lint import FENCE, Outline, check_references, outline
from webapp.courses.papers import GUIDE, Facilitation, Paper, PaperText, Slide, Slides, SlidesText
from webapp.courses.revisions import revision_of
from webapp.courses.schema_errors import check
from webapp.courses.schemas import PaperFront, SourceEntry
from webapp.courses.tags import ID_PATTERN
from webapp.courses.yaml_text import Document, load

SLIDES = "slides"
FOLDER = "facilitator/"
HANDOUT = re.compile(r"facilitator/handouts/([^/]+)\.([A-Za-z-]+)\.md")
BREAK = re.compile(r"-{3,}\s*")
NUMBERED = re.compile(r'((?: id| aria-labelledby)="| href="#)(part-|box-|fn-|fnref-|fnref2-)')
NOTES = re.compile(r"Notes:\s*(.*)")
TITLE = re.compile(r"##\s+(.+?)\s*#*\s*")

COUNTS: tuple[tuple[str, Callable[[Outline], int]], ...] = (
    ("`##`", lambda found: found.count(2)),
    ("`###`", lambda found: found.count(3)),
    ("`![…](media/…)`", lambda found: len(found.figures)),
    ("`::: think`", lambda found: found.blocks["think"]),
    ("`::: callout`", lambda found: found.blocks["callout"]),
    ("`::: case`", lambda found: found.blocks["case"]),
    ("`| --- |`", lambda found: found.tables),
)


@dataclass
class RawSlide:
    """A slide as written, and the line of the file at which it begins."""

    line: int
    title: str
    body: str
    notes: str


@dataclass
class Draft:
    """A file of the folder, read and checked but not rendered."""

    file: str
    body: str
    offset: int
    front: PaperFront
    document: Document
    sources: list[SourceEntry]
    outline: Outline
    slides: list[RawSlide] = field(default_factory=list)


def read_facilitation(reading: Reading) -> Facilitation:
    """What the course holds for trainers; what is wrong is noted."""
    names = [path for path in reading.files if path.startswith(FOLDER)]
    handouts: dict[str, None] = {}
    for path in names:
        found = HANDOUT.fullmatch(path)
        if found and found[1] != GUIDE and len(found[1]) <= 60 and re.fullmatch(ID_PATTERN, found[1]):
            handouts[found[1]] = None
    stems = [GUIDE, SLIDES, *(f"handouts/{handout}" for handout in handouts)]
    expected = {f"{FOLDER}{stem}.{tag}.md" for stem in stems for tag in reading.languages} | {AGENDA}
    for path in names:
        if path not in expected:
            reading.findings.add(path, 0, _(
                "The file is in no known place. "
                "Expected guide, slides or handouts/<id>, a language of the course, and .md; or agenda.yaml.",
            ))
    papers = {stem: _paper(reading, stem) for stem in stems if stem != SLIDES}
    kept = {handout: paper for handout in handouts if (paper := papers[f"handouts/{handout}"]) is not None}
    return Facilitation(papers[GUIDE], _slides(reading), MappingProxyType(kept), read_agenda(reading))


def _drafts(reading: Reading, stem: str) -> dict[str, Draft]:
    """The file in every language; none at all if the course has not got it."""
    files = {tag: f"{FOLDER}{stem}.{tag}.md" for tag in reading.languages}
    if not any(file in reading.files for file in files.values()):
        return {}
    drafts = {tag: _draft(reading, file, tag) for tag, file in files.items()}
    return {tag: draft for tag, draft in drafts.items() if draft is not None}


def _draft(reading: Reading, file: str, language: str) -> Draft | None:
    findings = reading.findings
    if file not in reading.files:
        findings.add(file, 0, _("The file is missing. It is needed in each language of the course."))
        return None
    text = decode(file, reading.files[file], findings)
    parts = split_front(text) if text is not None else None
    if parts is None:
        if text is not None:
            findings.add(file, 1, _("The front matter is missing. Expected YAML between two lines `---` at the top."))
        return None
    front_text, body, offset = parts
    found = outline(body, file=file, offset=offset, findings=findings)
    document = load(front_text, file, findings, offset=1)
    front = check(PaperFront, document, findings) if document else None
    if document is None or front is None:
        return None
    if not body.strip():
        findings.add(file, offset, _("The file has no text."))
    sources = bibliography.resolve(front.sources, document, reading.sources, language, findings)
    listed = {id_of(raw) for raw in front.sources}
    check_references(found, file=file, course_id=reading.course_id, steps=reading.steps, sources=listed, findings=findings)
    return Draft(file, body, offset, front, document, sources, found)


def _compare(drafts: Mapping[str, Draft], reading: Reading) -> None:
    """Note where a language differs from the first one in its parts."""
    first, *others = drafts.values()
    for other in others:
        for name, count in COUNTS:
            here, there = count(other.outline), count(first.outline)
            if here != there:
                reading.findings.add(other.file, 1, _(
                    "Found %(here)d of %(name)s; %(file)s has %(there)d. Both languages need the same parts.",
                    here=here, there=there, name=name, file=first.file,
                ))
        here_ids, there_ids = ({source.id for source in draft.sources} for draft in (other, first))
        if here_ids != there_ids:
            reading.findings.add(other.file, other.document.line(("sources",)), _(
                "“%(key)s” differs from %(file)s: %(difference)s.",
                key="sources", file=first.file, difference=", ".join(sorted(here_ids ^ there_ids)),
            ))
        if other.front.minutes != first.front.minutes:
            reading.findings.add(other.file, other.document.line(("minutes",)), _(
                "“%(key)s” differs from %(file)s: %(difference)s.",
                key="minutes", file=first.file, difference=f"{other.front.minutes}, {first.front.minutes}",
            ))


class _Renderer:
    """Renders the parts of one file: figures and citations are numbered through."""

    def __init__(self, reading: Reading, draft: Draft, language: str) -> None:
        self.reading, self.draft, self.language = reading, draft, language
        known = {source.id for source in draft.sources}
        cited = dict.fromkeys(cited for _line, cited in draft.outline.citations if cited in known)
        self.numbers = {source_id: number for number, source_id in enumerate(cited, 1)}
        self.drawings: dict[str, Any] = {}
        self.markup: list[str] = []
        self.lines = {address: line for line, _alt, address, _caption in draft.outline.figures}

    def draw(self, path: str, alternative: str, number: int) -> str:
        self.drawings[path] = digest_of(self.reading, path, self.language)
        at = (self.draft.file, self.lines.get(path, self.draft.offset))
        return figure(self.reading, self.language, (path, alternative, number), at)

    def page(self) -> Page:
        return Page(
            self.reading.course_id, self.language, self.numbers, self.reading.steps, self.draw, drawings=self.markup,
            glossary=self.reading.glossary,
        )

    def html(self, body: str, page: Page) -> str | None:
        if not self.draft.outline.renderable:
            return None
        try:
            return render(body, page)
        except TooHard:
            self.reading.findings.add(self.draft.file, self.draft.offset, _("The text is nested too deep."))
            return None

    def sources(self) -> tuple[LessonSource, ...]:
        cited = [source for source in self.draft.sources if source.id in self.numbers]
        return tuple(
            LessonSource(self.numbers[s.id], s.id, s.title, s.publisher, s.year, s.symbol or "", s.address or "")
            for s in sorted(cited, key=lambda source: self.numbers[source.id])
        )

    def revision(self, kind: str) -> str:
        front = self.draft.front.model_dump(mode="json", exclude_defaults=True, exclude={"sources"})
        sources = [source.model_dump(mode="json", exclude_defaults=True) for source in self.draft.sources]
        return revision_of(kind, {
            "language": self.language, "front": front, "sources": sources, "body": self.draft.body.strip(), "drawings": self.drawings,
        })


def _paper(reading: Reading, stem: str) -> Paper | None:
    drafts = _drafts(reading, stem)
    if len(drafts) > 1:
        _compare(drafts, reading)
    texts: dict[str, PaperText] = {}
    for language, draft in drafts.items():
        renderer = _Renderer(reading, draft, language)
        page = renderer.page()
        html = renderer.html(draft.body, page)
        if html is not None:
            front = draft.front
            texts[language] = PaperText(
                language, front.title, front.summary or "", front.minutes or 0, html, tuple(page.headings), renderer.sources(),
                renderer.revision("paper-text"),
            )
    if set(texts) != set(reading.languages):
        return None
    paper_id = stem.removeprefix("handouts/")
    revision = revision_of("paper", {"id": paper_id, "texts": {tag: text.revision for tag, text in texts.items()}})
    return Paper(paper_id, MappingProxyType(texts), revision)


def split_slides(body: str, offset: int) -> list[RawSlide]:
    """Slides between lines of hyphens outside code; a slide without its `## title` has an empty one."""
    slides: list[RawSlide] = []
    fence = ""
    lines: list[str] = []
    start = 1
    for number, text in enumerate([*body.split("\n"), "---"], 1):
        mark = FENCE.match(text)
        if mark:
            fence = "" if fence and text.strip() == fence else fence or mark[1]
        if not fence and BREAK.fullmatch(text):
            if any(line.strip() for line in lines):
                slides.append(_raw_slide(lines, start + offset))
            lines, start = [], number + 1
        else:
            lines.append(text)
    return slides


def _raw_slide(lines: list[str], start: int) -> RawSlide:
    first = next(at for at, line in enumerate(lines) if line.strip())
    title = TITLE.fullmatch(lines[first])
    body = lines[first + 1 :] if title else lines[first:]
    at = next((number for number, line in enumerate(body) if NOTES.match(line)), None)
    notes = ""
    if at is not None:
        opening = NOTES.match(body[at])
        notes = "\n".join([opening[1] if opening else "", *body[at + 1 :]]).strip()
        body = body[:at]
    return RawSlide(start + first, title[1] if title else "", "\n".join(body).strip(), notes)


def _slides(reading: Reading) -> Slides | None:
    drafts = _drafts(reading, SLIDES)
    for draft in drafts.values():
        draft.slides = split_slides(draft.body, draft.offset)
        _check_slides(reading, draft)
    if len(drafts) > 1:
        _compare(drafts, reading)
        _compare_slides(reading, drafts)
    texts = {language: text for language, draft in drafts.items() if (text := _deck(reading, draft, language)) is not None}
    if set(texts) != set(reading.languages):
        return None
    revision = revision_of("slides", {tag: text.revision for tag, text in texts.items()})
    return Slides(MappingProxyType(texts), revision)


def _check_slides(reading: Reading, draft: Draft) -> None:
    for slide in draft.slides:
        if not slide.title:
            reading.findings.add(draft.file, slide.line, _("A slide begins with its title: `## Title`."))
        elif re.search(r"^##(?!#)", slide.body + "\n" + slide.notes, re.MULTILINE):
            reading.findings.add(draft.file, slide.line, _("The slide has a second title. Expected a line `---` between two slides."))


def _compare_slides(reading: Reading, drafts: Mapping[str, Draft]) -> None:
    first, *others = drafts.values()
    for other in others:
        if len(other.slides) != len(first.slides):
            reading.findings.add(other.file, 1, _(
                "Found %(here)d slides; %(file)s has %(there)d. Both languages need the same slides.",
                here=len(other.slides), there=len(first.slides), file=first.file,
            ))
            continue
        for here, there in zip(other.slides, first.slides, strict=True):
            if bool(here.notes) != bool(there.notes):
                reading.findings.add(other.file, here.line, _(
                    "Only one language has notes for this slide (line %(line)d of %(file)s).", line=there.line, file=first.file,
                ))


def _own_ids(html: str, prefix: str) -> str:
    """All slides stand on one page, so ids that each numbers from 1 get its own prefix; those of drawings have theirs."""
    return NUMBERED.sub(rf"\1{prefix}-\2", html)


def _deck(reading: Reading, draft: Draft, language: str) -> SlidesText | None:
    renderer = _Renderer(reading, draft, language)
    made: list[Slide] = []
    for number, raw in enumerate(draft.slides, 1):
        html, notes = (renderer.html(part, renderer.page()) for part in (raw.body, raw.notes))
        if html is None or notes is None:
            return None
        made.append(Slide(number, raw.title, _own_ids(html, f"s{number}"), _own_ids(notes, f"n{number}")))
    front = draft.front
    return SlidesText(
        language, front.title, front.summary or "", tuple(made), renderer.sources(), renderer.revision("slides-text"),
    )
