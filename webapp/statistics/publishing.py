"""Which numbers of published tables are withheld so that no small group can be found out from all of them together. Pure.

A number from 1 to 4 is guarded, and so is a difference of published numbers that would tell of so few. The reader who is guarded
against knows every number shown in every table ever published, and how numbers hang together (`Tie`): rows and their total, the same
figure in a period and in a longer one that holds it, those who passed among those who started.

The rule: for every guarded number there is a set of whole numbers from nought that fits all that is shown and in which it is at least
`LEAST`. So nobody can tell it, nor tell that it is small. Such a set is found for each by search: a change of withheld numbers, from
the true ones, that keeps every tie. Where none is found, the cheapest further numbers that make one possible are withheld. To
withhold more takes no such set away, hence one pass over the guarded numbers is enough, and what is found proves itself.

Source of the rule: L. Willenborg, T. de Waal, "Elements of Statistical Disclosure Control", Springer 2001, chapter 4 (linked tables).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import NamedTuple

from webapp.core.suppression import LEAST, small

# A search looks at so many half-made changes; past that the whole figure is withheld.
LOOKS = 1500
# Of the numbers that could give way in a tie, the likeliest.
WAYS = 8
# Walks that mend one tie after another, where much may move: so many, of so many steps, of which this share go anywhere.
WALKS, STEPS, ANY = 3, 8_000, 0.05
_LINE, _TOTAL = 1_000, 1_000_000


class Spot(NamedTuple):
    """Where a number stands: edition, figure, table, row. Differences, which stand nowhere, have a table of their own."""

    edition: str
    figure: str
    table: str
    row: str


# Numbers whose sum, each with its sign, is known: rows less their total.
Tie = Mapping[Spot, int]
# Told how many numbers are guarded so far, and how many there are.
Progress = Callable[[int, int], None]


class Exposed(Exception):
    """A small number could be told from what was published before, whatever is withheld now."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(f"{spot} cannot be guarded")
        self.spot = spot


@dataclass
class Tables:
    """Numbers and their ties.

    `fixed` are shown already; `unseen` are not shown in any case; `totals` are withheld last; `loose` need no guard; `omitted` are
    withheld whatever they are. What is neither fixed nor unseen is decided: it stands in `withheld` or is shown.
    """

    numbers: Mapping[Spot, int]
    ties: Sequence[Tie]
    fixed: Collection[Spot] = ()
    unseen: Collection[Spot] = ()
    totals: Collection[Spot] = ()
    loose: Collection[Spot] = ()
    omitted: Collection[Spot] = ()
    withheld: set[Spot] = field(default_factory=set)

    def protect(self, progress: Progress | None = None) -> frozenset[Spot]:
        """What to withhold. Raises `Exposed`."""
        self._of = ties_of(self.ties)
        self.withheld = {spot for spot, number in self.numbers.items() if small(number) and self._open(spot)} | set(self.omitted)
        free = {*self.fixed, *self.loose}
        guarded = sorted(each for each, number in self.numbers.items() if small(number) and each not in free)
        for done, spot in enumerate(guarded):
            if progress is not None:
                progress(done, len(guarded))
            found = self._change(spot) or self._wider(spot)
            self.withheld |= {each for each in found if self._open(each)}
        return frozenset(self.withheld)

    def _wider(self, goal: Spot) -> Collection[Spot]:
        """A change if more may be withheld: the rows of the figure, then its totals, then everything. Only what moves is withheld."""
        before = frozenset(self.withheld)
        rows = {each for each in self.numbers if each.figure == goal.figure and self._open(each)}
        for also in (rows - set(self.totals), rows, {each for each in self.numbers if self._open(each)}):
            self.withheld |= also
            found = self._walk(goal)
            if found is not None:
                self.withheld = set(before)
                return found
        raise Exposed(goal)

    def _open(self, spot: Spot) -> bool:
        return spot not in self.fixed and spot not in self.unseen

    def _cost(self, spot: Spot) -> int:
        if spot in self.withheld or spot in self.unseen:
            return 0
        return _TOTAL if spot in self.totals else _LINE + min(self.numbers[spot], _LINE)

    def _change(self, goal: Spot) -> Collection[Spot] | None:
        """The cheapest change found that lifts a number to `LEAST` and keeps all ties: what it moves."""
        order = count()
        start, odd = self._closed({goal: LEAST - self.numbers[goal]}, None, goal)
        queue: list[tuple[int, int, int, int, dict[Spot, int], dict[int, int]]] = []
        heapq.heappush(queue, (self._cost(goal), 0, 0, next(order), start, odd))
        seen: set[frozenset[tuple[Spot, int]]] = set()
        for _look in range(LOOKS):
            if not queue:
                return None
            cost, _open, steps, _number, moved, odd = heapq.heappop(queue)
            if not odd:
                return moved
            tie = min(odd, key=lambda each: (len(self.ties[each]), each))
            for spot, step in self._ways(tie, odd[tie], moved, goal):
                more = 0 if spot in moved else self._cost(spot)
                then, left = self._closed({**moved, spot: moved.get(spot, 0) + step}, self._after(odd, spot, step), goal)
                mark = frozenset(then.items())
                if mark in seen:
                    continue
                seen.add(mark)
                heapq.heappush(queue, (cost + more, len(left), steps + 1, next(order), then, left))
        return None

    def _walk(self, goal: Spot) -> Collection[Spot] | None:
        """A change of what is withheld or unseen, by mending ties as they come; a number that just moved rests. None if none was found."""
        for seed in range(WALKS):
            chance = Random(seed)  # noqa: S311  the same walk each time, and no secret
            moved = {goal: LEAST - self.numbers[goal]}
            odd = self._after({}, goal, moved[goal])
            rested = {goal: STEPS}
            for number in range(STEPS):
                if not odd:
                    return [spot for spot, step in moved.items() if step]
                way = self._step(chance, odd, moved, (rested, number))
                if way is not None:
                    spot, step = way
                    moved[spot] = moved.get(spot, 0) + step
                    odd = self._after(odd, spot, step)
                    rested[spot] = number + chance.randint(1, 8)
        return None

    def _step(
        self, chance: Random, odd: Mapping[int, int], moved: Mapping[Spot, int], resting: tuple[Mapping[Spot, int], int],
    ) -> tuple[Spot, int] | None:
        """A number of some tie that is off, and its step: mostly the one that leaves least off, now and then any.

        `resting`: until when each number rests, and what time it is, both as steps.
        """
        tie, (until, number) = chance.choice(list(odd)), resting
        ways = []
        for spot, sign in self.ties[tie].items():
            step = max(-odd[tie] * sign, -self.numbers[spot] - moved.get(spot, 0))
            if step and until.get(spot, 0) <= number and (spot in self.unseen or spot in self.withheld):
                ways.append((spot, step))
        if not ways:
            return None
        if chance.random() < ANY:
            return chance.choice(ways)

        def more_off(way: tuple[Spot, int]) -> float:
            spot, step = way
            gains = (abs(odd.get(each, 0) + self.ties[each][spot] * step) - abs(odd.get(each, 0)) for each in self._of[spot])
            return sum(gains) + 2 * chance.random()

        return min(ways, key=more_off)

    def _closed(
        self, moved: dict[Spot, int], odd: dict[int, int] | None, goal: Spot,
    ) -> tuple[dict[Spot, int], dict[int, int]]:
        """A change with all that follows at no cost: a difference that stands in one tie only makes good for what that is off."""
        if odd is None:
            odd = self._after({}, goal, moved[goal])
        for tie in list(odd):
            for spot, sign in self.ties[tie].items():
                step = -odd[tie] * sign
                so_far = moved.get(spot, 0)
                if spot in self.unseen and spot != goal and len(self._of[spot]) == 1 and self.numbers[spot] + so_far + step >= 0:
                    moved = {**moved, spot: so_far + step}
                    del odd[tie]
                    break
        return moved, odd

    def _after(self, odd: Mapping[int, int], spot: Spot, step: int) -> dict[int, int]:
        """By how much each tie is off after one number moves."""
        then = dict(odd)
        for tie in self._of.get(spot, ()):
            off = then.get(tie, 0) + self.ties[tie][spot] * step
            if off:
                then[tie] = off
            else:
                then.pop(tie, None)
        return then

    def _ways(self, tie: int, off: int, moved: Mapping[Spot, int], goal: Spot) -> list[tuple[Spot, int]]:
        """Numbers of a tie that can make good for what it is off, and by how much; never back where one came from."""
        found: list[tuple[tuple[int, int, int, Spot], Spot, int]] = []
        for spot, sign in self.ties[tie].items():
            if spot == goal or spot in self.fixed:
                continue
            step, so_far = -off * sign, moved.get(spot, 0)
            if step < 0:
                step = -min(-step, self.numbers[spot] + so_far)
            if step == 0 or (so_far * step < 0 and len(self._of[spot]) > 1):
                continue
            cost = 0 if spot in moved else self._cost(spot)
            found.append(((cost, abs(off) - abs(step), len(self._of[spot]), spot), spot, step))
        return [(spot, step) for _rank, spot, step in heapq.nsmallest(WAYS, found)]


def ties_of(ties: Iterable[Tie]) -> dict[Spot, list[int]]:
    """The ties in which each number stands, by their place in the list."""
    found: dict[Spot, list[int]] = {}
    for number, tie in enumerate(ties):
        for spot in tie:
            found.setdefault(spot, []).append(number)
    return found
