"""Which numbers of a published table are withheld so that nobody in a small group can be found out: one rule for everything.

A count below `LEAST` is withheld unless it is nought (primary suppression). So that it cannot be worked out from the totals, others
are withheld with it (secondary suppression), until

- every withheld number could be another one: without it, with all that is shown, at least two tables of whole numbers fit; and
- what is withheld in one line, if its total is shown, adds up to `LEAST` or more, so that no small group is known in sum either.

Method: L. Willenborg, T. de Waal, "Elements of Statistical Disclosure Control", Springer 2001, chapters 3 and 4. In a table with two
sides a withheld number can be worked out if and only if its edge lies on no circle of the graph whose points are the rows and columns
and whose edges are the withheld numbers (D. Gusfield, "A graph theoretic approach to statistical data security", SIAM Journal on
Computing 17, 1988). Only numbers above nought are withheld with others, since a circle of such can move by one both ways, and so
neither wholeness nor the fact that no count is negative gives one away. Totals are numbers of the table like any other and are
withheld last.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import field

from webapp.core.frozen import dataclass

LEAST = 5
Spot = tuple[int, int]


@dataclass(frozen=True)
class Line:
    """What to withhold of numbers whose total is shown: their positions, and whether the total as well."""

    cells: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True)
class Table:
    """What to withhold of a table with its margins: (row, column), totals of rows, totals of columns, the grand total."""

    cells: frozenset[Spot] = frozenset()
    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    total: bool = False


def small(count: int, least: int = LEAST) -> bool:
    """Whether a count by itself would tell of a small group."""
    return 0 < count < least


def hide_line(counts: Sequence[int], least: int = LEAST) -> Line:
    """What to withhold of a distribution. `counts` are whole numbers from nought; so are they in `hide_table`."""
    total = sum(counts)
    above = [number for number, count in enumerate(counts) if count]
    if small(total, least):
        return Line(frozenset(above), total=True)
    hidden = {number for number in above if small(counts[number], least)}
    for number in sorted(set(above) - hidden, key=lambda each: (counts[each], each)):
        if not hidden or (len(hidden) > 1 and sum(counts[each] for each in hidden) >= least):
            break
        hidden.add(number)
    return Line(frozenset(hidden), total=len(hidden) == 1)


def hide_table(rows: Sequence[Sequence[int]], least: int = LEAST) -> Table:
    """What to withhold of a cross table. A grid of no rows or no columns withholds nothing."""
    if not rows or not rows[0]:
        return Table()
    width, height = len(rows[0]), len(rows)
    if height == 1 or width == 1:
        return _thin([each for row in rows for each in row], high=width == 1, least=least)
    grid = [[*row, sum(row)] for row in rows]
    grid.append([sum(column) for column in zip(*grid, strict=True)])
    hidden = _Grid(grid, least).withheld()
    return Table(
        frozenset(spot for spot in hidden if spot[0] < height and spot[1] < width),
        frozenset(row for row, column in hidden if column == width and row < height),
        frozenset(column for row, column in hidden if row == height and column < width), (height, width) in hidden,
    )


def _thin(counts: Sequence[int], *, high: bool, least: int) -> Table:
    """A table of one row or one column: each of its numbers is a total, too."""
    found = hide_line(counts, least)
    cells = frozenset((number, 0) if high else (0, number) for number in found.cells)
    own = frozenset([0]) if found.total else frozenset()
    return Table(cells, found.cells if high else own, own if high else found.cells, found.total)


@dataclass
class _Grid:
    """A table whose last row and column are its totals. Taken as negative, they make every line add up to nought."""

    counts: Sequence[Sequence[int]]
    least: int
    hidden: set[Spot] = field(default_factory=set)

    def withheld(self) -> set[Spot]:
        self.hidden = {spot for spot in self._above() if small(self._count(spot), self.least)}
        while True:
            more = self._too_little() or self._open_edge()
            if not more:
                return self.hidden
            self.hidden |= more

    def _count(self, spot: Spot) -> int:
        return self.counts[spot[0]][spot[1]]

    def _above(self) -> Iterator[Spot]:
        return ((r, c) for r, row in enumerate(self.counts) for c, count in enumerate(row) if count)

    def _cost(self, spot: Spot) -> int:
        """What is lost by withholding: a total costs more than all numbers of the table."""
        if spot in self.hidden:
            return 0
        margins = (spot[0] == len(self.counts) - 1) + (spot[1] == len(self.counts[0]) - 1)
        return 1 + self._count(spot) + margins * (1 + self.counts[-1][-1]) * len(self.counts) * len(self.counts[0])

    def _lines(self) -> Iterator[tuple[list[Spot], Spot]]:
        """Each row and column: its numbers, and where its total stands."""
        height, width = len(self.counts), len(self.counts[0])
        for r in range(height):
            yield [(r, c) for c in range(width - 1)], (r, width - 1)
        for c in range(width):
            yield [(r, c) for r in range(height - 1)], (height - 1, c)

    def _too_little(self) -> set[Spot]:
        """One number more for the first line of which too little is withheld."""
        for line, total in self._lines():
            gone = [spot for spot in line if spot in self.hidden]
            if not gone or total in self.hidden or sum(map(self._count, gone)) >= self.least:
                continue
            open_spots = (spot for spot in line if self._count(spot) and spot not in self.hidden)
            return {min(open_spots, key=lambda each: (self._cost(each), each))}
        return set()

    def _open_edge(self) -> set[Spot]:
        """What closes a circle through the first withheld number that lies on none; all, if nothing does."""
        for spot in sorted(self.hidden):
            path = self._way_round(spot)
            if path is None:
                return set(self._above()) - self.hidden
            if path - self.hidden:
                return path - self.hidden
        return set()

    def _way_round(self, edge: Spot) -> set[Spot] | None:
        """The cheapest way from the edge's row to its column that does not use it: Dijkstra. Points are rows and, below nought, columns."""
        start, goal = edge[0], ~edge[1]
        queue: list[tuple[int, int, tuple[Spot, ...]]] = [(0, start, ())]
        done: set[int] = set()
        while queue:
            cost, point, path = heapq.heappop(queue)
            if point == goal:
                return set(path)
            if point in done:
                continue
            done.add(point)
            for spot, after in self._edges(point):
                if spot != edge and after not in done:
                    heapq.heappush(queue, (cost + self._cost(spot), after, (*path, spot)))
        return None

    def _edges(self, point: int) -> Iterator[tuple[Spot, int]]:
        if point >= 0:
            return (((point, c), ~c) for c, count in enumerate(self.counts[point]) if count)
        return (((r, ~point), r) for r, row in enumerate(self.counts) if row[~point])
