"""Charts as one drawing with a viewBox: for PDF (vectors, real text), for Word (an image), and wherever HTML is not at hand.

Texts are measured by guess (`measure`), wrapped and shortened, so that nothing leaves the drawing; the table of numbers that
goes with it has every label in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from markupsafe import Markup

from webapp.core.charts import measure
from webapp.core.charts.numbers import mark_words
from webapp.core.charts.shapes import (
    DARK,
    Bar,
    Bars,
    Chart,
    Columns,
    Compared,
    Cross,
    Gaps,
    Mark,
    Scale,
    Stacked,
    Tiles,
    every_of,
    figures,
    named,
    shade_of,
)
from webapp.core.i18n import _

WIDTH = 640.0
SIZE = 13.0
LINE = 16.0
LABEL = 212.0
GAP = 12.0
NUMBERS = 96.0
HALF = 0.5


class Board:
    """Collects shapes from the top down."""

    def __init__(self, chart: Chart) -> None:
        self.chart, self.parts, self.y = chart, [Markup()], 0.0

    def add(self, shape: str, **values: object) -> None:
        """A shape; numbers are written short, texts escaped."""
        self.parts.append(Markup(shape).format(**{  # noqa: S704  the shape is written here, only its values come from outside
            key: f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, (int, float)) else value for key, value in values.items()
        }))

    def rect(self, kind: str, x: float, y: float, wide: float, high: float) -> None:
        """A rectangle of a class."""
        if wide > 0 and high > 0:
            self.add('<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{high}"/>', kind=kind, x=x, y=y, wide=wide, high=high)

    def text(self, words: str, x: float, y: float, *, anchor: str = "start", kind: str = "") -> None:
        """One line of text with its baseline at y."""
        if words:
            self.add(
                '<text class="t s{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>',
                kind=f" {kind}" if kind else "", x=x, y=y, anchor=anchor, words=words,
            )

    def block(self, lines: Sequence[str], x: float, top: float, *, anchor: str = "start", kind: str = "") -> None:
        """Lines under one another."""
        for at, line in enumerate(lines):
            self.text(line, x, top + LINE * at + SIZE - 1, anchor=anchor, kind=kind)

    def svg(self) -> str:
        """The drawing."""
        head = Markup('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>').format(
            f"{WIDTH:.0f}", f"{max(self.y, 1):.0f}", self.chart.title, self.chart.summary,
        )
        return str(head + Markup().join(self.parts) + Markup("</svg>"))

    def legend(self, items: Sequence[tuple[str, str]]) -> None:
        """Swatches with words, in as many lines as it takes. A sign is a class, or one of `mark:` and `dot:`."""
        x = 0.0
        for sign, words in items:
            said = measure.shortened(words, SIZE, WIDTH - 30)
            wide = 20 + measure.width(said, SIZE) + 18
            if x and x + wide > WIDTH:
                x, self.y = 0.0, self.y + LINE + 4
            self.swatch(sign, x, self.y + 2)
            self.text(said, x + 19, self.y + SIZE)
            x += wide
        self.y += LINE + 12

    def swatch(self, sign: str, x: float, y: float) -> None:
        """A square of 13."""
        kind, _colon, name = sign.partition(":")
        if kind == "mark":
            self.mark(Mark(name), x, y, SIZE, SIZE)
        elif kind == "dot":
            radius = 4.5 if name == "hollow" else 5.5
            self.add('<circle class="{name}" cx="{x}" cy="{y}" r="{radius}"/>', name=name, x=x + 6, y=y + 6, radius=radius)
        else:
            self.rect(sign, x, y, SIZE, SIZE)
            self.rect("line hair", x, y, SIZE, SIZE)

    def mark(self, mark: Mark, x: float, y: float, wide: float, high: float) -> None:
        """How something is named: full, half with a thick foot, or only an outline."""
        if mark is Mark.NONE:
            self.rect("line hair", x + HALF, y + HALF, wide - 1, high - 1)
        elif mark is Mark.INDIRECT:
            self.rect("q1", x, y, wide, high)
            self.rect("q3", x, y + high - 3, wide, 3)
        else:
            self.rect("q4", x, y, wide, high)

    def label(self, words: str, goal: int = 0, *, room: float = LABEL) -> tuple[list[str], float]:
        """Lines of a row's label, and the height that the row needs."""
        found = measure.lines(words, SIZE, room - (12 if goal else 0))
        return found, LINE * len(found) + 8

    def name(self, found: list[str], goal: int, high: float) -> None:
        """The label in front of a row, with the swatch of its Goal."""
        top = self.y + (high - LINE * len(found)) / 2
        if goal:
            tall = LINE * len(found) - 2
            self.add('<rect class="dot" data-goal="{goal}" x="0" y="{y}" width="6" height="{high}"/>', goal=str(goal), y=top, high=tall)
            self.rect("line hair", 0, top, 6, tall)
        self.block(found, 12 if goal else 0, top)


def svg(chart: Chart) -> str:
    """The chart as SVG markup, 640 units wide, coloured by classes alone."""
    board = Board(chart)
    _draw(chart, board)
    return board.svg()


@singledispatch
def _draw(chart: Chart, board: Board) -> None:  # noqa: ARG001  each kind uses it
    raise TypeError(chart)


@_draw.register
def _bars(chart: Bars, board: Board) -> None:
    scale = Scale.over([bar.value for bar in chart.bars], chart.end)
    left, room = LABEL + GAP, WIDTH - LABEL - 2 * GAP - NUMBERS
    zero = left + scale.at(0) * room
    for bar in chart.bars:
        found, high = board.label(bar.label, bar.goal)
        board.name(found, bar.goal, high)
        middle = board.y + high / 2
        if bar.value is not None:
            end = left + scale.at(bar.value) * room
            board.rect("track", left, middle - 8, room, 16)
            board.rect("k2" if end < zero else "k", min(zero, end), middle - 8, abs(end - zero), 16)
        board.text(measure.shortened(bar.words, SIZE, NUMBERS), left + room + GAP, middle + 4.5)
        board.y += high
    if scale.low < 0:
        board.add('<line class="line thin" x1="{x}" x2="{x}" y1="0" y2="{y}"/>', x=zero, y=board.y)


@_draw.register
def _columns(chart: Columns, board: Board) -> None:
    high, step = 150.0, WIDTH / max(1, len(chart.bars))
    scale = Scale.over([max(0.0, float(bar.value or 0)) for bar in chart.bars])
    every = every_of([bar.label for bar in chart.bars], step)
    labels = [
        measure.lines(bar.label, SIZE, step * every - 4, 3) if named(at, every, len(chart.bars)) else []
        for at, bar in enumerate(chart.bars)
    ]
    for at, bar in enumerate(chart.bars):
        _column(board, bar, at * step, step, high, scale)
        board.block(
            labels[at], at * step if every > 1 else (at + HALF) * step, high + 24, anchor="start" if every > 1 else "middle", kind="dim",
        )
    board.add('<line class="line thin" x1="0" x2="{x}" y1="{y}" y2="{y}"/>', x=WIDTH, y=high + 18)
    board.y = high + 30 + LINE * max((len(each) for each in labels), default=0)


def _column(board: Board, bar: Bar, left: float, step: float, high: float, scale: Scale) -> None:
    if bar.value is None or bar.value < 0:
        return
    tall = scale.at(bar.value) * high
    board.rect("k", left + step * 0.15, high + 18 - tall, step * 0.7, tall)
    if measure.width(bar.words, SIZE) <= step:
        board.text(bar.words, left + step / 2, high + 13 - tall, anchor="middle")


@_draw.register
def _stacked(chart: Stacked, board: Board) -> None:
    steps = len(chart.series)
    board.legend([(shade_of(at, steps), text) for at, text in enumerate(chart.series)])
    left, room = LABEL + GAP, WIDTH - LABEL - 2 * GAP - NUMBERS
    for stack in chart.stacks:
        found, high = board.label(stack.label)
        board.name(found, 0, high)
        middle, x = board.y + high / 2, left
        board.rect("track", left, middle - 8, room, 16)
        for at, count in enumerate(stack.counts):
            wide, shade = room * count / stack.total if stack.total else 0.0, shade_of(at, steps)
            board.rect(shade, x, middle - 8, max(0.0, wide - (1 if x + wide < left + room - 1 else 0)), 16)
            if measure.width(figures(count), SIZE) + 6 <= wide:
                board.text(figures(count), x + wide / 2, middle + 4.5, anchor="middle", kind="on" if shade in DARK else "")
            x += wide
        board.text(measure.shortened(stack.note or figures(stack.total), SIZE, NUMBERS), left + room + GAP, middle + 4.5)
        board.y += high


@_draw.register
def _compared(chart: Compared, board: Board) -> None:
    board.legend([("dot:hollow", chart.before), ("dot:k", chart.after)])
    scale = Scale(float(chart.start), float(chart.end) if chart.end > chart.start else float(chart.start) + 1)
    left, room = LABEL + GAP + 6, WIDTH - LABEL - 2 * GAP - NUMBERS - 12
    for pair in chart.pairs:
        found, high = board.label(pair.label)
        board.name(found, 0, high)
        middle = board.y + high / 2
        points = [None if each is None else left + scale.at(each) * room for each in (pair.before, pair.after)]
        board.add('<line class="line hair" x1="{x}" x2="{end}" y1="{y}" y2="{y}"/>', x=left, end=left + room, y=middle)
        if None not in points:
            board.add('<line class="line" x1="{x}" x2="{end}" y1="{y}" y2="{y}"/>', x=points[0], end=points[1], y=middle)
        if points[0] is not None:
            board.add('<circle class="hollow" cx="{x}" cy="{y}" r="5"/>', x=points[0], y=middle)
        if points[1] is not None:
            board.add('<circle class="k" cx="{x}" cy="{y}" r="{r}"/>', x=points[1], y=middle, r=3 if points[0] == points[1] else 6)
        said = f"{figures(pair.before)} → {figures(pair.after)}"
        board.text(measure.shortened(said, SIZE, NUMBERS), left + room + GAP + 6, middle + 4.5)
        board.y += high


@_draw.register
def _gaps(chart: Gaps, board: Board) -> None:
    words = mark_words()
    board.legend([(f"mark:{mark.value}", words[mark]) for mark in chart.marks])
    left = LABEL + GAP
    wide = min(WIDTH - left, max([32.0, *(measure.width(cell.name, SIZE) + 2.5 for line in chart.lines for cell in line.cells)]))
    most = max(1, int((WIDTH - left) / (wide + 2)))
    for line in chart.lines:
        found, high = board.label(line.label, line.goal)
        rows = max(1, -(-len(line.cells) // most))
        high = max(high, rows * 22.0 + 6)
        board.name(found, line.goal, high)
        for at, cell in enumerate(line.cells):
            x, y = left + at % most * (wide + 2), board.y + 3 + at // most * 22
            board.mark(cell.mark, x, y, wide, 20)
            kind = {Mark.NONE: "dim", Mark.INDIRECT: ""}.get(cell.mark, "on")
            board.text(measure.shortened(cell.name, SIZE, wide), x + wide / 2, y + 14.5, anchor="middle", kind=kind)
        board.y += high
        board.add('<line class="line hair" x1="0" x2="{x}" y1="{y}" y2="{y}"/>', x=WIDTH, y=board.y)


@_draw.register
def _cross(chart: Cross, board: Board) -> None:
    label = min(LABEL, WIDTH * 0.34)
    step = (WIDTH - label - GAP) / max(1, len(chart.across) + chart.totals)
    heads = [measure.lines(text, SIZE, step - 6, 4) for text in [*chart.across, *([_("Total")] if chart.totals else [])]]
    board.text(measure.shortened(chart.columns, SIZE, WIDTH - label - GAP), label + GAP, SIZE, kind="dim")
    board.y = LINE + 4
    for at, lines in enumerate(heads):
        board.block(lines, label + GAP + (at + HALF) * step, board.y, anchor="middle")
    board.y += LINE * max((len(lines) for lines in heads), default=1) + 6
    board.text(measure.shortened(chart.rows, SIZE, label), 0, board.y - 8, kind="dim")
    for at, (name, cells) in enumerate(zip(chart.down, chart.cells, strict=True)):
        found, high = board.label(name, room=label)
        high = max(high, 30.0)
        board.name(found, 0, high)
        for number, cell in enumerate(cells):
            x, shade = label + GAP + number * step, chart.shade(cell)
            if shade:
                board.rect(shade, x + 1, board.y + 1, step - 2, high - 2)
            else:
                board.rect("line hair", x + 1.5, board.y + 1.5, step - 3, high - 3)
            said = measure.shortened(cell.words, SIZE, step - 4)
            board.text(said, x + step / 2, board.y + high / 2 + 4.5, anchor="middle", kind="on" if shade in DARK else "")
        if chart.totals:
            x = label + GAP + (len(cells) + HALF) * step
            said = measure.shortened(figures(chart.row_total(at)), SIZE, step - 4)
            board.text(said, x, board.y + high / 2 + 4.5, anchor="middle", kind="b")
        board.y += high
    if chart.totals:
        board.text(_("Total"), 0, board.y + 20, kind="b")
        sums = [chart.column_total(at) for at in range(len(chart.across))]
        for at, each in enumerate([*sums, sum(sums)]):
            said = measure.shortened(figures(each), SIZE, step - 4)
            board.text(said, label + GAP + (at + HALF) * step, board.y + 20, anchor="middle", kind="b")
        board.y += 28


@_draw.register
def _tiles(chart: Tiles, board: Board) -> None:
    columns, rows = chart.size
    side = min(56.0, WIDTH / columns - 4)
    step = side + 4
    for tile in chart.tiles:
        x, y, shade = tile.column * step, tile.row * step, chart.shade(tile)
        kind = "on" if shade in DARK else ""
        if shade:
            board.rect(shade, x, y, side, side)
        else:
            board.rect("line hair", x + HALF, y + HALF, side - 1, side - 1)
        board.text(measure.shortened(tile.short, SIZE, side - 10), x + 6, y + 20, kind=kind)
        board.text(measure.shortened(tile.words, SIZE, side - 8), x + side - 5, y + side - 8, anchor="end", kind=kind)
    board.y = rows * step
