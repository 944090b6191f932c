"""Results divided into groups or crossed with each other, with everything hidden that would tell of fewer than five. Pure.

Sheets are divided by one dimension at a time into fixed groups of at least five sheets; what is smaller is put together. There is no
free choice of filters: of any two, the difference could be somebody's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from webapp.core.frozen import dataclass
from webapp.core.suppression import LEAST, hide_line, small
from webapp.core.suppression_known import withheld
from webapp.questionnaires.results import NOBODY, Item, Shape, Spread, Tally, numbers, spread

MOST_GROUPS = 30
OTHERS = "~others"
NONE = ""
# Keys of counts of several choices: all sheets, and those that made any choice.
ALL = "~all"
ANY = "~any"


@dataclass(frozen=True)
class Group:
    """Sheets that have one of these values in the dimension; `OTHERS` are the small groups together."""

    key: str
    values: frozenset[str]
    size: int


def groups(sizes: Mapping[str, int]) -> tuple[Group, ...]:
    """The groups into which sheets may be divided, the small ones (and those after the thirty largest) put together at the end.

    Empty where that leaves fewer than two: then nothing may be divided.
    """
    known = [value for value in sizes if sizes[value] > 0]
    largest = set(sorted(known, key=lambda value: (-sizes[value], value))[:MOST_GROUPS])
    back = hide_line([sizes[value] if value in largest else 1 for value in known]).cells
    kept = [value for at, value in enumerate(known) if at not in back]
    rest = [value for at, value in enumerate(known) if at in back]
    total = sum(sizes[value] for value in rest)
    while rest and total < LEAST and kept:
        least = min(kept, key=lambda value: (sizes[value], value))
        kept.remove(least)
        rest.append(least)
        total += sizes[least]
    found = [Group(value, frozenset({value}), sizes[value]) for value in kept]
    if rest:
        found.append(Group(OTHERS, frozenset(rest), total))
    return tuple(found) if len(found) > 1 else ()


def gathered(divided: Sequence[Group], by_value: Mapping[str, Tally]) -> list[Tally]:
    """The tally of each group from those of the values."""
    found = []
    for group in divided:
        tally = NOBODY
        for value in group.values:
            tally += by_value.get(value, NOBODY)
        found.append(tally)
    return found


@dataclass(frozen=True)
class Row:
    """An item in one group. None is a number that is not shown; `answered` None: nothing is shown of this group but its size."""

    group: Group
    answered: int | None
    counts: Mapping[str, int | None] = field(default_factory=dict)
    spread: Spread | None = None
    # Of a ranking: mean places by item.
    tally: Tally | None = None

    @property
    def whole(self) -> bool:
        """Whether all of it is shown."""
        return self.answered is not None and None not in self.counts.values()


def values_of(item: Item, tally: Tally) -> list[str]:
    """What may be chosen, and whatever else was, in this order."""
    return [*item.values, *sorted(value for value in tally.counts if value not in item.values)]


def split(item: Item, divided: Sequence[Group], tallies: Sequence[Tally]) -> list[Row]:
    """An item in every group. Entries of tables and what has no fixed answers are not divided: empty."""
    if item.pooled:
        return []
    match item.shape:
        case Shape.CHOICE | Shape.POINTS:
            return _classes(item, divided, tallies)
        case Shape.SEVERAL:
            return _several(item, divided, tallies)
        case Shape.STEPS | Shape.NUMBER:
            return _measured(divided, tallies, spreads=True)
        case Shape.RANKING:
            return _measured(divided, tallies, spreads=False)
    return []


def _total(tallies: Sequence[Tally]) -> Tally:
    return sum(tallies, NOBODY)


def _classes(item: Item, divided: Sequence[Group], tallies: Sequence[Tally]) -> list[Row]:
    values = values_of(item, _total(tallies))
    last = len(values)
    table = [
        [*(tally.counts.get(value, 0) for value in values), group.size - tally.answered]
        for group, tally in zip(divided, tallies, strict=True)
    ]
    guarded = {(i, j) for i, row in enumerate(table) for j in range(last) if small(row[j])}
    guarded |= {(i, last) for i, tally in enumerate(tallies) if small(tally.answered)}
    hidden = withheld(table, guarded=guarded)
    rows = []
    for i, (group, tally) in enumerate(zip(divided, tallies, strict=True)):
        counts = {value: None if (i, j) in hidden else table[i][j] for j, value in enumerate(values)}
        answered = None if (i, last) in hidden else tally.answered
        measured = spread(numbers(tally.counts)) if item.shape is Shape.POINTS and not any((i, j) in hidden for j in range(last)) else None
        rows.append(Row(group, answered, counts, measured))
    return rows


def _several(item: Item, divided: Sequence[Group], tallies: Sequence[Tally]) -> list[Row]:
    """Each value is a table of its own: who chose it and who, of those that answered, did not."""
    answered = [[tally.answered, group.size - tally.answered] for group, tally in zip(divided, tallies, strict=True)]
    closed = {i for i, _j in withheld(answered, guarded={(i, 0) for i, row in enumerate(answered) if small(row[0])})}
    counts: list[dict[str, int | None]] = [{} for _group in divided]
    for value in values_of(item, _total(tallies)):
        table = [[tally.counts.get(value, 0), tally.answered - tally.counts.get(value, 0)] for tally in tallies]
        guarded = {(i, 0) for i, row in enumerate(table) if small(row[0]) or (i in closed and row[0])}
        hidden = withheld(table, guarded=guarded)
        for i, row in enumerate(table):
            counts[i][value] = None if i in closed or (i, 0) in hidden else row[0]
    return [
        Row(group, None if i in closed else tally.answered, counts[i])
        for i, (group, tally) in enumerate(zip(divided, tallies, strict=True))
    ]


def _measured(divided: Sequence[Group], tallies: Sequence[Tally], *, spreads: bool) -> list[Row]:
    """Figures of a group are of all its answers, so groups are shown whole or not at all."""
    closed = hide_line([tally.answered for tally in tallies]).cells
    rows = []
    for i, (group, tally) in enumerate(zip(divided, tallies, strict=True)):
        if i in closed:
            rows.append(Row(group, None))
        elif spreads:
            rows.append(Row(group, tally.answered, spread=spread(numbers(tally.counts))))
        else:
            rows.append(Row(group, tally.answered, tally=tally))
    return rows


@dataclass(frozen=True)
class Crossed:
    """Two items by each other: `cells[row value, column value]`, None where it is not shown; `NONE` is no answer.

    Totals are those of the two items by themselves.
    """

    down: Sequence[str]
    across: Sequence[str]
    cells: Mapping[tuple[str, str], int | None]
    hidden: bool


def cross(first: Item, second: Item, counts: Mapping[tuple[str, str], int], *, sheets: int) -> Crossed | None:
    """The cross table of two items, the first of several choices or one, the second of one; None where either has under five answers.

    `counts` hold pairs of values of one sheet, `NONE` for no answer; of several choices each pair is counted, and `NONE` is left out.
    """
    down = _values(first, [a for a, _b in counts])
    across = _values(second, [b for _a, b in counts])
    if first.shape is Shape.SEVERAL:
        return _cross_several(down[:-1], across, counts)
    table = [[counts.get((a, b), 0) for b in across] for a in down]
    if any(sheets - sum(line) < LEAST for line in (table[-1], [row[-1] for row in table])):
        return None
    return _shown(down, across, table, withheld(table))


def _cross_several(down: Sequence[str], across: Sequence[str], counts: Mapping[tuple[str, str], int]) -> Crossed | None:
    """Each choice is a table of its own: those who made it and those who did not, by the second item."""
    everybody = [counts.get((ALL, b), 0) for b in across]
    if min(sum(everybody[:-1]), sum(counts.get((ANY, b), 0) for b in across)) < LEAST:
        return None
    table = [[counts.get((a, b), 0) for b in across] for a in down]
    hidden = set()
    for i, row in enumerate(table):
        rest = [whole - part for whole, part in zip(everybody, row, strict=True)]
        guarded = {(0, j) for j, number in enumerate(row) if small(number)}
        hidden |= {(i, j) for k, j in withheld([row, rest], guarded=guarded) if k == 0}
    return _shown(down, across, table, hidden)


def _values(item: Item, found: Sequence[str]) -> list[str]:
    known = {*item.values, NONE, ALL, ANY}
    return [*item.values, *sorted({value for value in found if value not in known}), NONE]


def _shown(
    down: Sequence[str], across: Sequence[str], table: Sequence[Sequence[int]], hidden: frozenset[tuple[int, int]] | set[tuple[int, int]],
) -> Crossed:
    cells = {
        (a, b): None if (i, j) in hidden else table[i][j] for i, a in enumerate(down) for j, b in enumerate(across)
    }
    return Crossed(down, across, cells, bool(hidden))

