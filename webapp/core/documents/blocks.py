"""What a document is made of. Immutable; texts are in the document's language and already translated.

A text is a plain `str`, or spans where parts of it are set apart. Nothing is parsed: a `*` prints as a `*`.
A line break in a text is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import date
from enum import StrEnum

from webapp.core.frozen import dataclass

# Neither file format may hold these; a tab and a line break stay.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """A text without control characters."""
    return CONTROL.sub("", text)


@dataclass(frozen=True)
class Span:
    """A stretch of text that is set alike. `link` is an address (https, mailto) or `#` and the anchor of a heading."""

    text: str
    bold: bool = False
    italic: bool = False  # dots below Han characters, as Chinese print has no italics
    code: bool = False
    raised: bool = False
    link: str = ""


Spans = Sequence[Span]
Words = str | Spans


class Align(StrEnum):
    """How the text of a column stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Kind(StrEnum):
    """What a box is for."""

    ADVICE = "advice"
    CASE = "case"
    QUESTION = "question"
    WARNING = "warning"


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 to 3 below the title. Goes into the bookmarks; `anchor` is where links lead to."""

    text: Words
    level: int = 1
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Running text; `small` for notes and what stands under a figure or table, `lead` for an opening sentence."""

    text: Words
    small: bool = False
    lead: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list. An item is a text or a sequence of blocks; `ordered` numbers it from `start`."""

    items: Sequence[Words | Sequence[Block]]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True)
class Definitions:
    """Rows of a term and what is said of it, the terms in a narrow first column: facts, definitions of numbers."""

    rows: Sequence[tuple[Words, Words]]


@dataclass(frozen=True)
class Column:
    """A column of a table. `width` is its share of the width (any unit); None: by what it holds."""

    title: Words = ""
    width: float | None = None
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Table:
    """A table with three lines. The header row is repeated on every page, a long cell goes on over the page's end.

    A cell is a text or a sequence of blocks. `totals`: that many last rows are totals; `named_rows`: the first column
    names its rows. Columns of numbers are aligned right by their `Column`. `cards`: the cells are cards to be cut out.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Words | Sequence[Block]]]
    caption: Words = ""
    named_rows: bool = False
    totals: int = 0
    small: bool = False
    cards: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing: SVG markup of shapes and text with the classes of the style sheet, as lessons and charts use it.

    `alternative` says what it shows; `width` is the share of the text's width that it takes at most.
    """

    svg: str
    alternative: str
    caption: Words = ""
    width: float = 0.85


@dataclass(frozen=True)
class Picture:
    """A PNG or JPEG image, as bytes."""

    data: bytes
    alternative: str
    caption: Words = ""
    width: float = 0.85


@dataclass(frozen=True)
class Callout:
    """A box set apart from the text, with a title."""

    title: Words
    blocks: Sequence[Block]
    kind: Kind = Kind.ADVICE


@dataclass(frozen=True)
class Quote:
    """Words of somebody else; `source` is whose."""

    blocks: Sequence[Block]
    source: Words = ""


@dataclass(frozen=True)
class Writing:
    """Empty lines to write on by hand, under an optional label."""

    lines: int = 3
    label: Words = ""


@dataclass(frozen=True)
class Choice:
    """An answer with its box, ticked or not: for forms that are filled in by hand or printed filled in."""

    text: Words
    ticked: bool = False
    single: bool = False  # a circle instead of a square


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page. With `room` (0 to 1), only if less than this share of the page is left; Word breaks always."""

    room: float = 0.0


@dataclass(frozen=True)
class Section:
    """Blocks on pages of their own, lying if `landscape`; or, with neither pages nor direction changed, in another language."""

    blocks: Sequence[Block]
    landscape: bool = False
    language: str = ""


Block = (
    Heading | Paragraph | Bullets | Definitions | Table | Figure | Picture | Callout | Quote | Writing | Choice | PageBreak | Section
)


@dataclass(frozen=True)
class Document:
    """A document in one language ("zh-Hans" or "en").

    `author` is who answers for it (an organisation or a person) and stands in the running header; `facts` are rows of
    the title block (place, period, date); `note` stands at the foot of every page (a reference, a confidentiality
    remark); `numbered` numbers the headings (一、（一）1. or 1, 1.1); `contents` adds a table of contents after the title;
    `created` is the date in the file's properties: the same document then gives the same bytes.
    """

    title: str
    language: str
    blocks: Sequence[Block] = ()
    subtitle: str = ""
    author: str = ""
    facts: Sequence[tuple[str, Words]] = ()
    note: str = ""
    numbered: bool = False
    contents: bool = False
    landscape: bool = False
    created: date | None = None
    keywords: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        for name in ("title", "subtitle", "author", "note"):
            object.__setattr__(self, name, clean(getattr(self, name)))


def spans(words: Words) -> tuple[Span, ...]:
    """A text as spans, without empty ones."""
    found = (Span(words),) if isinstance(words, str) else words
    cleaned = (replace(span, text=clean(span.text)) if CONTROL.search(span.text) else span for span in found)
    return tuple(span for span in cleaned if span.text)


def bold(words: Words) -> tuple[Span, ...]:
    """The same text in bold."""
    return tuple(replace(span, bold=True) for span in spans(words))


def plain(words: Words) -> str:
    """A text without its settings."""
    return clean(words if isinstance(words, str) else "".join(span.text for span in words))


def is_words(value: Words | Sequence[Block]) -> bool:
    """Whether an item or cell is a text; otherwise it is blocks. Nothing at all is a text."""
    return isinstance(value, str) or all(isinstance(part, Span) for part in value)
