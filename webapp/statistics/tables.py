"""Tables of figures: made once, and printed alike on the screen, in files and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Any

from webapp.core.charts.shapes import Chart
from webapp.core.frozen import dataclass
from webapp.core.hours import tenths
from webapp.core.i18n import _
from webapp.statistics.definitions import Figure, Measure
from webapp.statistics.outcomes import Outcome

Value = int | float | str | date | None


@dataclass(frozen=True)
class Head:
    """A column of values: its words and, of a figure, the definition. `number`: set right, with separators; `digits` after the point.

    `unit` stands behind each number: `%`. A difference is `signed`. `key` is that of the figure whose values stand in the column.
    """

    label: str
    definition: str = ""
    number: bool = True
    digits: int = 0
    unit: str = ""
    signed: bool = False
    key: str = ""

    def words(self, value: Value) -> str:
        """A value as it is read: `1,137`, `−0.5`, `12.4%`, `+3`; an en dash where there is none."""
        if value is None:
            return "–"
        # A year is a number without separators.
        if not self.number or not isinstance(value, (int, float)):
            return str(value)
        # A whole number is not made a float first, which is slower, and wrong from 16 digits on.
        said = f"{abs(value):,}{self.unit}" if type(value) is int and not self.digits else f"{abs(value):,.{self.digits}f}{self.unit}"
        return f"−{said}" if value < 0 else f"+{said}" if self.signed and value > 0 else said


@dataclass(frozen=True)
class Line:
    """A row: what it is about, its values in the order of the columns, and where it leads. None is what is not shown or not known.

    `url` is a path of this site with its query, without the mount point. `note` is a sentence that belongs to the row alone.
    """

    label: str
    values: Sequence[Value]
    url: str = ""
    total: bool = False
    note: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a name of its own on the page (`id`), its rows in the order in which they stand, and sentences below it.

    `chart` draws the same numbers. `key`: its rows are key figures, each the first value with its definition as note.
    """

    id: str
    title: str
    rows: str
    heads: Sequence[Head]
    lines: Sequence[Line]
    notes: Sequence[str] = ()
    chart: Chart | None = None
    key: bool = False


@dataclass(frozen=True)
class Shown:
    """A whole page of figures: what it covers as (what, value) pairs, when it was cut off, tables, definitions by figure.

    `says` are sentences on how to read the page as a whole.
    """

    title: str
    about: Sequence[tuple[str, str]]
    cut_off: datetime
    tables: Sequence[Table]
    figures: Sequence[Figure | Outcome] = field(default=())
    says: Sequence[str] = field(default=())


def head_of(figure: Figure) -> Head:
    """The column of a figure."""
    return Head(str(figure.label), str(figure.definition), digits=1 if figure.measure is Measure.MINUTES else 0, key=figure.key)


def number_of(figure: Figure, number: int) -> int | float:
    """The number shown for what was counted: hours for minutes, to a tenth as all of their column."""
    return float(tenths(number)) if figure.measure is Measure.MINUTES else number


def value_of(figure: Figure, number: int) -> Value:
    """The same as a value of a table."""
    return number_of(figure, number)


def not_additive(figure: Figure, parts: Sequence[int], whole: int) -> str:
    """Why the parts of a table do not add up to its whole; empty where they do."""
    total = sum(parts)
    if figure.adds_up or total == whole:
        return ""
    label: Any = figure.label
    if figure.measure is Measure.PERSONS and total > whole:
        return _("%(figure)s: the rows add up to %(parts)s, the whole is %(whole)s, since a person who belongs to several rows counts "
                 "once in each of them and once in the whole.", figure=label, parts=f"{total:,}", whole=f"{whole:,}")
    return _("%(figure)s: the rows add up to %(parts)s, the whole is %(whole)s, since each is counted once in every row and once in "
             "the whole, and what belongs to no row is only in the whole.", figure=label, parts=f"{total:,}", whole=f"{whole:,}")
