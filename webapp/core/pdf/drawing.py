"""Drawings in SVG, as lessons and charts have them, drawn with the canvas: vectors and real text.

Understood is what a lesson's figure may hold: shapes, paths, groups, transforms, text, and the classes of the style
sheet, which get the colours of print. Anything else is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

from webapp.core.frozen import dataclass
from webapp.core.pdf.canvas import GlyphCanvas
from webapp.core.pdf.fonts import BODY, BODY_BOLD, legible
from webapp.core.pdf.palette import COLOURS, rgb
from webapp.core.pdf.paths import Matrix, Segment, ellipse, numbers, path, polygon, rectangle, transform
from webapp.core.pdf.typeset import shape

FILLS = {
    "k": "c1", "k2": "c2", "k3": "c3", "k4": "c4", "paper": "paper", "track": "sunk", "tint": "wash", "hollow": "ground", "t": "text",
    "line": "", "q1": "q1", "q2": "q2", "q3": "q3", "q4": "q4", "r1": "warn-wash", "on": "white", "dim": "muted",
}
STROKES = {"line": "ink", "hollow": "ink", "hair": "hair", "soft": "q2", "three": "c3"}
PIXEL = 0.75  # points
BASELINES = {"middle": 0.32, "central": 0.36, "hanging": 0.74}
CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}


@dataclass(frozen=True)
class Style:
    """What an element hands down to those inside it. Colours by name, empty for none."""

    fill: str = "text"
    stroke: str = ""
    width: float = 2.0  # pixels
    size: float = 16.0
    bold: bool = False
    anchor: str = "start"
    baseline: str = ""
    dashes: tuple[float, ...] = ()
    cap: int = 0
    join: int = 0
    evenodd: bool = False

    def of(self, attributes: Mapping[str, str]) -> Style:
        """The style of an element with these attributes inside one of this style."""
        style = self
        classes = set(attributes.get("class", "").split())
        for name, colour in FILLS.items():
            if name in classes:
                style = replace(style, fill=colour)
        for name, colour in STROKES.items():
            if name in classes:
                style = replace(style, stroke=colour, width=2.0)
        if classes & {"thin", "hair"}:
            style = replace(style, width=1.0)
        if "dot" in classes:
            goal = f"goal-{attributes.get('data-goal', '')}"
            style = replace(style, fill=goal if goal in COLOURS else "c4")
        if "t" in classes:
            style = replace(style, bold="b" in classes, size=13.0 if "s" in classes else 16.0)
        return replace(
            style,
            anchor=attributes.get("text-anchor", style.anchor), baseline=attributes.get("dominant-baseline", style.baseline),
            dashes=tuple(numbers(attributes["stroke-dasharray"])) if "stroke-dasharray" in attributes else style.dashes,
            cap=CAPS.get(attributes.get("stroke-linecap", ""), style.cap),
            join=JOINS.get(attributes.get("stroke-linejoin", ""), style.join),
            evenodd=attributes.get("fill-rule", "evenodd" if style.evenodd else "") == "evenodd",
        )


class Drawing:
    """A drawing that is read once and drawn at any size. Raises `ValueError` if it is not SVG with a viewBox."""

    def __init__(self, svg: str, *, language: str) -> None:
        try:
            # The markup is the product's own: figures have been written anew by the reader of courses.
            self.root = ET.fromstring(svg)  # noqa: S314
        except ET.ParseError as error:
            raise ValueError(str(error)) from error
        box = numbers(self.root.get("viewBox", ""))
        if _name(self.root) != "svg" or len(box) != 4 or box[2] <= 0 or box[3] <= 0:
            message = "not a drawing with a viewBox"
            raise ValueError(message)
        self.left, self.top, self.width, self.height = box
        self.language = language

    def draw(self, canvas: GlyphCanvas, x: float, y: float, *, width: float) -> None:
        """Draw with the lower left corner at (x, y), `width` points wide; the height follows."""
        scale = width / self.width
        place = Matrix(scale, 0, 0, -scale, x - self.left * scale, y + (self.top + self.height) * scale)
        canvas.saveState()
        self._inside(canvas, self.root, Style(), place, scale)
        canvas.restoreState()

    def _inside(self, canvas: GlyphCanvas, parent: ET.Element, style: Style, place: Matrix, scale: float) -> None:
        for element in parent:
            name = _name(element)
            own = style.of(element.attrib)
            moved = place.after(transform(element.get("transform", "")))
            if name == "g":
                self._inside(canvas, element, own, moved, scale)
            elif name == "text":
                self._text(canvas, element, own, moved)
            else:
                segments = list(self._shape(name, element))
                if segments:
                    canvas.operators(_operators(segments, own, moved, scale))

    def _length(self, element: ET.Element, key: str, default: float = 0.0) -> float:
        whole = self.height if key in {"y", "cy", "y1", "y2", "ry", "height", "dy"} else self.width
        return next(iter(numbers(element.get(key, ""), whole=whole)), default)

    def _shape(self, name: str, element: ET.Element) -> Iterable[Segment]:
        def of(key: str) -> float:
            return self._length(element, key)

        if name == "path":
            return path(element.get("d", ""))
        if name in {"circle", "ellipse"}:
            rx, ry = (of("r"), of("r")) if name == "circle" else (of("rx"), of("ry"))
            return ellipse(of("cx"), of("cy"), rx, ry) if rx > 0 and ry > 0 else []
        if name == "rect":
            wide, high = of("width"), of("height")
            return rectangle(of("x"), of("y"), wide, high, max(of("rx"), of("ry"))) if wide > 0 and high > 0 else []
        if name == "line":
            return polygon([(of("x1"), of("y1")), (of("x2"), of("y2"))], closed=False)
        if name in {"polyline", "polygon"}:
            given = numbers(element.get("points", ""))
            return polygon(list(zip(given[::2], given[1::2], strict=False)), closed=name == "polygon")
        return []

    def _text(self, canvas: GlyphCanvas, element: ET.Element, style: Style, place: Matrix) -> None:
        """Lines of a text: each element that says its own x begins one."""
        x, y = self._length(element, "x") + self._length(element, "dx"), self._length(element, "y") + self._length(element, "dy")
        chunks: list[tuple[float, float, list[tuple[str, Style]]]] = [(x, y, [(element.text or "", style)])]
        for child in element:
            own = style.of(child.attrib)
            if child.get("x") is not None or child.get("y") is not None or child.get("dy") is not None:
                x = self._length(child, "x", chunks[-1][0]) + self._length(child, "dx")
                y = self._length(child, "y", chunks[-1][1]) + self._length(child, "dy")
                chunks.append((x, y, []))
            chunks[-1][2].extend([("".join(child.itertext()), own), (child.tail or "", style)])
        for left, base, parts in chunks:
            self._line(canvas, parts, (left, base), place)

    def _line(self, canvas: GlyphCanvas, parts: list[tuple[str, Style]], at: tuple[float, float], place: Matrix) -> None:
        shaped = []
        for text, style in _blanks(parts):
            stack = BODY_BOLD if style.bold else BODY
            said = legible(text, stack)
            if said:
                shaped.append((shape(said, stack, language=self.language), style))
        if not shaped:
            return
        whole = sum(line.width * style.size / 1000 for line, style in shaped)
        first = shaped[0][1]
        x = at[0] - {"middle": whole / 2, "end": whole}.get(first.anchor, 0.0)
        y = at[1] + BASELINES.get(first.baseline, 0.0) * first.size
        for line, style in shaped:
            left, base = place.of((x, y))
            canvas.saveState()
            canvas.transform(place.a, place.b, -place.c, -place.d, left, base)
            canvas.text(line, 0, 0, size=style.size, colour=COLOURS[style.fill or "text"])
            canvas.restoreState()
            x += line.width * style.size / 1000


def _blanks(parts: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    """The parts of a line with blanks as a browser leaves them: one at most, none at the line's ends."""
    found: list[tuple[str, Style]] = []
    for text, style in parts:
        begins = bool(found) and text[:1].isspace() and not found[-1][0].endswith(" ")
        plain = f"{' ' if begins else ''}{' '.join(text.split())}{' ' if text[-1:].isspace() and text.strip() else ''}"
        if plain.strip() or begins:
            found.append((plain, style))
    while found and not found[-1][0].strip():
        found.pop()
    return [*found[:-1], (found[-1][0].rstrip(), found[-1][1])] if found else []


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _operators(segments: Iterable[Segment], style: Style, place: Matrix, scale: float) -> str:
    """Path and painting operators, ISO 32000-2 section 8.5."""
    code: list[str] = []
    if style.fill:
        code.append("{:.3f} {:.3f} {:.3f} rg".format(*rgb(style.fill)))
    if style.stroke:
        dashes = " ".join(f"{dash * scale:.2f}" for dash in style.dashes)
        code.append("{:.3f} {:.3f} {:.3f} RG".format(*rgb(style.stroke)))
        code.append(f"{style.width * PIXEL:.2f} w {style.cap} J {style.join} j [{dashes}] 0 d")
    for operator, points in segments:
        placed = " ".join(f"{x:.2f} {y:.2f}" for x, y in map(place.of, points))
        code.append(f"{placed} {operator}" if placed else operator)
    star = "*" if style.evenodd else ""
    code.append(f"B{star}" if style.fill and style.stroke else f"f{star}" if style.fill else "S" if style.stroke else "n")
    return "\n".join(code)
