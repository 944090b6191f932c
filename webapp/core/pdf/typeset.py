"""Setting text: direction, shaping, line breaks and fitting. Pure; measures are thousandths of the type size.

HarfBuzz shapes each run (joined Arabic, stacked Tibetan). The order of runs follows the Unicode bidirectional
algorithm (UAX #9) in the part that names and titles need: its rules P2, W1, N1, N2 and L2, without embeddings,
which `fonts.missing_characters` refuses.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from webapp.core.frozen import dataclass
from webapp.core.late import Late
from webapp.core.pdf.fonts import Face, Stack, clusters, faces_for

if TYPE_CHECKING:
    import uharfbuzz as hb
else:
    hb = Late("uharfbuzz")

NO_BREAK_BEFORE = frozenset("，。、；：？！）》」』〉】〕〗｝］”’…—～·・་།％‰℃°%.,;:!?)]}/")
NO_BREAK_AFTER = frozenset("（《「『〈【〔〖｛［“‘([{￥$€£")
BREAK_AFTER = frozenset(" -·・་᠊")
# Han, kana and full-width forms break between any two characters.
WIDE_SCRIPTS = ((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))


@dataclass(frozen=True)
class Glyph:
    """A glyph, the text it stands for, its advance and its shift.

    A character may take several glyphs: all but one of them stand for no text.
    """

    index: int
    text: str
    advance: int
    dx: int
    dy: int


@dataclass(frozen=True)
class Run:
    """Glyphs of one face from left to right, and their text in reading order."""

    face: Face
    text: str
    glyphs: tuple[Glyph, ...]

    joined: bool
    """Whether some characters share glyphs, so that the glyphs alone may not give the text back in order."""


@dataclass(frozen=True)
class Line:
    """Runs from left to right."""

    text: str
    runs: tuple[Run, ...]

    @property
    def width(self) -> int:
        """The sum of the advances."""
        return sum(glyph.advance for run in self.runs for glyph in run.glyphs)

    @functools.cached_property
    def ink(self) -> tuple[int, int]:
        """How far the drawing reaches above and below the baseline, both counted positive."""
        above = below = 0
        for run in self.runs:
            for glyph in run.glyphs:
                low, high = run.face.file.reach(glyph.index)
                above = max(above, high + glyph.dy)
                below = max(below, -low - glyph.dy)
        return above, below


@dataclass(frozen=True)
class Block:
    """Lines at the size (in points) at which they fit."""

    size: float
    lines: tuple[Line, ...]


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs right to left (rule P2)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind != "L" for kind in strong if kind in {"L", "R", "AL"}), False)


def levels(text: str) -> list[int]:
    """The embedding level of each character: even runs left to right, odd right to left."""
    if text.isascii():
        return [0] * len(text)
    base = int(is_right_to_left(text))
    found: list[tuple[int, int] | None] = []  # level, and the direction that neighbouring neutrals see
    strong = base
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            strong = int(kind != "L")
        if kind in {"L", "EN", "AN"}:
            found.append((2 if base or strong else 0, strong))
        elif kind in {"R", "AL"}:
            found.append((1, 1))
        elif kind == "NSM" and found:
            found.append(found[-1])
        else:
            found.append(None)
    return _resolve_neutrals(found, base)


def _resolve_neutrals(found: Sequence[tuple[int, int] | None], base: int) -> list[int]:
    resolved: list[int] = []
    before = base
    for known, group in itertools.groupby(found):
        count = len(list(group))
        if known is not None:
            level, before = known
        else:
            after = next((later[1] for later in found[len(resolved) :] if later is not None), base)
            level = base if before != after else before if before or not base else 2
        resolved.extend([level] * count)
    return resolved


# A page repeats its fixed words on every certificate.
@functools.lru_cache(maxsize=128)
def shape(text: str, stack: Stack, *, language: str = "") -> Line:
    """`text` as one shaped line. `language` is a tag such as "zh-Hans", or empty where it is unknown."""
    level_of = levels(text)
    pieces: list[tuple[Face, int, str]] = []
    position = 0
    for face, cluster in faces_for(text, stack, chinese=language.startswith("zh")):
        level = level_of[position]
        position += len(cluster)
        if pieces and pieces[-1][0] is face and pieces[-1][1] == level:
            pieces[-1] = (face, level, pieces[-1][2] + cluster)
        else:
            pieces.append((face, level, cluster))
    runs = [_shape_run(face, piece, leftwards=level % 2 == 1, language=language) for face, level, piece in pieces]
    return Line(text, tuple(_in_visual_order(runs, [level for _, level, _ in pieces])))


def _in_visual_order(runs: Sequence[Run], run_levels: Sequence[int]) -> list[Run]:
    """Rule L2: from the highest level down, reverse every stretch at that level or above."""
    placed = list(zip(runs, run_levels, strict=True))
    for threshold in range(max(run_levels, default=0), 0, -1):
        at = 0
        while at < len(placed):
            end = at
            while end < len(placed) and placed[end][1] >= threshold:
                end += 1
            placed[at:end] = placed[at:end][::-1]
            at = end + 1
    return [run for run, _ in placed]


def _shape_run(face: Face, text: str, *, leftwards: bool, language: str) -> Run:
    buffer = hb.Buffer()
    buffer.add_codepoints([ord(character) for character in text])
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if leftwards else "ltr"
    if language:
        buffer.language = language
    hb.shape(face.hb_font, buffer)
    infos = buffer.glyph_infos
    texts = _texts([info.cluster for info in infos], text, leftwards=leftwards)
    glyphs = tuple(
        Glyph(info.codepoint, own, place.x_advance, place.x_offset, place.y_offset)
        for info, place, own in zip(infos, buffer.glyph_positions, texts, strict=True)
    )
    return Run(face, text, glyphs, joined=len({info.cluster for info in infos}) < len(infos))


def _texts(starts: Sequence[int], text: str, *, leftwards: bool) -> list[str]:
    """The text of each glyph, given where in `text` its cluster starts.

    A cluster's characters go one to a glyph, what is left to its last glyph.
    """
    ends = dict(itertools.pairwise([*sorted(set(starts)), len(text)]))
    texts: list[str] = []
    for start, group in itertools.groupby(reversed(starts) if leftwards else starts):
        count = len(list(group))
        own = text[start : ends[start]]
        texts.extend([*own[: count - 1], own[count - 1 :]] if len(own) >= count else [own, *[""] * (count - 1)])
    return texts[::-1] if leftwards else texts


def fit(
    text: str,
    stack: Stack,
    *,
    width: float,
    sizes: tuple[float, float],
    lines: int,
    language: str = "",
) -> Block:
    """`text` in at most `lines` lines of `width` points, as large as `sizes` (largest, smallest) allow.

    One line is tried down to the smallest size, then more lines from the largest size down. A text that is too
    long even so goes below the smallest size: nothing is cut and nothing overflows.
    """
    largest, smallest = sizes
    single = shape(text, stack, language=language)
    size = min(largest, width * 1000 / max(single.width, 1))
    if size >= smallest or lines == 1:
        return Block(size, (single,))
    size = largest
    pieces = [(piece, shape(piece, stack, language=language).width) for piece in break_points(text)]
    while True:
        measure = width * 1000 / size
        wrapped = _fill(pieces, measure)
        if len(wrapped) <= lines and all(piece <= measure for _, piece in pieces):
            break
        size *= 0.96
        if size < smallest:
            pieces = [(piece, shape(piece, stack, language=language).width) for piece in clusters(text)]
    balanced = _balance(pieces, measure, len(wrapped))
    shaped = tuple(shape(line, stack, language=language) for line in balanced)
    return Block(size * min(1.0, *(measure / max(line.width, 1) for line in shaped)), shaped)


def break_points(text: str) -> list[str]:
    """`text` cut wherever a line may end; joined again they are `text`."""
    pieces: list[str] = []
    previous = ""
    for cluster in clusters(text):
        if pieces and not _may_break(previous, cluster):
            pieces[-1] += cluster
        else:
            pieces.append(cluster)
        previous = cluster
    return pieces


def _may_break(previous: str, following: str) -> bool:
    if following == " " or following in NO_BREAK_BEFORE or previous in NO_BREAK_AFTER:
        return False
    return previous in BREAK_AFTER or _is_wide(previous) or _is_wide(following)


def _is_wide(cluster: str) -> bool:
    return any(first <= ord(cluster[0]) <= last for first, last in WIDE_SCRIPTS)


def _fill(pieces: Sequence[tuple[str, int]], measure: float) -> list[str]:
    filled: list[str] = []
    used = 0.0
    for piece, width in pieces:
        if filled and used + width <= measure:
            filled[-1] += piece
            used += width
        else:
            filled.append(piece)
            used = width
    return [line.strip(" ") for line in filled]


def _balance(pieces: Sequence[tuple[str, int]], measure: float, count: int) -> list[str]:
    """Lines of about equal length: the narrowest measure that still needs no more than `count` lines."""
    narrow, wide = measure / count, measure
    for _ in range(8):
        middle = (narrow + wide) / 2
        if len(_fill(pieces, middle)) <= count:
            wide = middle
        else:
            narrow = middle
    return _fill(pieces, wide)
