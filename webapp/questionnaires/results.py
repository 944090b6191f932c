"""From counts of values to figures: what a questionnaire asks that can be counted, and means, medians, quartiles. Pure and exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import (
    OTHER,
    Choice,
    DateField,
    Field,
    FileField,
    GoalsField,
    LongField,
    MatrixField,
    MultipleField,
    NumberField,
    OrganisationField,
    PlaceField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
    TargetsField,
    TextField,
)
from webapp.goals.reference import reference

GOALS = 17
POOL = "//"


class Shape(StrEnum):
    """How answers are counted.

    One of several; a named point of a scale (counted, and with a mean); a number of a scale without names; any of several; an
    order; a number; a day; one of very many (places, organisations); words, of which only is counted how many wrote some.
    """

    CHOICE = "choice"
    POINTS = "points"
    STEPS = "steps"
    SEVERAL = "several"
    RANKING = "ranking"
    NUMBER = "number"
    DATE = "date"
    LISTED = "listed"
    WORDS = "words"


SHAPES: Mapping[type[Field], Shape] = {
    SingleField: Shape.CHOICE, MultipleField: Shape.SEVERAL, GoalsField: Shape.SEVERAL, TargetsField: Shape.SEVERAL,
    RankingField: Shape.RANKING, NumberField: Shape.NUMBER, DateField: Shape.DATE, PlaceField: Shape.LISTED,
    OrganisationField: Shape.LISTED, TextField: Shape.WORDS, LongField: Shape.WORDS, FileField: Shape.WORDS,
}
# Values that are lists.
LISTS = frozenset({Shape.SEVERAL, Shape.RANKING})
# Answers that fall into few classes, of which each sheet has one.
CLASSES = frozenset({Shape.CHOICE, Shape.POINTS})
AMOUNTS = frozenset({Shape.STEPS, Shape.NUMBER})


@dataclass(frozen=True)
class Item:
    """Something that is counted by itself: a field, a row or a cell of a matrix, a column of a table.

    `key` is its path. Where rows are people's own, all of them are counted together: then the key is `field//column`, and what is
    counted are entries and not sheets.
    """

    key: str
    field: Field
    asks: Field
    row: Choice | None = None
    column: Choice | Field | None = None

    @property
    def pooled(self) -> bool:
        """Whether entries are counted and not sheets."""
        return POOL in self.key

    @property
    def shape(self) -> Shape:
        """How it is counted."""
        if isinstance(self.asks, ScaleField):
            return Shape.POINTS if self.asks.points else Shape.STEPS
        return SHAPES[type(self.asks)]

    @property
    def values(self) -> tuple[str, ...]:
        """The values that may be chosen, in their order; empty where there are no fixed ones."""
        asks = self.asks
        if isinstance(asks, (SingleField, MultipleField)):
            return (*(each.id for each in asks.options), *([OTHER] if asks.other else []))
        if isinstance(asks, ScaleField):
            return tuple(str(each) for each in range(asks.first, asks.last + 1))
        if isinstance(asks, RankingField):
            return tuple(each.id for each in asks.items)
        if isinstance(asks, GoalsField):
            return tuple(str(each) for each in range(1, GOALS + 1))
        if isinstance(asks, TargetsField):
            return tuple(target for target in reference().targets if not asks.goals or int(target.split(".")[0]) in asks.goals)
        return ()


def items(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """All that can be counted, in the order of the questionnaire."""
    return tuple(item for each in questionnaire.answerable for item in of_field(each))


def of_field(asked: Field) -> Iterator[Item]:
    """What is counted of one field; a calculated value is stored nowhere and not counted."""
    if isinstance(asked, TableField):
        yield from (Item(f"{asked.id}{POOL}{each.id}", asked, each, column=each) for each in asked.columns if each.answerable)
    elif isinstance(asked, MatrixField):
        yield from _of_matrix(asked)
    else:
        yield Item(asked.id, asked, asked)


def _of_matrix(asked: MatrixField) -> Iterator[Item]:
    asks = asked.cell_field
    if asked.by_row and asked.columns_from:
        return  # What is chosen are rows of the sheet's own table: they have nothing in common.
    columns: tuple[Choice | None, ...] = (None,) if asked.by_row or asked.columns_from else asked.columns
    for column in columns:
        if asked.rows_from or (asked.columns_from and not asked.by_row):
            yield Item(f"{asked.id}{POOL}{column.id if column else ''}", asked, asks, column=column)
        else:
            for row in asked.rows:
                yield Item(f"{asked.id}/{row.id}/{column.id}" if column else f"{asked.id}/{row.id}", asked, asks, row, column)


@dataclass(frozen=True)
class Tally:
    """How many answered, and how often each value was given; of rankings how often each item stood in which place (from 1).

    `sheets` is on how many sheets: the same, unless it is entries that are counted.
    """

    answered: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    sheets: int = 0

    def __add__(self, other: Tally) -> Tally:
        counts = dict(self.counts)
        for value, number in other.counts.items():
            counts[value] = counts.get(value, 0) + number
        places = {value: dict(each) for value, each in self.places.items()}
        for value, each in other.places.items():
            mine = places.setdefault(value, {})
            for place, number in each.items():
                mine[place] = mine.get(place, 0) + number
        return Tally(self.answered + other.answered, counts, places, self.sheets + other.sheets)

    def to_json(self) -> dict[str, Any]:
        """Plain content to keep."""
        found: dict[str, Any] = {"n": self.answered, "s": self.sheets, "c": dict(self.counts)}
        if self.places:
            found["p"] = {value: {str(place): number for place, number in each.items()} for value, each in self.places.items()}
        return found

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Tally:
        """The tally of kept content."""
        places = {value: {int(place): number for place, number in each.items()} for value, each in content.get("p", {}).items()}
        return cls(content["n"], content["c"], places, content["s"])


NOBODY = Tally()


@dataclass(frozen=True)
class Spread:
    """Where numbers lie. Mean, quartiles and median are exact."""

    n: int
    mean: Fraction
    lower: Fraction
    median: Fraction
    upper: Fraction


def numbers(counts: Mapping[str, int]) -> dict[Decimal, int]:
    """Counts by number in the order of the numbers; what is no number (stored under an earlier definition) is left out."""
    found: dict[Decimal, int] = {}
    for text, count in counts.items():
        try:
            number = Decimal(text)
        except ArithmeticError:
            continue
        if number.is_finite() and count:
            found[number] = found.get(number, 0) + count
    return dict(sorted(found.items()))


def spread(counts: Mapping[Decimal, int]) -> Spread | None:
    """Mean, quartiles and median of numbers given by how often each occurs; None for none.

    Quartiles are those of R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages (1996), type 7: the value at
    (n - 1) p of the ordered numbers counted from 0, between two of them in proportion.
    """
    ordered = [(number, counts[number]) for number in sorted(counts) if counts[number]]
    n = sum(count for _number, count in ordered)
    if not n:
        return None
    mean = sum((Fraction(number) * count for number, count in ordered), Fraction()) / n
    return Spread(n, mean, *(_quantile(ordered, Fraction(n - 1) * part / 4) for part in (1, 2, 3)))


def _quantile(ordered: list[tuple[Decimal, int]], at: Fraction) -> Fraction:
    whole = at.numerator // at.denominator
    low = _at(ordered, whole)
    part = at - whole
    return low if not part else low + (_at(ordered, whole + 1) - low) * part


def _at(ordered: list[tuple[Decimal, int]], position: int) -> Fraction:
    for number, count in ordered:
        if position < count:
            return Fraction(number)
        position -= count
    raise IndexError(position)


@dataclass(frozen=True)
class Ranked:
    """An item of a ranking: how many placed it, how many of them first, and its mean place among them (None: nobody did)."""

    value: str
    n: int
    first: int
    mean: Fraction | None


def tally_of(item: Item, rows: Iterable[tuple[str, int, bool, int]]) -> Tally:
    """A tally from (value, place in a list from 1 or 0, whether it is the first of its sheet, how often).

    A list is answered by whoever has something in its first place. Words are not kept, only how many wrote some.
    """
    answered = sheets = 0
    counts: dict[str, int] = {}
    places: dict[str, dict[int, int]] = {}
    for value, place, first, count in rows:
        answered += count * (place <= 1)
        sheets += count * (first and place <= 1)
        if item.shape is not Shape.WORDS:
            counts[value] = counts.get(value, 0) + count
        if item.shape is Shape.RANKING:
            mine = places.setdefault(value, {})
            mine[place] = mine.get(place, 0) + count
    return Tally(answered, counts, places, sheets)


def ranked(item: Item, tally: Tally) -> list[Ranked]:
    """The items, the best mean place first, those that nobody placed last; equals in the order of the questionnaire."""
    found = []
    for value in (*item.values, *(each for each in tally.places if each not in item.values)):
        places = tally.places.get(value, {})
        n = sum(places.values())
        total = sum(place * count for place, count in places.items())
        found.append(Ranked(value, n, places.get(1, 0), Fraction(total, n) if n else None))
    return sorted(found, key=lambda each: (each.mean is None, each.mean or 0))


@dataclass(frozen=True)
class Bin:
    """Numbers from `low` (included) to `high` (excluded; included where both are the same)."""

    low: Decimal
    high: Decimal
    count: int


MOST_BINS = 10
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def bins(counts: Mapping[Decimal, int]) -> list[Bin]:
    """The numbers one by one if they are few, else in classes of equal, round width, empty ones between them included."""
    if len(counts) <= MOST_BINS:
        return [Bin(number, number, counts[number]) for number in sorted(counts)]
    least, most = min(counts), max(counts)
    scale = Decimal(10) ** ((most - least) / MOST_BINS).adjusted()
    widths = [step * scale for step in STEPS] + [step * scale * 10 for step in STEPS]
    width = next(each for each in widths if most // each - least // each < MOST_BINS - 1)
    first = _floor(least, width)
    found = [0] * (_floor(most, width) - first + 1)
    for number, count in counts.items():
        found[_floor(number, width) - first] += count
    return [Bin((first + at) * width, (first + at + 1) * width, count) for at, count in enumerate(found)]


def _floor(number: Decimal, width: Decimal) -> int:
    part = Fraction(number) / Fraction(width)
    return part.numerator // part.denominator


def periods(counts: Mapping[str, int]) -> dict[str, int]:
    """Days by month (`2026-11`), or by year where they lie more than two years apart; those without any between them included."""
    days = sorted(day for day in counts if counts[day])
    if not days:
        return {}
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (days[0], days[-1]))
    by_year = last - first >= 24
    if by_year:
        found = {f"{year:04}": 0 for year in range(first // 12, last // 12 + 1)}
    else:
        found = {f"{month // 12:04}-{month % 12 + 1:02}": 0 for month in range(first, last + 1)}
    for day in days:
        found[day[:4] if by_year else day[:7]] += counts[day]
    return found


def median_day(counts: Mapping[str, int]) -> str:
    """The day that half of all days come before or on; of an even number the earlier of the two in the middle. Not empty."""
    left = (sum(counts.values()) + 1) // 2
    for day in sorted(counts):
        left -= counts[day]
        if left <= 0:
            return day
    raise IndexError(left)
