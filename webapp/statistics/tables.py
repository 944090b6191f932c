"""Tables of figures: made once, and printed alike on the screen, in files and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from webapp.core.i18n import _
from webapp.statistics.definitions import Figure, Measure

Value = int | float | str | date | None


@dataclass(frozen=True)
class Head:
    """A column of values: its words and, of a figure, the definition. `number`: set right, with separators; `digits` after the point."""

    label: str
    definition: str = ""
    number: bool = True
    digits: int = 0


@dataclass(frozen=True)
class Line:
    """A row: what it is about, its values in the order of the columns, and where it leads. None is what is not shown or not known."""

    label: str
    values: Sequence[Value]
    url: str = ""
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a name of its own on the page (`id`), its rows in the order in which they stand, and sentences below it."""

    id: str
    title: str
    rows: str
    heads: Sequence[Head]
    lines: Sequence[Line]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Shown:
    """A whole page of figures: what it covers as (what, value) pairs, when it was cut off, tables, definitions by figure."""

    title: str
    about: Sequence[tuple[str, str]]
    cut_off: datetime
    tables: Sequence[Table]
    figures: Sequence[Figure] = field(default=())


def head_of(figure: Figure) -> Head:
    """The column of a figure."""
    return Head(str(figure.label), str(figure.definition), digits=1 if figure.measure is Measure.MINUTES else 0)


def value_of(figure: Figure, number: int) -> Value:
    """The value shown for what was counted: hours for minutes, to a tenth."""
    return round(number / 60, 1) if figure.measure is Measure.MINUTES else number


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
