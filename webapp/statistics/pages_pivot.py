"""The pivot table: figures by one or two dimensions down and one across, shaped by the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from webapp.accounts.names import sort_key
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.statistics import described, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked, BadQuestion
from webapp.statistics.definitions import BY_KEY, FIGURES, Figure
from webapp.statistics.grids import unequal, whole_of
from webapp.statistics.pages_time import headline
from webapp.statistics.slices import PLACES, Dimension
from webapp.statistics.slow import Counts
from webapp.statistics.tables import Head, Line, Shown, Table, Value, head_of, value_of

OPTIONS = frozenset({"rows", "rows2", "columns", "figures", "sort"})
USUAL_ROWS, USUAL_FIGURES = Dimension.PROVINCE, ("started", "passed", "attended")
# Cells of a table on the screen, and columns of one whose rows are cut; files hold all.
MOST_CELLS, MOST_COLUMNS = 2_000, 200


@dataclass(frozen=True)
class Shape:
    """What stands where: one or two dimensions down, one or none across, figures in their order; rows by code or time, or by name."""

    rows: tuple[Dimension, ...]
    columns: Dimension | None
    figures: tuple[Figure, ...]
    by_name: bool

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All of them, those of the rows first."""
        return self.rows if self.columns is None else (*self.rows, self.columns)


def shape_of(options: Mapping[str, str]) -> Shape:
    """The shape that an address asks for. Raises `BadQuestion` naming the field."""
    rows = [_dimension("rows", options.get("rows", "")) or USUAL_ROWS]
    second = _dimension("rows2", options.get("rows2", ""))
    if second is not None:
        rows.append(second)
    columns = _dimension("columns", options.get("columns", ""))
    used = [*rows, *([columns] if columns else [])]
    for name, earlier in (("rows2", rows[:1]), ("columns", rows)):
        chosen = second if name == "rows2" else columns
        if chosen is not None and chosen in earlier:
            raise BadQuestion(name, _("“%(dimension)s” stands in this table already. Choose another breakdown.",
                                      dimension=str(words.DIMENSIONS[chosen])))
    assert len(set(used)) == len(used)
    if options.get("sort", "") not in ("", "code", "name"):
        raise BadQuestion("sort", _("Rows can stand by code and time, or by name; never by size."))
    return Shape(tuple(rows), columns, tuple(_figures(options.get("figures", ""))), options.get("sort") == "name")


def _dimension(field: str, text: str) -> Dimension | None:
    if not text:
        return None
    if text not in {each.value for each in Dimension}:
        raise BadQuestion(field, _("There is no breakdown by “%(name)s”.", name=text[:40]))
    return Dimension(text)


def _figures(text: str) -> list[Figure]:
    chosen = {each.strip() for each in text.split(",") if each.strip()} or set(USUAL_FIGURES)
    for key in sorted(chosen):
        if key not in BY_KEY:
            raise BadQuestion("figures", _("There is no figure “%(name)s”.", name=key[:40]))
    return [each for each in FIGURES if each.key in chosen]


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """The whole table, however large. Raises `BadQuestion`."""
    shape = shape_of(asked.options)
    counted = Counted.of(shape, asked, found)
    says = [
        _("Totals are counted anew and not added up: a person counts once in every cell and once in a total."),
        _("Rows stand by code or name and as time goes. Nothing is ordered by size, and a cell without anything is a zero."),
    ]
    if asked.against is not None:
        says.append(_("This page shows one period only. What it is compared with is shown on the overview."))
    return Shown(_("Pivot table"), described.about(asked), asked.part.cut_off, [counted.table()], shape.figures, says)


@dataclass(frozen=True)
class Counted:
    """The cells of a shape, its totals and the words of its dimensions."""

    shape: Shape
    body: Counts
    by_row: Counts
    by_column: Counts
    whole: Mapping[str, int]
    named: Mapping[Dimension, Mapping[Any, tuple[int, str]]]

    @classmethod
    def of(cls, shape: Shape, asked: Asked, found: Source) -> Counted:
        """Counted. At most two queries for the words, and what `Source.count` says."""
        wanted, part = shape.figures, asked.part
        across = () if shape.columns is None else (shape.columns,)
        found.fetch([(part, by, wanted) for by in dict.fromkeys((shape.dimensions, shape.rows, across)) if by] + [(part, (), FIGURES)])
        body = found.count(part, shape.dimensions, wanted)
        by_row = found.count(part, shape.rows, wanted) if across else body
        by_column = found.count(part, across, wanted) if across else {}
        values = {each: {key[at] for key in body} for at, each in enumerate(shape.dimensions)}
        for at, each in enumerate(shape.rows):
            values[each] |= {key[at] for key in by_row}
        if shape.columns is not None:
            values[shape.columns] |= {key[0] for key in by_column}
        return cls(shape, body, by_row, by_column, whole_of(found, part), _named(values, asked))

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Keys of the rows in the order in which they stand."""
        return sorted({*self.by_row, *(key[:len(self.shape.rows)] for key in self.body)}, key=self._order)

    def _order(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        found = [self.named[each][value] for each, value in zip(self.shape.rows, key, strict=True)]
        if self.shape.by_name:
            return tuple((key_ is None, sort_key(word), at) for (at, word), key_ in zip(found, key, strict=True))
        return tuple(at for at, _word in found)

    @property
    def columns(self) -> list[Any]:
        """Values across, in the order in which they stand."""
        if self.shape.columns is None:
            return []
        known = self.named[self.shape.columns]
        return sorted(known, key=lambda value: known[value][0])

    def table(self) -> Table:
        """Rows, columns, totals of both, and why parts do not add up."""
        shape = self.shape
        lines = [self._line(key) for key in self.rows]
        blank: list[Value] = [""] * (len(shape.rows) - 1)
        lines.append(Line(_("Total"), [*blank, *self._totals()], total=True))
        return Table("pivot", self._title(), str(words.DIMENSIONS[shape.rows[0]]), self._heads(), lines, self._notes())

    def _title(self) -> str:
        what = described.listed(str(each.label) for each in self.shape.figures)
        by = described.listed(str(words.DIMENSIONS[each]).lower() for each in self.shape.dimensions)
        return headline(_("%(figures)s by %(dimensions)s", figures=what, dimensions=by))

    def _heads(self) -> list[Head]:
        shape = self.shape
        second = [Head(str(words.DIMENSIONS[each]), number=False) for each in shape.rows[1:]]
        if shape.columns is None:
            return [*second, *(head_of(each) for each in shape.figures)]
        across = [word for _at, word in (self.named[shape.columns][value] for value in self.columns)]
        return second + [self._head(each, word) for word in (*across, _("Total")) for each in shape.figures]

    def _head(self, figure: Figure, word: str) -> Head:
        label = word if len(self.shape.figures) == 1 else _("%(column)s: %(figure)s", column=word, figure=figure.label)
        return replace(head_of(figure), label=label)

    def _line(self, key: tuple[Any, ...]) -> Line:
        words_ = [self.named[each][value][1] for each, value in zip(self.shape.rows, key, strict=True)]
        cells = [self._cell(self.body, (*key, value), each) for value in self.columns for each in self.shape.figures]
        return Line(words_[0], [*words_[1:], *cells, *(self._cell(self.by_row, key, each) for each in self.shape.figures)])

    def _totals(self) -> list[Value]:
        across = [self._cell(self.by_column, (value,), each) for value in self.columns for each in self.shape.figures]
        return [*across, *(value_of(each, self.whole[each.key]) for each in self.shape.figures)]

    def _cell(self, cells: Counts, key: tuple[Any, ...], figure: Figure) -> Value:
        return value_of(figure, cells.get(key, {}).get(figure.key, 0))

    def _notes(self) -> list[str]:
        notes = unequal(self.shape.figures, list(self.by_row.values()), self.whole)
        for each in self.shape.figures if self.shape.columns else ():
            total = sum(cell.get(each.key, 0) for cell in self.by_column.values())
            if not each.adds_up and total != self.whole[each.key]:
                notes.append(_(
                    "%(figure)s: the columns add up to %(parts)s, the whole is %(whole)s, since each is counted once in every column and "
                    "once in the whole, and what belongs to no column is only in the whole.",
                    figure=each.label, parts=f"{total:,}", whole=f"{self.whole[each.key]:,}",
                ))
        return notes


def _named(values: Mapping[Dimension, set[Any]], asked: Asked) -> dict[Dimension, dict[Any, tuple[int, str]]]:
    """Words and order of every value, places of all levels looked up at once."""
    paths = {path for each in PLACES for path in values.get(each, ()) if path is not None}
    places = words.named(PLACES[0], paths, asked.part.tree_on)
    found = {}
    for dimension, present in values.items():
        if dimension in PLACES:
            known = [each for each in places if each[0] in present] + ([(None, words.not_stated())] if None in present else [])
        else:
            known = words.named(dimension, present, asked.part.tree_on, allowed=asked.allowed)
        found[dimension] = {value: (at, word) for at, (value, word) in enumerate(known)}
    return found


def on_screen(page: Shown) -> Shown:
    """The page with no more cells than a screen takes; a sentence says what is only in the files. The last row stays."""
    table = page.tables[0]
    wide, high = len(table.heads), len(table.lines)
    if wide * high <= MOST_CELLS:
        return page
    columns = _kept(range(wide), MOST_COLUMNS)
    rows = _kept(range(high), max(2, MOST_CELLS // len(columns)))
    lines = [replace(table.lines[row], values=[table.lines[row].values[at] for at in columns]) for row in rows]
    note = _(
        "The table has %(rows)s rows and %(columns)s columns. %(cells)s of its %(all)s cells stand here, the first ones and the totals; "
        "the others are only in the files.", rows=f"{high:,}", columns=f"{wide:,}", cells=f"{len(rows) * len(columns):,}",
        all=f"{wide * high:,}",
    )
    cut = replace(table, heads=[table.heads[at] for at in columns], lines=lines, notes=[note, *table.notes])
    return replace(page, tables=[cut, *page.tables[1:]])


def _kept(numbers: Sequence[int], most: int) -> list[int]:
    """The first ones and the last."""
    return list(numbers) if len(numbers) <= most else [*numbers[:most - 1], numbers[-1]]


def offered() -> list[tuple[str, str]]:
    """Dimensions, for a select."""
    return [(each.value, str(words.DIMENSIONS[each])) for each in Dimension]


def ordered(keys: Iterable[str]) -> str:
    """Chosen figures as an address has them."""
    chosen = {key for text in keys for key in text.split(",") if key}
    known = [each.key for each in FIGURES if each.key in chosen]
    return ",".join([*known, *sorted(chosen - set(known))])
