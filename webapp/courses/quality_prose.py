"""The words of a lesson's body as people read them, line by line, without marks of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from webapp.core.frozen import dataclass
from webapp.courses.markdown_lint import CITATION, FENCE, FIGURE, NOTE

LINK = re.compile(r"\[([^\[\]]*)\]\([^)\s]*[^)]*\)")
MARKS = re.compile(r"==|\*\*?|`+")
BLOCK = re.compile(r":::[ \t]*(\w*)[ \t]*(.*)$")
ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]+\.)[ \t]+")
RULE = re.compile(r"[|:\- ]+")
CELL = " | "  # between the cells of a row
TERM = re.compile(r"==([^=\n]{1,200})==")


class Part(StrEnum):
    """What a line belongs to."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    TITLE = "title"
    QUESTION = "question"
    CELLS = "cells"
    CAPTION = "caption"
    ALTERNATIVE = "alternative"


class Written(Protocol):
    """A text in Markdown; `offset` is the number of lines above its body."""

    @property
    def file(self) -> str:
        """Its path in the course."""
        raise NotImplementedError

    @property
    def body(self) -> str:
        """What stands below the front matter."""
        raise NotImplementedError

    @property
    def offset(self) -> int:
        """Lines above."""
        raise NotImplementedError


@dataclass(frozen=True)
class Said:
    """Words of one line; `line` counts from the top of the file."""

    line: int
    part: Part
    words: str


def clean(text: str) -> str:
    """Words without citations, addresses and marks."""
    text = CITATION.sub("", text)
    return MARKS.sub("", LINK.sub(r"\1", text)).strip()


def said(body: str, offset: int) -> Iterator[Said]:
    """Every line with words, in order; `offset` is the number of lines above the body. Code is left out."""
    fence = False
    for number, raw in enumerate(body.split("\n"), 1 + offset):
        text = raw.strip()
        if FENCE.match(text):
            fence = not fence
        if fence or FENCE.match(text) or not text or text == ":::":
            continue
        yield from _line(number, text)


def _line(number: int, text: str) -> Iterator[Said]:
    figure = FIGURE.fullmatch(text)
    block = BLOCK.match(text)
    if figure:
        yield Said(number, Part.ALTERNATIVE, figure[1].strip())
        yield Said(number, Part.CAPTION, (figure[3] or "").strip())
    elif block:
        if block[2]:
            yield Said(number, Part.QUESTION if block[1] == "think" else Part.TITLE, clean(block[2]))
    elif text.startswith("#"):
        yield Said(number, Part.HEADING, clean(text.lstrip("# ")))
    elif text.startswith("Table:"):
        yield Said(number, Part.CAPTION, clean(text.removeprefix("Table:")))
    elif "|" in text:
        if not RULE.fullmatch(text):
            yield Said(number, Part.CELLS, CELL.join(clean(cell) for cell in text.strip("|").split("|")).strip())
    else:
        note = NOTE.match(text)
        words = text[note.end():] if note else text
        item = ITEM.match(words)
        yield Said(number, Part.ITEM if item else Part.TEXT, clean(words[item.end():] if item else words))


@dataclass(frozen=True)
class Shape:
    """A part of a lesson's structure: its kind, with rows and columns of a table or entries of a list."""

    line: int
    kind: str
    size: tuple[int, ...] = ()


def shapes(body: str, offset: int) -> list[Shape]:
    """Headings, figures, blocks, tables and lists of a body in order, to lay two languages side by side."""
    found: list[Shape] = []
    before = ""
    for each in said_with_blocks(body, offset):
        line, kind, columns = each
        if kind in ("table", "list") and before == kind:
            last = found[-1]
            size = (last.size[0] + 1, *last.size[1:])
            found[-1] = Shape(last.line, kind, size)
        elif kind in ("table", "list"):
            found.append(Shape(line, kind, (1, columns) if kind == "table" else (1,)))
        elif kind:
            found.append(Shape(line, kind))
        before = kind
    return found


def said_with_blocks(body: str, offset: int) -> Iterator[tuple[int, str, int]]:
    """Line, kind (empty for running text) and columns of each line that shows structure."""
    inside = False  # an entry of a list goes on in lines that are indented
    for number, raw in enumerate(body.split("\n"), 1 + offset):
        text = raw.strip()
        block = BLOCK.match(text)
        if not text or (inside and raw[:1].isspace() and not ITEM.match(raw)):
            continue
        inside = False
        if FIGURE.fullmatch(text):
            yield number, "figure", 0
        elif block:
            yield number, block[1], 0
        elif text.startswith("##"):
            yield number, "###" if text.startswith("###") else "##", 0
        elif "|" in text and not text.startswith("Table:"):
            if not RULE.fullmatch(text):
                yield number, "table", text.strip("|").count("|") + 1
        else:
            inside = ITEM.match(text) is not None
            yield number, "list" if inside else "", 0
