"""Setting spans of text in lines of a given width, by the rules of Chinese and Latin print.

No line begins with a closing mark or ends with an opening one (避头尾). A quarter of a space stands between Han
characters and Latin letters or digits. Chinese lines are spread to the full width, Latin ones are ragged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from webapp.core.frozen import dataclass
from webapp.core.pdf.fonts import Stack, clusters, legible
from webapp.core.pdf.typeset import WIDE_SCRIPTS, Line, break_points, shape

GAP = 0.14  # between Han and Latin, in ems
STRETCH = 4.0  # what a line may lack, in ems, to be spread
HAN = re.compile("[\u2e80-\u2fff\u3040-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff]")
WESTERN = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u0370-\u04ff]")
LONG_WORD = re.compile(r"(?<=[/?&=_.@-])")


@dataclass(frozen=True)
class Look:
    """How a stretch of text looks; sizes in points."""

    stack: Stack
    size: float
    language: str
    colour: str = "text"
    slanted: bool = False
    dotted: bool = False
    tinted: bool = False
    rise: float = 0.0
    link: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of one look of what stands between two places where a line may end."""

    text: str
    look: Look
    width: float
    gap: float = 0.0  # before it


@dataclass(frozen=True)
class Segment:
    """Shaped text of one look, `x` points from the line's left end."""

    line: Line
    look: Look
    x: float
    width: float


@dataclass(frozen=True)
class SetLine:
    """A line, ready to draw."""

    segments: tuple[Segment, ...]
    width: float


Word = tuple[Piece, ...]


def set_lines(parts: Sequence[tuple[str, Look]], width: float, *, spread: bool = False) -> list[SetLine]:
    """Lines of at most `width` points; a line break in the text ends a line. At least one line."""
    lines: list[SetLine] = []
    for paragraph in _paragraphs(parts):
        filled = list(_fill(_words(paragraph, width), width))
        lines.extend(_finish(line, width, spread=spread and number < len(filled)) for number, line in enumerate(filled, 1))
    return lines


def natural_width(parts: Sequence[tuple[str, Look]]) -> tuple[float, float]:
    """Width of the longest word and of the whole text on one line, in points."""
    widest = whole = 0.0
    for paragraph in _paragraphs(parts):
        words = _words(paragraph, 1e9)
        widest = max([widest, *(_width(word, tight=True) for word in words)])
        whole = max(whole, sum(_width(word) for word in words))
    return widest, whole


def _paragraphs(parts: Sequence[tuple[str, Look]]) -> Iterator[list[tuple[str, Look]]]:
    current: list[tuple[str, Look]] = []
    for text, look in parts:
        first, *rest = legible(text, look.stack).split("\n")
        current.append((first, look))
        for piece in rest:
            yield current
            current = [(piece, look)]
    yield current


def _words(parts: Sequence[tuple[str, Look]], width: float) -> list[Word]:
    """Cut wherever a line may end; a word longer than a line is cut further."""
    text = "".join(part for part, _look in parts)
    ends: list[tuple[int, Look]] = []
    at = 0
    for part, look in parts:
        at += len(part)
        ends.append((at, look))
    words: list[Word] = []
    at, before, index = 0, "", 0
    for piece in break_points(text):
        gap = GAP if before and _meets(before, piece) else 0.0
        fragments: list[Piece] = []
        stop = at + len(piece)
        while at < stop:
            while ends[index][0] <= at:
                index += 1
            end, look = ends[index]
            fragment = text[at : min(end, stop)]
            fragments.append(Piece(fragment, look, advance(fragment, look), gap * look.size if not fragments else 0.0))
            at += len(fragment)
        before = piece
        word = tuple(fragments)
        if words and word[0].look.rise > 0 and not words[-1][-1].text.endswith(" ") and _width((*words[-1], *word)) <= width:
            word = (*words.pop(), *word)  # the number of a source belongs to what it follows
        words.extend(_cut(word, width) if _width(word, tight=True) > width else [word])
    return words


def _meets(before: str, after: str) -> bool:
    last, first = before[-1], after[0]
    return bool((HAN.match(last) and WESTERN.match(first)) or (WESTERN.match(last) and HAN.match(first)))


def _cut(word: Word, width: float) -> list[Word]:
    found: list[Word] = []
    for piece in word:
        for part in LONG_WORD.split(piece.text):
            measured = advance(part, piece.look)
            smaller = [part] if measured <= width else list(clusters(part))
            found.extend((Piece(each, piece.look, advance(each, piece.look)),) for each in smaller if each)
    return found


def advance(text: str, look: Look) -> float:
    """Width of a text in points."""
    return _advance(text, look.stack, look.language) * look.size / 1000


@functools.lru_cache(maxsize=16384)
def _advance(text: str, stack: Stack, language: str) -> int:
    return shape(text, stack, language=language).width


def _width(word: Word, *, tight: bool = False) -> float:
    total = sum(piece.gap + piece.width for piece in word)
    if tight and word and word[-1].text.endswith(" "):
        last = word[-1]
        total += advance(last.text.rstrip(" "), last.look) - last.width
    return total


def _fill(words: Sequence[Word], width: float) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    used = 0.0
    for word in words:
        if line and used + _width(word, tight=True) > width + 0.01:
            yield line
            line, used = [], 0.0
        if not line:
            word = (replace(word[0], gap=0.0), *word[1:])  # noqa: PLW2901  a gap belongs between, not at the edge
        line.extend(word)
        used += _width(word)
    yield line


def _finish(pieces: list[Piece], width: float, *, spread: bool) -> SetLine:
    """Join neighbours of one look and shape them together."""
    if pieces:
        last = pieces[-1]
        text = last.text.rstrip(" ")
        pieces[-1] = replace(last, text=text, width=advance(text, last.look))
    joined: list[tuple[str, Look, float]] = []
    for piece in pieces:
        if joined and joined[-1][1] == piece.look and not piece.gap:
            joined[-1] = (joined[-1][0] + piece.text, piece.look, joined[-1][2])
        elif piece.text:
            joined.append((piece.text, piece.look, piece.gap))
    shaped = [(shape(text, look.stack, language=look.language), look, gap) for text, look, gap in joined]
    used = sum(gap + line.width * look.size / 1000 for line, look, gap in shaped)
    missing = width - used
    if spread and shaped and 0 < missing <= STRETCH * shaped[0][1].size:
        shaped = _spread(shaped, missing)
    segments: list[Segment] = []
    x = 0.0
    for line, look, gap in shaped:
        length = line.width * look.size / 1000
        segments.append(Segment(line, look, x + gap, length))
        x += gap + length
    return SetLine(tuple(segments), x)


def _spread(shaped: list[tuple[Line, Look, float]], missing: float) -> list[tuple[Line, Look, float]]:
    """Share what the line lacks among its Han characters; the last one stays."""
    wide = sum(_is_wide(glyph.text) for line, _look, _gap in shaped for run in line.runs for glyph in run.glyphs)
    last = shaped[-1][0].runs[-1].glyphs[-1] if shaped[-1][0].runs else None
    count = wide - (1 if last and _is_wide(last.text) else 0)
    if count < 4:
        return shaped
    left = count
    found: list[tuple[Line, Look, float]] = []
    for line, look, gap in shaped:
        extra = int(missing * 1000 / look.size / count)
        runs = []
        for run in line.runs:
            glyphs = []
            for glyph in run.glyphs:
                take = left > 0 and _is_wide(glyph.text)
                left -= take
                glyphs.append(replace(glyph, advance=glyph.advance + extra) if take else glyph)
            runs.append(replace(run, glyphs=tuple(glyphs)))
        found.append((Line(line.text, tuple(runs)), look, gap))
    return found


def _is_wide(text: str) -> bool:
    return bool(text) and any(first <= ord(text[0]) <= last for first, last in WIDE_SCRIPTS)
