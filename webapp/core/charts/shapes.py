"""What a chart shows: numbers with their words. Immutable, already translated, not yet drawn."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import cached_property
from math import ceil

from webapp.core.charts.measure import width
from webapp.core.frozen import dataclass
from webapp.core.i18n import plain

Number = int | float | Decimal
EXACT = Context(prec=400)
LABEL_SIZE = 13


def figures(value: Number | None) -> str:
    """A number with separators and a true minus: `1,137`, `−0.5`; an en dash for none. At most four decimals."""
    if value is None:
        return "–"
    number = Decimal(str(value))
    number = number.quantize(Decimal("0.0001"), ROUND_HALF_UP, EXACT)
    whole, _point, part = plain(abs(number)).partition(".")
    said = f"{int(whole):,}" + (f".{part}" if part else "")
    return f"−{said}" if number < 0 else said


@dataclass(frozen=True)
class Bar:
    """A bar: `said` is its number in words (by default with separators), `note` what else is told of it.

    `value` None: not known or withheld, nothing is drawn. `goal` 1 to 17 sets the swatch of that Goal beside the label.
    """

    label: str
    value: Number | None
    said: str = ""
    note: str = ""
    goal: int = 0

    @property
    def words(self) -> str:
        """The number as it is read."""
        return self.said or figures(self.value)


@dataclass(frozen=True)
class Bars:
    """Horizontal bars from zero. `rows`, `numbers` and `notes` head the columns; `end` is a value the scale reaches at least."""

    title: str
    rows: str
    numbers: str
    bars: Sequence[Bar]
    notes: str = ""
    end: Number | None = None
    summary: str = ""


@dataclass(frozen=True)
class Columns:
    """Upright columns over points in order: a distribution. `rows` and `numbers` head the table of the same numbers."""

    title: str
    rows: str
    numbers: str
    bars: Sequence[Bar]
    summary: str = ""


@dataclass(frozen=True)
class Stack:
    """A row of parts of one whole: counts in the order of the series. `note`: such as `n = 24`."""

    label: str
    counts: Sequence[int]
    note: str = ""

    @property
    def total(self) -> int:
        """The whole."""
        return sum(self.counts)


@dataclass(frozen=True)
class Stacked:
    """Rows that are divided into the same steps, from the first (palest) to the last (darkest): answers on scales."""

    title: str
    rows: str
    series: Sequence[str]
    stacks: Sequence[Stack]
    summary: str = ""


@dataclass(frozen=True)
class Pair:
    """Two values of one thing; None: not known or withheld."""

    label: str
    before: Number | None
    after: Number | None
    note: str = ""


@dataclass(frozen=True)
class Compared:
    """A hollow and a full dot on one track: the first and the second round. `start` and `end` of the scale."""

    title: str
    rows: str
    before: str
    after: str
    pairs: Sequence[Pair]
    start: Number = 0
    end: Number = 100
    summary: str = ""


class Mark(StrEnum):
    """How something is named: not at all, without saying how, indirectly, directly; from the weakest to the strongest."""

    NONE = "none"
    NAMED = "named"
    INDIRECT = "indirect"
    DIRECT = "direct"


@dataclass(frozen=True)
class GapCell:
    """A target (or whatever has a short name) and whether it is named."""

    name: str
    mark: Mark
    times: int = 0


@dataclass(frozen=True)
class GapLine:
    """A Goal with its targets."""

    label: str
    cells: Sequence[GapCell]
    goal: int = 0

    @property
    def named(self) -> int:
        """How many are named."""
        return sum(cell.mark is not Mark.NONE for cell in self.cells)

    def of(self, mark: Mark) -> list[str]:
        """Names of those with a mark."""
        return [cell.name for cell in self.cells if cell.mark is mark]


@dataclass(frozen=True)
class Gaps:
    """Goals by their targets, each named or not."""

    title: str
    rows: str
    lines: Sequence[GapLine]
    summary: str = ""

    @property
    def marks(self) -> list[Mark]:
        """The marks that occur, the strongest first; what none names always."""
        found = {cell.mark for line in self.lines for cell in line.cells} | {Mark.NONE}
        return [mark for mark in reversed(Mark) if mark in found]


@dataclass(frozen=True)
class Heat:
    """A cell of a cross table. `note` tells what is in it."""

    value: Number | None
    said: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        """The number as it is read; nothing where there is none."""
        return self.said or ("" if self.value is None else figures(self.value))


@dataclass(frozen=True)
class Cross:
    """Rows by columns, shaded by number: above zero in ink, below zero in the second colour with a minus.

    `rows` and `columns` name the two sides. `totals` adds sums of rows and columns (for counts only).
    """

    title: str
    rows: str
    columns: str
    down: Sequence[str]
    across: Sequence[str]
    cells: Sequence[Sequence[Heat]]
    totals: bool = False
    summary: str = ""

    @property
    def most(self) -> float:
        """The largest number without its sign, 0 where there is none."""
        return max((abs(float(cell.value)) for row in self.cells for cell in row if cell.value is not None), default=0.0)

    def shade(self, cell: Heat) -> str:
        """Class of a cell: q1 to q4, r1 or k2 below zero, empty for nothing or zero."""
        if not cell.value or not self.most:
            return ""
        share = abs(float(cell.value)) / self.most
        if cell.value < 0:
            return "k2" if share > 0.5 else "r1"
        return f"q{min(4, max(1, -int(-share * 4 // 1)))}"

    def row_total(self, at: int) -> Decimal:
        """Sum of a row."""
        return sum((Decimal(str(cell.value)) for cell in self.cells[at] if cell.value is not None), Decimal(0))

    def column_total(self, at: int) -> Decimal:
        """Sum of a column."""
        return sum((Decimal(str(row[at].value)) for row in self.cells if row[at].value is not None), Decimal(0))


@dataclass(frozen=True)
class Tile:
    """A place on a map of tiles: column and row from the upper left, what is written in it, its name, its number.

    `value` None: it lies outside of what is shown; it is drawn empty.
    """

    column: int
    row: int
    short: str
    name: str
    value: Number | None
    said: str = ""

    @property
    def words(self) -> str:
        """The number as it is read; nothing where there is none or zero."""
        return (self.said or figures(self.value)) if self.value else ""


@dataclass(frozen=True)
class Tiles:
    """A map on which every place has one tile of one size, shaded by its number, which is written in it."""

    title: str
    rows: str
    numbers: str
    tiles: Sequence[Tile]
    summary: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return max((tile.column for tile in self.tiles), default=0) + 1, max((tile.row for tile in self.tiles), default=0) + 1

    @cached_property
    def most(self) -> float:
        """The largest number, 0 where there is none."""
        return max((float(each.value) for each in self.tiles if each.value), default=0.0)

    def shade(self, tile: Tile) -> str:
        """Class of a tile: q1 to q4 by quarters of the largest number, empty for nothing."""
        if not tile.value or self.most <= 0:
            return ""
        return f"q{min(4, max(1, -int(-float(tile.value) / self.most * 4 // 1)))}"


# A scale from 0 to 10 has short labels that fit as they are.
SCALE_POINTS = 11


def every_of(labels: Sequence[str], room: float) -> int:
    """Of many labels under columns, each so wide: 1 for all of them, 2 for every second, and so on, so that none touches the next."""
    if len(labels) <= SCALE_POINTS:
        return 1
    return max(1, ceil(max(width(label, LABEL_SIZE) + 8 for label in labels) / room))


def named(at: int, every: int, count: int) -> bool:
    """Whether a column stands with its label: every second and so on, and only where what follows leaves room for it."""
    return at % every == 0 and (at == 0 or at + every <= count)


Chart = Bars | Columns | Stacked | Compared | Gaps | Cross | Tiles
DARK = frozenset({"q3", "q4", "k", "k2", "k3"})
SHADES = ("track", "q1", "q2", "q3", "q4")


def shade_of(step: int, steps: int) -> str:
    """Class of a step of a scale: from the palest to the darkest, evenly."""
    if steps == 2:
        return ("q1", "q4")[step]
    return SHADES[round(step * (len(SHADES) - 1) / max(1, steps - 1))]


@dataclass(frozen=True)
class Scale:
    """From numbers to a share of the width, 0 to 1. Zero is always on it unless a start is given."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[Number | None], end: Number | None = None) -> Scale:
        """The scale that holds zero, all values, and the end."""
        known = [float(value) for value in values if value is not None]
        low, high = min([0.0, *known]), max([0.0, float(end or 0), *known])
        return cls(low, high if high > low else low + 1)

    def at(self, value: Number) -> float:
        """Where a value stands, kept between 0 and 1."""
        return min(1.0, max(0.0, (float(value) - self.low) / (self.high - self.low)))
