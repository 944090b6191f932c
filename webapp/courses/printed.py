"""Documents of a course: the trainer's guide, each hand-out, and a reader with all lessons.

Printed on request and kept in memory by revision: the same course prints the same bytes.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

from PIL import Image

from webapp.core.documents import blocks as b
from webapp.core.documents.pdf import to_pdf
from webapp.core.documents.word import to_docx
from webapp.core.documents.words import date_in
from webapp.courses.content import Course, LessonSource, LessonText, StepKind
from webapp.courses.labels import label
from webapp.courses.papers import Paper
from webapp.courses.printables import READER
from webapp.courses.printed_html import Printing, blocks_of, spans_of
from webapp.courses.texts import inline_html

KEPT = 24
# A lesson begins on a new page, unless the one before left no more than a few sources on this one.
LEFT_FOR_LESSON = 0.72


def document(course: Course, name: str, language: str, *, site: str, author: str) -> b.Document:
    """A document of the course as blocks; `site` is the address that links into the course begin with. Raises KeyError."""
    if name == READER:
        return _reader(course, language, site=site, author=author)
    paper = course.facilitation.paper(name)
    if paper is None:
        raise KeyError(name)
    return _paper(course, paper, language, site=site, author=author)


# By revision, so that an edited course is printed anew; the oldest goes when there are too many.
_kept: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
_guard = Lock()


def printed(course: Course, name: str, language: str, *, kind: str = "pdf", site: str, author: str) -> bytes:
    """The bytes of a document as "pdf" or "docx". Raises KeyError."""
    key = (course.id, course.revision, name, language, kind, site, author)
    with _guard:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = document(course, name, language, site=site, author=author)
    data = to_docx(made) if kind == "docx" else to_pdf(made)
    with _guard:
        _kept[key] = data
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return data


def _printing(course: Course, language: str, site: str, *, shift: int = 0, prefix: str = "", inside: bool = False) -> Printing:
    def link(href: str) -> str:
        if href.startswith("#"):
            return f"#{prefix}{href[1:]}" if href.startswith("#part-") else ""
        step = href.removeprefix(f"/courses/{course.id}/").partition("/")[0]
        if inside and href.startswith(f"/courses/{course.id}/") and step in course.lessons:
            return f"#{step}"
        if href.startswith("/glossary"):
            return ""  # the term is bold, which is enough on paper
        return site + href if href.startswith("/") else href

    def image(source: str) -> bytes | None:
        found = course.media.get(source.partition("?")[0].partition("/media/")[2])
        return _widely_known(found.data) if found else None

    return Printing(lambda key, **values: label(language, key, **values), link, image, shift, prefix)


def _widely_known(data: bytes) -> bytes:
    """An image that word processors know too; WebP becomes PNG."""
    if data[8:12] != b"WEBP":
        return data
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "PNG")
    return out.getvalue()


def _facts(course: Course, language: str) -> list[tuple[str, b.Words]]:
    return [
        (label(language, "course"), course.title[language]),
        (label(language, "authors"), label(language, "between").join(course.authors_in(language))),
        (label(language, "revised"), date_in(language, course.revised)),
        (label(language, "licence"), course.licence),
    ]


def _paper(course: Course, paper: Paper, language: str, *, site: str, author: str) -> b.Document:
    text = paper.in_language(language)
    printing = _printing(course, text.language, site)
    content = blocks_of(text.html, printing)
    facts = _facts(course, text.language)
    if text.minutes:
        facts.insert(1, (label(text.language, "time"), label(text.language, "minutes", number=text.minutes)))
    lead = (b.Paragraph(text.summary, lead=True),) if text.summary else ()
    guide = paper is course.facilitation.guide
    return b.Document(
        text.title, text.language, (*lead, *content, *_sources(text.sources, text.language)), subtitle=course.title[text.language],
        author=author, facts=facts if guide else facts[1:2] if text.minutes else (), note=course.title[text.language],
        contents=guide and len(text.headings) > 6, created=course.revised,
    )


def _reader(course: Course, language: str, *, site: str, author: str) -> b.Document:
    tag = language if language in course.languages else course.languages[0]
    content: list[b.Block] = [b.Paragraph(course.summary[tag], lead=True)]
    content.append(b.Heading(label(tag, "objectives")))
    content.append(b.Bullets([objective[tag] for objective in course.objectives]))
    for step in course.steps:
        if step.kind is StepKind.LESSON:
            content.append(b.PageBreak(room=LEFT_FOR_LESSON))
            content.extend(_lesson(course, course.lesson(step.id).in_language(tag), step.id, site))
    return b.Document(
        course.title[tag], tag, tuple(content), subtitle=course.subtitle.get(tag, "") or label(tag, "reader"), author=author,
        facts=_facts(course, tag)[1:], note=label(tag, "reader"), contents=True, created=course.revised,
    )


def _lesson(course: Course, text: LessonText, lesson_id: str, site: str) -> Iterator[b.Block]:
    language = text.language
    printing = _printing(course, language, site, shift=1, prefix=f"{lesson_id}-", inside=True)
    yield b.Heading(text.title, 1, lesson_id)
    yield b.Callout(label(language, "objectives"), (b.Bullets([_inline(objective, printing) for objective in text.objectives]),))
    yield from blocks_of(text.html, printing)
    yield b.Callout(label(language, "points"), (b.Bullets([_inline(point, printing) for point in text.points]),))
    yield from _sources(text.sources, language)


def _inline(text: str, printing: Printing) -> tuple[b.Span, ...]:
    return spans_of(inline_html(text), printing)


def _sources(sources: tuple[LessonSource, ...], language: str) -> Iterator[b.Block]:
    if not sources:
        return
    yield b.Heading(label(language, "sources"), 3)
    for source in sources:
        spans = [b.Span(f"{source.number}  "), b.Span(_listed(source, language))]
        if source.address:
            spans.extend([b.Span(" "), b.Span(source.address, link=source.address)])
        yield b.Paragraph(spans, small=True)


def _listed(source: LessonSource, language: str) -> str:
    parts = [source.publisher, source.title, source.symbol, str(source.year or "")]
    if language.startswith("zh"):
        parts[1] = f"《{source.title}》"
        return "，".join(part for part in parts if part) + "。"
    return ", ".join(part for part in parts if part) + "."
