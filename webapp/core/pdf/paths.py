"""Geometry of SVG: transforms and path data, as points and the segments that PDF knows. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
"""An operator of PDF ("m", "l", "c", "h") and its points."""

TOKEN = re.compile(r"[MmZzLlHhVvCcSsQqTtAa]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?")
TRANSFORM = re.compile(r"(translate|rotate|scale|matrix|skewX|skewY)\(([^)]*)\)")
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
ROUND = 0.5522847498  # control points of a quarter of a circle


class Matrix(NamedTuple):
    """An affine map: (x, y) becomes (ax + cy + e, bx + dy + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def of(self, point: Point) -> Point:
        """Where a point goes."""
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, inner: Matrix) -> Matrix:
        """The map that first does `inner`, then this."""
        a, b, c, d, e, f = inner
        return Matrix(
            self.a * a + self.c * b, self.b * a + self.d * b, self.a * c + self.c * d, self.b * c + self.d * d, *self.of((e, f)),
        )


def numbers(text: str, *, whole: float = 0.0) -> list[float]:
    """The numbers in an attribute; a per cent is that part of `whole`."""
    found = NUMBER.findall(text)
    return [float(item[:-1]) * whole / 100 if item.endswith("%") else float(item) for item in found]


def transform(text: str) -> Matrix:
    """The map of a `transform` attribute."""
    result = Matrix()
    for name, arguments in TRANSFORM.findall(text):
        result = result.after(_one(name, numbers(arguments)))
    return result


def _one(name: str, given: list[float]) -> Matrix:
    first = given[0] if given else 0.0
    if name == "translate":
        return Matrix(e=first, f=given[1] if len(given) > 1 else 0.0)
    if name == "scale":
        return Matrix(a=first, d=given[1] if len(given) > 1 else first)
    if name == "rotate":
        angle = math.radians(first)
        turn = Matrix(math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle))
        if len(given) < 3:
            return turn
        return Matrix(e=given[1], f=given[2]).after(turn).after(Matrix(e=-given[1], f=-given[2]))
    if name == "matrix" and len(given) == 6:
        return Matrix(*given)
    slope = math.tan(math.radians(first))
    return Matrix(c=slope) if name == "skewX" else Matrix(b=slope) if name == "skewY" else Matrix()


def ellipse(cx: float, cy: float, rx: float, ry: float) -> list[Segment]:
    """A closed ellipse."""
    kx, ky = rx * ROUND, ry * ROUND
    return [
        ("m", ((cx + rx, cy),)),
        ("c", ((cx + rx, cy + ky), (cx + kx, cy + ry), (cx, cy + ry))),
        ("c", ((cx - kx, cy + ry), (cx - rx, cy + ky), (cx - rx, cy))),
        ("c", ((cx - rx, cy - ky), (cx - kx, cy - ry), (cx, cy - ry))),
        ("c", ((cx + kx, cy - ry), (cx + rx, cy - ky), (cx + rx, cy))),
        ("h", ()),
    ]


def rectangle(x: float, y: float, width: float, height: float, radius: float = 0.0) -> list[Segment]:
    """A closed rectangle, its corners rounded by `radius`."""
    r = min(radius, width / 2, height / 2)
    right, bottom, k = x + width, y + height, r * (1 - ROUND)
    if r <= 0:
        return polygon([(x, y), (right, y), (right, bottom), (x, bottom)], closed=True)
    return [
        ("m", ((x + r, y),)), ("l", ((right - r, y),)), ("c", ((right - k, y), (right, y + k), (right, y + r))),
        ("l", ((right, bottom - r),)), ("c", ((right, bottom - k), (right - k, bottom), (right - r, bottom))),
        ("l", ((x + r, bottom),)), ("c", ((x + k, bottom), (x, bottom - k), (x, bottom - r))),
        ("l", ((x, y + r),)), ("c", ((x, y + k), (x + k, y), (x + r, y))), ("h", ()),
    ]  # fmt: skip


def polygon(points: Sequence[Point], *, closed: bool) -> list[Segment]:
    """Straight lines through points."""
    made: list[Segment] = [("m" if at == 0 else "l", (point,)) for at, point in enumerate(points)]
    return [*made, ("h", ())] if closed and made else made


def path(data: str) -> list[Segment]:
    """The segments of path data; what follows a fault is left out, as browsers do."""
    return list(_Path(TOKEN.findall(data)).segments())


class _Path:
    """The pen that follows path data."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = (0.0, 0.0)
        self.start = (0.0, 0.0)
        self.control: Point | None = None
        self.curve = ""

    def commands(self) -> Iterator[tuple[str, list[float]]]:
        place, command = 0, ""
        while place < len(self.tokens):
            token = self.tokens[place]
            if token[0].isalpha():
                command = token
                place += 1
            count = TAKES.get(command.upper(), 0) if command else 0
            values = self.tokens[place : place + count]
            if not command or len(values) < count or any(value[0].isalpha() for value in values):
                return
            yield command, [float(value) for value in values]
            place += count
            if count == 0 and place < len(self.tokens) and not self.tokens[place][0].isalpha():
                return
            command = {"M": "L", "m": "l"}.get(command, command)

    def segments(self) -> Iterator[Segment]:
        for command, values in self.commands():
            kind = command.upper()
            base = self.at if command.islower() else (0.0, 0.0)
            yield from self.one(kind, values, base)
            self.curve = kind

    def one(self, kind: str, values: list[float], base: Point) -> Iterator[Segment]:
        before = self.at
        if kind == "Z":
            self.at = self.start
            yield "h", ()
        elif kind == "A":
            end = (base[0] + values[5], base[1] + values[6])
            self.at = end
            yield from arc(before, end, (values[0], values[1]), values[2], large=values[3] != 0, sweep=values[4] != 0)
        elif kind in "HV":
            self.at = (base[0] + values[0], before[1]) if kind == "H" else (before[0], base[1] + values[0])
            yield "l", (self.at,)
        else:
            points = [(base[0] + x, base[1] + y) for x, y in zip(values[::2], values[1::2], strict=True)]
            self.at = points[-1]
            if kind == "M":
                self.start = self.at
            yield self.curved(kind, points, before) if kind in "CSQT" else ("m" if kind == "M" else "l", (self.at,))

    def curved(self, kind: str, points: list[Point], before: Point) -> Segment:
        if kind in "ST":
            family = "CS" if kind == "S" else "QT"
            mirrored = self.control if self.control is not None and self.curve in family else before
            points = [(2 * before[0] - mirrored[0], 2 * before[1] - mirrored[1]), *points]
        self.control = points[-2]
        if kind in "CS":
            return "c", tuple(points)
        middle, end = points
        return "c", (_between(before, middle), _between(end, middle), end)


def _between(end: Point, middle: Point) -> Point:
    """The control point of the cubic curve that is the same as a quadratic one."""
    return end[0] + (middle[0] - end[0]) * 2 / 3, end[1] + (middle[1] - end[1]) * 2 / 3


def arc(start: Point, end: Point, radii: Point, rotation: float, *, large: bool, sweep: bool) -> Iterator[Segment]:
    """An elliptical arc as curves; formulas of SVG 1.1, appendix F.6."""
    rx, ry = abs(radii[0]), abs(radii[1])
    if start == end or not rx or not ry:
        yield "l", (end,)
        return
    phi = math.radians(rotation)
    cos, sin = math.cos(phi), math.sin(phi)
    dx, dy = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x1, y1 = cos * dx + sin * dy, -sin * dx + cos * dy
    scale = math.sqrt(max(1.0, (x1 / rx) ** 2 + (y1 / ry) ** 2))
    rx, ry = rx * scale, ry * scale
    under = (rx * ry) ** 2 - (rx * y1) ** 2 - (ry * x1) ** 2
    factor = math.sqrt(max(0.0, under / ((rx * y1) ** 2 + (ry * x1) ** 2))) * (-1 if large == sweep else 1)
    cx, cy = factor * rx * y1 / ry, -factor * ry * x1 / rx
    first = math.atan2((y1 - cy) / ry, (x1 - cx) / rx)
    turn = math.atan2((-y1 - cy) / ry, (-x1 - cx) / rx) - first
    turn += -2 * math.pi if not sweep and turn > 0 else 2 * math.pi if sweep and turn < 0 else 0.0
    centre = (cos * cx - sin * cy + (start[0] + end[0]) / 2, sin * cx + cos * cy + (start[1] + end[1]) / 2)
    place = Matrix(cos, sin, -sin, cos, *centre)
    count = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    step = turn / count
    reach = 4 / 3 * math.tan(step / 4)
    for number in range(count):
        a, b = first + number * step, first + (number + 1) * step
        corners = (
            (rx * (math.cos(a) - reach * math.sin(a)), ry * (math.sin(a) + reach * math.cos(a))),
            (rx * (math.cos(b) + reach * math.sin(b)), ry * (math.sin(b) - reach * math.cos(b))),
            (rx * math.cos(b), ry * math.sin(b)),
        )
        yield "c", tuple(place.of(corner) for corner in corners)
