"""Lists: one definition gives the table on the screen, its search, filters, sort and pages, and the files that equal it.

A list asks the database for keys first and loads what a page shows afterwards. It counts no further than `COUNTED`: past
that the reader is told to narrow the list, and only orders that an index holds are offered, so that a list of a million
answers as fast as one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.sql import operators

from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.exports import Cell
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ui.paging import SIZE, Paging

R = TypeVar("R")

COUNTED = 10_000
CHUNK = 1_000
LONGEST_SEARCH = 100
# Names in the query string that belong to the list itself.
SEARCH, SORT, PAGE = "q", "sort", "page"


class BadQuery(DomainError):
    """An address that asks for what the list does not have. Nothing is ignored: 'all that match' must mean what the screen shows."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__(_("This address asks for something that the list does not have. Go back to the list and choose again."))


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. `value` is the typed cell of the files and, printed, the cell of the screen.

    `sort` is an SQL expression that is never null; `indexed`: an index gives this order for the whole list. `link` makes the
    cell a link; `state` (done, now, todo, wait, late, off) makes it a badge; `on_screen=False` keeps it to the files.
    """

    key: str
    label: Any
    value: Callable[[R], Cell]
    sort: Any = None
    indexed: bool = False
    link: Callable[[R], str | None] | None = None
    state: Callable[[R], str | None] | None = None
    on_screen: bool = True


@dataclass(frozen=True)
class Filter:
    """One filter. `where` gives the condition of a value and raises ValueError for a value that it does not know.

    `options` (value, text) are asked when the page shows; without them the page draws the control itself. `named` gives the
    words of a value where there are no options.
    """

    key: str
    label: Any
    where: Callable[[str], ColumnElement[bool]]
    options: Callable[[], Sequence[tuple[str, str]]] | None = None
    named: Callable[[str], str] | None = None
    # People type the value, perhaps a name: it stands in no audit entry.
    typed: bool = False

    def words(self, value: str) -> str:
        """What a chosen value is called."""
        if self.named is not None:
            return self.named(value)
        return dict(self.options() if self.options else ()).get(value, value)


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list. `sort` is a column's key; `filters` holds only what is set."""

    search: str
    filters: Mapping[str, str]
    sort: str
    descending: bool
    page: int

    def query(self, **changes: Any) -> dict[str, str]:
        """As names of the query string, with changes; None and empty values are left out."""
        own = {SEARCH: self.search, **self.filters, SORT: f"-{self.sort}" if self.descending else self.sort}
        return {name: str(value) for name, value in {**own, **changes}.items() if value not in (None, "")}


@dataclass(frozen=True)
class Page(Generic[R]):
    """What a page of a list shows. `capped`: more rows match than are counted; `resorted`: for them the order asked is not at hand."""

    listing: Listing[R]
    asked: Asked
    rows: Sequence[R]
    paging: Paging
    capped: bool = False
    resorted: bool = False

    @property
    def columns(self) -> list[Column[R]]:
        """Columns of the screen."""
        return [column for column in self.listing.columns if column.on_screen]

    def direction(self, column: Column[R]) -> str | None:
        """`ascending` or `descending` for the column that orders the list."""
        if self.resorted or column.key != self.asked.sort:
            return None
        return "descending" if self.asked.descending else "ascending"

    def sorted_by(self, column: Column[R]) -> dict[str, str]:
        """The query that orders by a column, the other way round if it does already."""
        down = self.direction(column) == "ascending"
        return self.asked.query(**{SORT: f"-{column.key}" if down else column.key})


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A list. `source` selects from the tables that the conditions speak of, scoped to what the viewer may see.

    `key` is the unique column by which rows are known (a UUID version 7 orders by age); `load` gives the rows of keys in their
    order, at a cost in queries that does not grow with them. `search` turns typed text into a condition, None for nothing usable.
    """

    name: str
    title: Any
    source: Select[Any]
    key: Any
    load: Callable[[Sequence[Any]], Sequence[R]]
    columns: tuple[Column[R], ...]
    sort: str
    filters: tuple[Filter, ...] = ()
    search: Callable[[str], ColumnElement[bool] | None] | None = None
    # The same condition in the words that are faster once one of the filters of `narrowing` is set.
    search_within: Callable[[str], ColumnElement[bool] | None] | None = None
    narrowing: frozenset[str] = frozenset()
    descending: bool = False
    size: int = SIZE

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Read a query string or a form. Raises `BadQuery`; names that are not the list's own are nobody's business here."""
        wanted = query.get(SORT, "") or (f"-{self.sort}" if self.descending else self.sort)
        column = next((each for each in self.columns if each.key == wanted.removeprefix("-")), None)
        if column is None or column.sort is None:
            raise BadQuery
        filters = {each.key: query[each.key] for each in self.filters if query.get(each.key)}
        return Asked(
            search=query.get(SEARCH, "").strip()[:LONGEST_SEARCH] if self.search else "", filters=filters, sort=column.key,
            descending=wanted.startswith("-"), page=Paging.from_query(query, COUNTED * SIZE).number,
        )

    def matching(self, asked: Asked) -> Select[Any]:
        """The source with the conditions of search and filters. Raises `BadQuery`."""
        statement = self.source
        try:
            for each in self.filters:
                if each.key in asked.filters:
                    statement = statement.where(each.where(asked.filters[each.key]))
        except ValueError as error:
            raise BadQuery from error
        if asked.search and self.search is not None:
            within = self.search_within if self.narrowing & asked.filters.keys() else None
            found = (within or self.search)(asked.search)
            if found is not None:
                statement = statement.where(found)
        return statement

    def page(self, asked: Asked) -> Page[R]:
        """One page of rows. One query for its keys, two where more than `COUNTED` rows match, and those of `load`."""
        order = self._order(asked)
        found = self.matching(asked).with_only_columns(self.key.label("key"), order.label("sort")).limit(COUNTED + 1).cte("found")
        found = found.prefix_with("MATERIALIZED")
        total = select(func.count()).select_from(found).scalar_subquery()
        paging = Paging(number=asked.page, size=self.size, total=COUNTED)
        way = operators.desc_op if asked.descending else operators.asc_op
        few = select(found.c.key, total).order_by(way(found.c.sort), way(found.c.key))
        rows = db.session.execute(few.limit(self.size).offset(paging.offset)).all()
        if not rows and asked.page > 1:
            # Behind the last page: look at the first, which also tells how many there are.
            first = self.page(replace(asked, page=1))
            return self.page(replace(asked, page=first.paging.last)) if first.paging.last > 1 else first
        count = rows[0][1] if rows else 0
        if count > COUNTED:
            return self._dense(asked, paging)
        paging = Paging(number=asked.page, size=self.size, total=count)
        return Page(self, asked, self.load([row.key for row in rows]) if rows else [], paging)

    def _dense(self, asked: Asked, paging: Paging) -> Page[R]:
        """A page where very many rows match: along an index, so that the others need not be looked at."""
        resorted = bool(asked.search) or not self._column(asked).indexed
        if resorted:
            order = [operators.desc_op(self.key)]
        else:
            way = operators.desc_op if asked.descending else operators.asc_op
            order = [way(self._order(asked)), way(self.key)]
        statement = self.matching(asked).with_only_columns(self.key).order_by(*order).limit(self.size).offset(paging.offset)
        keys = list(db.session.scalars(statement))
        return Page(self, asked, self.load(keys), paging, capped=True, resorted=resorted)

    def rows(self, asked: Asked) -> Iterator[R]:
        """Every row in the order of the screen, a thousand at a time. One query, and those of `load` for each thousand."""
        way = operators.desc_op if asked.descending else operators.asc_op
        ordered = self.matching(asked).with_only_columns(self.key).order_by(way(self._order(asked)), way(self.key))
        keys = list(db.session.scalars(ordered))
        for start in range(0, len(keys), CHUNK):
            yield from self.load(keys[start : start + CHUNK])
            # A long file must not keep every row that went by.
            db.session.expunge_all()

    def count(self, asked: Asked, most: int) -> int:
        """Rows that match, counted up to one more than `most`. One query."""
        within = self.matching(asked).with_only_columns(self.key).limit(most + 1).subquery()
        return db.session.scalar(select(func.count()).select_from(within)) or 0

    def keys(self, asked: Asked, most: int) -> list[Any]:
        """Keys of all that match, oldest first, at most one more than `most`. One query."""
        return list(db.session.scalars(self.matching(asked).with_only_columns(self.key).order_by(self.key).limit(most + 1)))

    def keys_among(self, keys: Sequence[Any]) -> list[Any]:
        """Those of the keys that are in the list at all: what the viewer may not see drops out here. One query."""
        return list(db.session.scalars(self.source.with_only_columns(self.key).where(self.key.in_(keys)).order_by(self.key)))

    def about(self, asked: Asked) -> list[tuple[str, str]]:
        """The search and the filters that are set, as (what, value)."""
        chosen = [(str(each.label), each.words(asked.filters[each.key])) for each in self.filters if each.key in asked.filters]
        return [*([(_("Search"), asked.search)] if asked.search else []), *chosen]

    def _column(self, asked: Asked) -> Column[R]:
        return next(column for column in self.columns if column.key == asked.sort)

    def _order(self, asked: Asked) -> Any:
        return self._column(asked).sort
