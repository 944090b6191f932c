"""The parts that flow over the pages of a PDF: text, boxes, drawings. Measures in points.

Each draws into structure elements that were made in reading order before layout, so that what is split over two
pages, or drawn twice, stays one thing to a screen reader.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from typing import Any, TypeVar

from reportlab.platypus.flowables import Flowable

from webapp.core.pdf.canvas import Element, GlyphCanvas
from webapp.core.pdf.drawing import Drawing
from webapp.core.pdf.palette import COLOURS
from webapp.core.pdf.paragraph import HAN, Look, Segment, SetLine, natural_width, set_lines

ASCENT, DESCENT = 0.9, 0.26  # of a line, in ems: room for accents and the legs of letters
Parts = Sequence[tuple[str, Look]]
Memo = dict[tuple[tuple[tuple[str, Look], ...], float, bool, bool], list[SetLine]]
"""Lines that were set before: a document with a table of contents is laid out twice."""


class Part(Flowable):
    """A part with room around it. `sticks`: never the last on its page."""

    canv: Any
    before = 0.0
    after = 0.0
    indent = 0.0
    sticks = False

    def getSpaceBefore(self) -> float:  # noqa: N802  name given by the library
        """Room above."""
        return self.before

    def getSpaceAfter(self) -> float:  # noqa: N802  name given by the library
        """Room below."""
        return self.after

    def natural(self) -> tuple[float, float]:
        """Smallest sensible and most useful width."""
        return self.indent, self.indent

    def first_height(self, width: float) -> float:
        """What must fit on a page with what stands before."""
        return float(self.wrap(width, 1e6)[1])


P = TypeVar("P", bound=Part)


def twice(part: P) -> tuple[P, P]:
    """Two copies of a part, to become its head and its tail."""
    part.__dict__.pop("_postponed", None)  # the library's note that it has been moved to a new page once
    return copy.copy(part), copy.copy(part)


class TextPart(Part):
    """Lines of text, with an optional label hanging to their left; `balanced` lines are about equally long."""

    balanced = False

    def __init__(
        self, parts: Parts, *, element: Element, leading: float, indent: float = 0.0, before: float = 0.0, after: float = 0.0,
        align: str = "left", spread: bool = False, sticks: bool = False,
    ) -> None:
        super().__init__()
        self.parts, self.element, self.leading, self.indent, self.before, self.after = parts, element, leading, indent, before, after
        self.align, self.spread, self.sticks = align, spread, sticks
        self.size = max((look.size for _text, look in parts), default=leading / 1.5)
        self.lines: list[SetLine] | None = None
        self.measure = 0.0
        self.label: tuple[SetLine, Element, float] | None = None
        self.mark: tuple[str, str, int] | None = None  # name, title, level of a bookmark
        self.memo: Memo = {}

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """Width and height at this width."""
        if self.lines is None or aW != self.measure:
            key = (tuple(self.parts), aW - self.indent, self.spread, self.balanced)
            self.lines = self.memo.get(key)
            if self.lines is None:
                self.lines = self.memo[key] = self._set(aW - self.indent)
        self.measure = self.width = aW
        self.height = len(self.lines) * self.leading
        return aW, self.height

    def _set(self, width: float) -> list[SetLine]:
        lines = set_lines(self.parts, width, spread=self.spread)
        return self._balance(width, len(lines)) if self.balanced and len(lines) > 1 else lines

    def _balance(self, width: float, count: int) -> list[SetLine]:
        """The narrowest setting that needs no more lines."""
        narrow, wide = width / count, width
        for _turn in range(7):
            middle = (narrow + wide) / 2
            if len(set_lines(self.parts, middle)) <= count:
                wide = middle
            else:
                narrow = middle
        return set_lines(self.parts, wide)

    def natural(self) -> tuple[float, float]:
        """Width of the longest word, and of the whole text in one line."""
        least, most = natural_width(self.parts)
        return least + self.indent, most + self.indent + 0.5

    def first_height(self, width: float) -> float:
        """The first two lines, or three if there are no more."""
        self.wrap(width, 1e6)
        return min(self.height, self.leading * 3)

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803  names given by the library
        """At least two lines stay and two go."""
        self.wrap(aW, aH)
        lines = self.lines or []
        fit = int((aH + 0.01) / self.leading)
        if len(lines) - fit == 1:
            fit -= 1
        if fit < 2 or fit >= len(lines) or self.sticks:
            return []
        head, tail = twice(self)
        head.lines, head.after = lines[:fit], 0.0
        tail.lines, tail.before, tail.label, tail.mark = lines[fit:], 0.0, None, None
        return [head, tail]

    def draw(self) -> None:
        """Draw all lines."""
        canvas: GlyphCanvas = self.canv
        base = self.height - (self.leading - (ASCENT + DESCENT) * self.size) / 2 - ASCENT * self.size
        if self.mark:
            name, title, level = self.mark
            canvas.bookmarkHorizontal(name, 0, self.height + 12)
            canvas.addOutlineEntry(title, name, level=level)
        if self.label:
            line, element, x = self.label
            with canvas.marked(element):
                draw_line(canvas, line, x, base)
        with canvas.marked(self.element):
            for number, line in enumerate(self.lines or []):
                room = self.width - self.indent - line.width
                shift = {"right": room, "centre": room / 2}.get(self.align, 0.0)
                draw_line(canvas, line, self.indent + shift, base - number * self.leading)


def draw_line(canvas: GlyphCanvas, line: SetLine, x: float, y: float) -> None:
    """Draw a set line from `x` on its baseline `y`, with links, tints and dots."""
    for segment in line.segments:
        look = segment.look
        left = x + segment.x
        if look.tinted:
            canvas.setFillColor(COLOURS["warm"])
            canvas.rect(left - 1.5, y - 0.28 * look.size, segment.width + 3, 1.28 * look.size, stroke=0, fill=1)
        if look.link:
            _link(canvas, segment, left, y)
        canvas.text(segment.line, left, y + look.rise, size=look.size, colour=COLOURS[look.colour], slanted=look.slanted)
        if look.dotted:
            _dots(canvas, segment, left, y)


def _link(canvas: GlyphCanvas, segment: Segment, x: float, y: float) -> None:
    look = segment.look
    box = (x, y - 0.25 * look.size, x + segment.width, y + look.size)
    if look.link.startswith("#"):
        canvas.linkRect("", look.link[1:], box, relative=1, Border="[0 0 0]")
        return
    canvas.linkURL(look.link, box, relative=1, thickness=0)
    canvas.setStrokeColor(COLOURS["q2"])
    canvas.setLineWidth(0.5)
    canvas.line(x, y - 0.16 * look.size, x + segment.width, y - 0.16 * look.size)


def _dots(canvas: GlyphCanvas, segment: Segment, x: float, y: float) -> None:
    """着重号: a dot below each Han character."""
    size = segment.look.size
    canvas.setFillColor(COLOURS[segment.look.colour])
    for run in segment.line.runs:
        for glyph in run.glyphs:
            if HAN.match(glyph.text):
                canvas.circle(x + size / 2, y - 0.3 * size, 0.055 * size, stroke=0, fill=1)
            x += glyph.advance * size / 1000


class DrawingPart(Part):
    """A drawing in vectors."""

    highest = 400.0

    def __init__(self, drawing: Drawing, *, element: Element, share: float, indent: float = 0.0) -> None:
        super().__init__()
        self.drawing, self.element, self.share, self.indent = drawing, element, share, indent
        self.before, self.after = 6.0, 4.0

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """As wide as its share, but never higher than a good half of the page."""
        ratio = self.drawing.height / self.drawing.width
        self.drawn = min((aW - self.indent) * self.share, self.highest / ratio)
        self.width, self.height = aW, self.drawn * ratio
        return aW, self.height

    def natural(self) -> tuple[float, float]:
        """Legible from 120 points on."""
        return 120.0, 320.0

    def draw(self) -> None:
        """Draw, as one figure with its alternative text."""
        with self.canv.marked(self.element):
            self.drawing.draw(self.canv, self.indent, 0, width=self.drawn)


class PicturePart(Part):
    """An image of dots."""

    highest = 400.0

    def __init__(self, image: Any, *, element: Element, share: float, indent: float = 0.0) -> None:
        super().__init__()
        self.image, self.element, self.share, self.indent = image, element, share, indent
        self.before, self.after = 6.0, 4.0

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """As a drawing; an image of few dots is not blown up beyond 96 a inch."""
        wide, high = self.image.getSize()
        self.drawn = min((aW - self.indent) * self.share, self.highest * wide / high, wide * 0.75)
        self.width, self.height = aW, self.drawn * high / wide
        return aW, self.height

    def draw(self) -> None:
        """Draw, as one figure with its alternative text."""
        with self.canv.marked(self.element):
            self.canv.drawImage(self.image, self.indent, 0, width=self.drawn, height=self.height, mask="auto")


class RulePart(Part):
    """Horizontal rules, each as (distance from the top, thickness, colour)."""

    def __init__(self, rules: Sequence[tuple[float, float, str]], *, height: float, indent: float = 0.0, after: float = 0.0) -> None:
        super().__init__()
        self.rules, self.height, self.indent, self.after = rules, height, indent, after

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """The whole width."""
        self.width = aW
        return aW, self.height

    def draw(self) -> None:
        """Draw the rules as ornament."""
        with self.canv.artifact():
            for top, weight, colour in self.rules:
                self.canv.setStrokeColor(COLOURS[colour])
                self.canv.setLineWidth(weight)
                self.canv.line(self.indent, self.height - top, self.width, self.height - top)


class StackPart(Part):
    """Parts one below the other, as in a box or a table's cell; breaks between them or inside them.

    `fill` and `rule` are names of colours, empty for none; a `whole` stack never breaks.
    """

    def __init__(
        self, parts: Sequence[Part], *, indent: float = 0.0, padding: tuple[float, float] = (0.0, 0.0), fill: str = "", rule: str = "",
        whole: bool = False, before: float = 0.0, after: float = 0.0,
    ) -> None:
        super().__init__()
        self.parts, self.indent, self.padding, self.fill, self.rule, self.whole = list(parts), indent, padding, fill, rule, whole
        self.before, self.after = before, after

    def _inner(self, width: float) -> float:
        return width - self.indent - 2 * self.padding[0]

    def _gaps(self) -> list[float]:
        between = [max(above.after, below.before) for above, below in itertools.pairwise(self.parts)]
        return [0.0, *between] if self.parts else []

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """The heights of all parts and the gaps between them."""
        self.width = aW
        heights = [part.wrap(self._inner(aW), 1e6)[1] for part in self.parts]
        self.height = sum(heights) + sum(self._gaps()) + 2 * self.padding[1]
        return aW, self.height

    def natural(self) -> tuple[float, float]:
        """Those of the widest part."""
        extra = self.indent + 2 * self.padding[0]
        widths = [part.natural() for part in self.parts]
        return max((least for least, _most in widths), default=0.0) + extra, max((most for _least, most in widths), default=0.0) + extra

    def first_height(self, width: float) -> float:
        """All of a whole stack, else what begins it."""
        whole = self.wrap(width, 1e6)[1]
        if self.whole or not self.parts:
            return whole
        height = self.padding[1]
        for gap, part in zip(self._gaps(), self.parts, strict=True):
            height += gap + part.first_height(self._inner(width))
            if not part.sticks:
                break
        return min(whole, height)

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803  names given by the library
        """Fill what there is, if anything fits."""
        if self.whole or self.wrap(aW, aH)[1] <= aH:
            return []
        left = aH - 2 * self.padding[1]
        kept: list[Part] = []
        rest = list(self.parts)
        for gap in self._gaps():
            height = rest[0].wrap(self._inner(aW), 1e6)[1]
            if gap + height > left + 0.01:
                pieces: list[Any] = rest[0].split(self._inner(aW), left - gap) if left > gap else []
                if pieces:
                    kept.append(pieces[0])
                    rest[0:1] = pieces[1:]
                break
            kept.append(rest.pop(0))
            left -= gap + height
        while kept and kept[-1].sticks:
            rest.insert(0, kept.pop())
        if not kept or not rest:
            return []
        head, tail = twice(self)
        head.parts, head.after = kept, 0.0
        tail.parts, tail.before = rest, 0.0
        return [head, tail]

    def draw(self) -> None:
        """Draw ground and rule as ornament, then the parts."""
        if self.fill or self.rule:
            with self.canv.artifact():
                if self.fill:
                    self.canv.setFillColor(COLOURS[self.fill])
                    self.canv.rect(self.indent, 0, self.width - self.indent, self.height, stroke=0, fill=1)
                if self.rule:
                    self.canv.setFillColor(COLOURS[self.rule])
                    self.canv.rect(self.indent, 0, 2.5, self.height, stroke=0, fill=1)
        y = self.height - self.padding[1]
        for gap, part in zip(self._gaps(), self.parts, strict=True):
            y -= gap + part.wrap(self._inner(self.width), 1e6)[1]
            part.drawOn(self.canv, self.indent + self.padding[0], y)
