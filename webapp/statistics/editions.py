"""Editions: the fixed set of public tables of a closed period, and how the numbers of all editions hang together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from webapp.core.suppression import LEAST
from webapp.statistics.publishing import Exposed, Progress, Spot, Tables, Tie

# A number's place in an edition: figure, table, row. The table of totals has one row.
Place = tuple[str, str, str]
TOTAL, REPORTED = "total", "reported"
PROVINCE, LEVEL, SEX, MONTH = "province", "level", "sex", "month"
DIVIDED = (PROVINCE, LEVEL, SEX, MONTH)
NOT_STATED = ""
# Each of the second is one of the first, but for those who began before the period.
AMONG = (("started", "passed"), ("attended", "completed"))


@dataclass(frozen=True)
class Edition:
    """The tables of a period. `numbers` tell of people and are guarded; `free` (places, trainings) are shown as they are."""

    key: str
    first: date
    last: date
    numbers: Mapping[Place, int]
    withheld: frozenset[Place] = frozenset()
    free: Mapping[Place, int] = field(default_factory=dict)

    @property
    def tells(self) -> bool:
        """Whether any number of people is shown."""
        return len(self.withheld) < len(self.numbers)

    @property
    def omitted(self) -> list[str]:
        """Figures of which no number is shown."""
        shown = {place[0] for place in self.numbers if place not in self.withheld}
        return [each for each in dict.fromkeys(place[0] for place in self.numbers) if each not in shown]

    def contains(self, other: Edition) -> bool:
        """Whether the other's days are among these, and fewer."""
        return self.first <= other.first and other.last <= self.last and (self.first, self.last) != (other.first, other.last)

    def value(self, place: Place) -> int | None:
        """What is shown: None where it is withheld, nought where nothing was counted."""
        if place in self.withheld:
            return None
        return self.free.get(place, self.numbers.get(place, 0))

    def spot(self, place: Place) -> Spot:
        """The same place among all editions."""
        return Spot(self.key, *place)


def withheld(new: Edition, earlier: Sequence[Edition], *, reported_from: int, progress: Progress | None = None) -> frozenset[Place]:
    """What to withhold of a new edition beside those that are out. There is always an answer.

    Where a number cannot be guarded otherwise, its figure is left out as a whole; where that is not enough, all numbers of people are.
    An edition that shows none of them tells nothing that was not told before. `reported_from`: the position level from which the
    officials attended are reported as one number.
    """
    linked = Linked([*(each for each in earlier if each.tells), new], reported_from)
    omitted: set[str] = set()
    while True:
        try:
            return _found(new, earlier, linked, omitted, progress)
        except Exposed as exposed:
            if exposed.spot.figure in omitted:
                return frozenset(new.numbers)
            omitted.add(exposed.spot.figure)


def _found(
    new: Edition, earlier: Sequence[Edition], linked: Linked, omitted: Collection[str], progress: Progress | None,
) -> frozenset[Place]:
    """What to withhold where some figures are left out. Raises `Exposed`."""
    spots = {new.spot(place) for place in new.numbers}
    out = {each.spot(place): place in each.withheld for each in earlier if each.tells for place in each.numbers}
    tables = Tables(
        linked.numbers, linked.ties, fixed=frozenset(spot for spot, hidden in out.items() if not hidden),
        unseen=frozenset(spot for spot in linked.numbers if spot not in spots and out.get(spot, True)),
        totals=frozenset(spot for spot in spots if spot.table in (TOTAL, REPORTED)), loose=linked.loose,
        omitted=frozenset(spot for spot in spots if spot.figure in omitted),
    )
    found = tables.protect(progress)
    return frozenset(place for place in new.numbers if new.spot(place) in found)


class Linked:
    """All numbers of some editions with the differences between them, and what ties them together.

    Who counts in several rows makes the rows more than their total. So few (under five) the reader is taken to know of, so that the
    rows give the total exactly; how many more there are nobody outside can know. Nor who of one period came again in the next: of
    periods that follow one another it is known that each person of the longer one is in one of them, views excepted, which add up.
    """

    def __init__(self, editions: Sequence[Edition], reported_from: int) -> None:
        self.numbers: dict[Spot, int] = {}
        self.ties: list[Tie] = []
        self.loose: set[Spot] = set()
        for each in editions:
            self.numbers.update({each.spot(place): number for place, number in each.numbers.items()})
        for each in editions:
            self._within(each, reported_from)
            self._parts(each, [other for other in editions if each.contains(other)])
        for at, one in enumerate(editions):
            for other in editions[at + 1 :]:
                self._months(one, other)

    def _within(self, edition: Edition, reported_from: int) -> None:
        for figure, total in totals(edition):
            for table in DIVIDED:
                rows = [place for place in edition.numbers if place[:2] == (figure, table)]
                if rows:
                    self._sum(edition.spot((figure, TOTAL, "")), [edition.spot(place) for place in rows], total)
        reported = ("attended", REPORTED, "")
        if reported in edition.numbers:
            levels = [
                place for place in edition.numbers if place[:2] == ("attended", LEVEL) and place[2] and int(place[2]) >= reported_from
            ]
            self._sum(edition.spot(reported), [edition.spot(place) for place in levels], edition.numbers[reported])
            self._less(edition.spot(("attended", TOTAL, "")), edition.spot(reported))
        for more, less in AMONG:
            for place in [each for each in edition.numbers if each[0] == less and (more, *each[1:]) in edition.numbers]:
                self._less(edition.spot((more, *place[1:])), edition.spot(place))

    def _parts(self, whole: Edition, parts: Sequence[Edition]) -> None:
        """A period and the shorter ones in it: less each, and less those that follow one another without sharing a day."""
        for each in parts:
            for place in each.numbers:
                if place in whole.numbers and place[1] != MONTH:
                    self._less(whole.spot(place), each.spot(place))
        for chain in _chains(parts):
            for place in whole.numbers:
                spots = [each.spot(place) for each in chain if place in each.numbers]
                if place[1] != MONTH and len(spots) > 1:
                    self._sum(whole.spot(place), spots, whole.numbers[place], known=0 if place[0] == "views" else -1)

    def _months(self, one: Edition, other: Edition) -> None:
        for place in one.numbers:
            if place[1] == MONTH and place in other.numbers:
                self._same(one.spot(place), other.spot(place))

    def _sum(self, whole: Spot, rows: Sequence[Spot], total: int, known: int = LEAST - 1) -> None:
        """Rows and their whole; `known` is the greatest excess of the rows that a reader is taken to know."""
        over = sum(self.numbers[row] for row in rows) - total
        tie = {**dict.fromkeys(rows, 1), whole: -1}
        if over < 0:
            tie[self._between("rest", whole, rows[0] if rows else whole, -over)] = 1
        elif over > known:
            twice = self._between("twice", whole, rows[0], over)
            tie[twice] = -1
            self.loose.add(twice)
        self.ties.append(tie)

    def _less(self, more: Spot, less: Spot) -> None:
        """The difference of two numbers is one more number. The reader knows which is the greater."""
        difference = self.numbers[more] - self.numbers[less]
        sign = 1 if difference >= 0 else -1
        self.ties.append({more: sign, less: -sign, self._between("less", more, less, abs(difference)): -1})

    def _same(self, one: Spot, other: Spot) -> None:
        """The same month twice: equal unless rows came late."""
        if self.numbers[one] == self.numbers[other]:
            self.ties.append({one: 1, other: -1})
        else:
            self._less(one, other)

    def _between(self, what: str, one: Spot, other: Spot, number: int) -> Spot:
        row = f"{one.row} {other.figure} {other.table} {other.row} {len(self.ties)}"
        spot = Spot(f"{one.edition} {other.edition}", one.figure, f"{what} {one.table}", row)
        self.numbers[spot] = number
        return spot


def totals(edition: Edition) -> Iterator[tuple[str, int]]:
    """Each figure with its total."""
    return ((place[0], number) for place, number in edition.numbers.items() if place[1] == TOTAL)


def _chains(parts: Sequence[Edition]) -> Iterator[list[Edition]]:
    """Of shorter periods, from each on: those that follow one another, the longest first where several begin on one day."""
    for start in parts:
        chain = [start]
        for each in sorted(parts, key=lambda one: (one.first, -one.last.toordinal())):
            if each.first > chain[-1].last:
                chain.append(each)
        yield chain


def written(edition: Edition) -> dict[str, Any]:
    """What is kept with the closed period, withheld numbers included: later editions are guarded beside them."""
    return {
        "numbers": [[*place, number, int(place in edition.withheld)] for place, number in edition.numbers.items()],
        "free": [[*place, number] for place, number in edition.free.items()],
    }


def read(key: str, first: date, last: date, kept: Mapping[str, Any]) -> Edition:
    """The edition that was kept."""
    rows = [(tuple(row[:3]), row[3], row[4]) for row in kept["numbers"]]
    return Edition(
        key, first, last, {place: number for place, number, _hidden in rows},
        frozenset(place for place, _number, hidden in rows if hidden), {tuple(row[:3]): row[3] for row in kept["free"]},
    )
