"""A table that flows over pages: its header on each of them, long cells broken where the page ends."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus.flowables import Flowable

from webapp.core.documents.pdf_flow import Part, StackPart, twice
from webapp.core.pdf.palette import COLOURS

Row = list[StackPart]
SIDE = 5.0
ABOVE = 3.4
ROWS_MEASURED = 300
UNBROKEN = 96.0  # what needs no more is kept on one line if possible
LINE_ROOM = 60.0  # a row is broken only if this much of it stays
CARD_ABOVE, CARD_HEIGHT = 11.0, 58.0  # a card is held in the hand, so it is larger than its words
CARD_WHOLE = 600.0  # a card up to this height stands on one page
TABLE_WHOLE = 270.0  # and so does a table
TOGETHER = 2  # of a larger one, at least so many rows stay and go
MOST_TOGETHER = 360.0


def column_widths(rows: Sequence[Row], shares: Sequence[float | None], available: float) -> list[float]:
    """Widths in points. Columns without a share get what they need, then what they could use, like a browser's tables."""
    given = [share for share in shares if share is not None]
    if given and len(given) == len(shares):
        return [available * share / sum(given) for share in given]
    needs = [[row[at].natural() for row in rows[:ROWS_MEASURED]] for at in range(len(shares))]
    least = [max(need[0] for need in column) + 2 * SIDE for column in needs]
    most = [max(least[at], min(max(need[1] for need in column) + 2 * SIDE, available)) for at, column in enumerate(needs)]
    if given:  # a share beside columns that measure themselves counts as hundredths of the whole
        total = max(100.0, sum(given))
        for at, share in enumerate(shares):
            if share is not None:
                least[at] = most[at] = available * share / total
    whole = [high if high <= UNBROKEN else low for low, high in zip(least, most, strict=True)]
    if sum(whole) < available:
        least = whole
    if sum(least) >= available:
        return [width * available / sum(least) for width in least]
    if sum(most) <= available:
        return [width * available / sum(most) for width in most]
    spare = (available - sum(least)) / (sum(most) - sum(least))
    return [low + (high - low) * spare for low, high in zip(least, most, strict=True)]


class TablePart(Part):
    """Rows of cells; `head` rows are repeated, `totals` of the last rows stand under a rule."""

    def __init__(
        self, head: Sequence[Row], body: Sequence[Row], *, shares: Sequence[float | None], totals: int = 0, indent: float = 0.0,
        lines: bool = True, cards: bool = False,
    ) -> None:
        super().__init__()
        self.head, self.body, self.shares, self.totals, self.indent, self.lines = list(head), list(body), shares, totals, indent, lines
        self.cards, self.above, self.least = cards, CARD_ABOVE if cards else ABOVE, CARD_HEIGHT if cards else 0.0
        self.before, self.after = 4.0, 12.0
        self.widths: list[float] = []
        self.heights: list[float] = []
        self.measure = 0.0
        self.goes_on = False
        self.parted = False  # begun on an earlier page

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803  names given by the library
        """The whole width; the height of all rows."""
        if self.measure != aW:
            self.widths = column_widths([*self.head, *self.body], self.shares, aW - self.indent)
            self.heights = []
            self.measure = aW
        if not self.heights:
            self.heights = [self._row_height(row) for row in [*self.head, *self.body]]
        self.width, self.height = aW, sum(self.heights)
        return aW, self.height

    def _row_height(self, row: Row) -> float:
        inner = (width - 2 * SIDE for width in self.widths)
        needed = max(float(cell.wrap(width, 1e6)[1]) for cell, width in zip(row, inner, strict=True)) + 2 * self.above
        return max(needed, self.least)

    def natural(self) -> tuple[float, float]:
        """Only for a table in a cell."""
        return 60.0 * len(self.shares), 90.0 * len(self.shares)

    def first_height(self, width: float) -> float:
        """The header and a first row, or the beginning of it."""
        whole = float(self.wrap(width, 1e6)[1])
        if self._stays_whole():
            return whole
        count = len(self.head)
        limit = CARD_WHOLE if self.cards else LINE_ROOM + 2 * self.above
        return sum(self.heights[:count]) + sum(min(height, limit) for height in self.heights[count : count + self._together()])

    def _stays_whole(self) -> bool:
        return not self.cards and sum(self.heights) <= TABLE_WHOLE

    def _together(self) -> int:
        """Rows that begin on one page; one if two would hardly fit on any."""
        begins = sum(self.heights[: len(self.head) + TOGETHER])
        return 1 if self.cards or len(self.body) < 2 * TOGETHER or begins > MOST_TOGETHER else TOGETHER

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803  names given by the library
        """As many rows as fit; a row that is long itself is broken."""
        self.wrap(aW, aH)
        if self._stays_whole() and not self.parted:
            return []
        count = len(self.head)
        left = aH - sum(self.heights[:count])
        fit = 0
        for height in self.heights[count:]:
            if height > left + 0.01:
                break
            left -= height
            fit += 1
        kept, rest = self.body[:fit], self.body[fit:]
        whole = CARD_WHOLE if self.cards else LINE_ROOM * 2
        if rest and self.heights[count + fit] > whole and left > LINE_ROOM:
            broken = self._break(rest[0], left - 2 * self.above)
            if broken:
                kept, rest = [*kept, broken[0]], [broken[1], *rest[1:]]
        elif rest:
            fit = self._fit(fit)
            kept, rest = self.body[:fit], self.body[fit:]
        if not kept or not rest:
            return []
        head, tail = twice(self)
        head.body, head.after, head.heights, head.totals, head.goes_on = kept, 0.0, [], max(0, self.totals - len(rest)), True
        tail.body, tail.before, tail.heights, tail.parted = rest, 0.0, [], True
        return [head, tail]

    def _fit(self, fit: int) -> int:
        """How many of the rows that would fit stay, so that neither page holds a single one, nor totals alone."""
        total, together = len(self.body), self._together()
        alone = max(together, self.totals + 1 if self.totals else 0)
        if total - fit < alone and total - alone >= together:
            fit = total - alone
        return 0 if fit < together and not self.parted else fit

    def _break(self, row: Row, height: float) -> tuple[Row, Row] | None:
        upper: Row = []
        lower: Row = []
        for cell, width in zip(row, self.widths, strict=True):
            inner = width - 2 * SIDE
            if cell.wrap(inner, 1e6)[1] <= height:
                upper.append(cell)
                lower.append(StackPart([]))
                continue
            pieces = cell.split(inner, height)
            if len(pieces) != 2 or not all(isinstance(piece, StackPart) for piece in pieces):
                return None
            upper.append(pieces[0])  # type: ignore[arg-type]
            lower.append(pieces[1])  # type: ignore[arg-type]
        return upper, lower

    def draw(self) -> None:
        """Draw the cells; the header of a continued table is ornament, since it was read before."""
        y = self.height
        again = getattr(self.head[0][0], "drawn", False) if self.head else False
        for number, row in enumerate([*self.head, *self.body]):
            height = self.heights[number]
            y -= height
            self._rule_above(number, y + height)
            if number < len(self.head) and again:
                with self.canv.artifact():
                    self._row(row, y, height)
            else:
                self._row(row, y, height)
        for cell in self.head[0] if self.head else []:
            cell.drawn = True  # type: ignore[attr-defined]
        if self.cards:
            self._cutting_lines()
        elif self.lines:
            self._rule(0, 0.5 if self.goes_on else 1.1, "ink")

    def _row(self, row: Row, y: float, height: float) -> None:
        x = self.indent
        for cell, width in zip(row, self.widths, strict=True):
            own = cell.wrap(width - 2 * SIDE, 1e6)[1]
            cell.drawOn(self.canv, x + SIDE, y + height - self.above - own)
            x += width

    def _cutting_lines(self) -> None:
        """Dashed lines along which cards are cut."""
        down = [self.height - sum(self.heights[:number]) for number in range(len(self.heights) + 1)]
        across = [self.indent + sum(self.widths[:number]) for number in range(len(self.widths) + 1)]
        with self.canv.artifact():
            self.canv.setStrokeColor(COLOURS["muted"])
            self.canv.setLineWidth(0.5)
            self.canv.setDash(3, 3)
            self.canv.grid(across, down)
            self.canv.setDash()

    def _rule_above(self, number: int, y: float) -> None:
        body = number - len(self.head)
        if self.cards:
            return
        if number == 0:
            if self.lines:
                self._rule(y, 1.1, "ink")
        elif body == 0 or (self.totals and body == len(self.body) - self.totals):
            self._rule(y, 0.6, "ink")
        elif body > 0:
            self._rule(y, 0.4, "hair")

    def _rule(self, y: float, weight: float, colour: str) -> None:
        with self.canv.artifact():
            self.canv.setStrokeColor(COLOURS[colour])
            self.canv.setLineWidth(weight)
            self.canv.line(self.indent, y, self.width, y)
