"""Which cells to withhold where every total of a table is known from elsewhere, beside `suppression`. Pure.

Results of a survey show the answers of everybody to each question. A table that divides the same answers (by group, by another
question) has these as its totals, so small totals cannot be withheld, and a nought may have to be: a total of 1 tells where it is as
soon as all other cells are shown.

Cells that are guarded, by default all from 1 to 4, are withheld, and others with them, until what is shown, together with all totals,
leaves every guarded cell at least two possible whole numbers. Source: the theory of cell suppression in two-way tables with known
totals, A. Hundepool et al., Statistical Disclosure Control (Wiley, 2012), chapter 4. The unknown cells are flows of a network, whose
constraints are totally unimodular: a cell has another possible whole number exactly if some closed walk through it raises and lowers
withheld cells by one in turn, and none falls below zero. So no solver of equations can do more than the search for such a walk, and
the cheapest one says what to withhold.

Tables that share only their totals are protected each by itself. Who knows answers from elsewhere, such as their own, knows more than
a table can withhold.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence

from webapp.core.suppression import small

Spot = tuple[int, int]
_Node = tuple[bool, int]
# Prefer few further cells, then those that say little.
_ANY = 1000


def withheld(table: Sequence[Sequence[int]], *, guarded: Collection[Spot] | None = None) -> frozenset[Spot]:
    """Which cells of a table of counts to hide, as (row, column), when its row totals and column totals are all known.

    `guarded` are the cells that must not be found out, by default every small one. Where only one row or only one column holds
    anything, the totals tell all there is: nothing is hidden, and such a table should not be shown beside its totals.
    """
    rows = {at for at, row in enumerate(table) if any(row)}
    columns = {at for row in table for at, number in enumerate(row) if number}
    if len(rows) < 2 or len(columns) < 2:
        return frozenset()
    if guarded is None:
        guarded = {(i, j) for i, row in enumerate(table) for j, number in enumerate(row) if small(number)}
    wanted = sorted(guarded)
    net = _Net(table, wanted)
    for spot in wanted:
        net.protect(spot)
    return frozenset(net.hidden)


class _Net:
    """The table as a graph of rows and columns. Raising a hidden cell leads from its row to its column, lowering it back."""

    def __init__(self, table: Sequence[Sequence[int]], hidden: Iterable[Spot]) -> None:
        self.table = table
        self.hidden = set(hidden)
        self.width = len(table[0])

    def protect(self, spot: Spot) -> None:
        """Hide what has to be hidden so that this cell can be one more or one less."""
        row, column = (True, spot[0]), (False, spot[1])
        walks = [self._cheapest(column, row, spot)]
        if self.table[spot[0]][spot[1]]:
            walks.append(self._cheapest(row, column, spot))
        found = [walk for walk in walks if walk is not None]
        if found:
            self.hidden |= set(min(found)[1])

    def _cheapest(self, start: _Node, end: _Node, without: Spot) -> tuple[int, list[Spot]] | None:
        """The walk that needs the least further hiding: its cost and its cells. None if there is none."""
        costs: dict[_Node, int] = {start: 0}
        came: dict[_Node, tuple[_Node, Spot]] = {}
        queue: list[tuple[int, _Node]] = [(0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node == end:
                return cost, list(_back(came, start, end))
            if cost > costs[node]:
                continue
            for other, spot in self._from(node):
                if spot == without:
                    continue
                further = cost if spot in self.hidden else cost + _ANY + min(self.table[spot[0]][spot[1]], _ANY)
                if other not in costs or further < costs[other]:
                    costs[other], came[other] = further, (node, spot)
                    heapq.heappush(queue, (further, other))
        return None

    def _from(self, node: _Node) -> Iterator[tuple[_Node, Spot]]:
        is_row, at = node
        if is_row:
            yield from (((False, j), (at, j)) for j in range(self.width))
        else:
            yield from (((True, i), (i, at)) for i in range(len(self.table)) if self.table[i][at])


def _back(came: dict[_Node, tuple[_Node, Spot]], start: _Node, end: _Node) -> Iterator[Spot]:
    node = end
    while node != start:
        node, spot = came[node]
        yield spot
