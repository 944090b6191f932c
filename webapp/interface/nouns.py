"""A noun as the interface reads it: which rows a token may see, how they are filtered, how they are shown."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select

from webapp.accounts.finding import in_trees
from webapp.accounts.models import Person
from webapp.accounts.services_tokens import Scope, Trees
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.interface.fields import PageQuery, Shown

Q = TypeVar("Q", bound=PageQuery)
S = TypeVar("S", bound=Shown)


@dataclass(frozen=True)
class Noun(Generic[Q, S]):
    """A noun. Rows are ordered by their id, a UUID version 7, so that new ones come last and no page shifts.

    `source` selects the ids that lie in the trees (None is everywhere); `where` gives the conditions of a query; `load` the shown
    rows of ids, in their order, in a fixed number of queries.
    """

    name: str
    scope: Scope
    key: Any
    query: type[Q]
    shown: type[S]
    source: Callable[[Trees], Select[Any]]
    where: Callable[[Q], Sequence[ColumnElement[bool]]]
    load: Callable[[Sequence[UUID]], list[S]]

    def page(self, trees: Trees, query: Q) -> tuple[list[S], str | None]:
        """One page and the cursor of the next, if there is one. One query and those of `load`."""
        statement = self.source(trees).where(*self.where(query))
        if query.cursor is not None:
            statement = statement.where(self.key > read_cursor(query.cursor))
        ids = list(db.session.scalars(statement.order_by(self.key).limit(query.limit + 1)))
        shown = ids[: query.limit]
        return self.load(shown), cursor_of(shown[-1]) if len(ids) > query.limit else None

    def one(self, trees: Trees, row_id: UUID) -> S | None:
        """The row, if it lies in the trees. One query and those of `load`."""
        if db.session.scalar(self.source(trees).where(self.key == row_id)) is None:
            return None
        return self.load([row_id])[0]


def cursor_of(row_id: UUID) -> str:
    """The id as 22 letters."""
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def read_cursor(cursor: str) -> UUID:
    """Back; the form was checked before."""
    return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))


def of_people(key: Any, person_id: Any, trees: Trees) -> Select[Any]:
    """Ids of rows that belong to people who work in the trees and are neither erased nor merged into others."""
    statement = select(key).join(Person, Person.id == person_id).where(Person.erased_at.is_(None), Person.merged_into_id.is_(None))
    return within(statement, Person.place_id, trees)


def within(statement: Select[Any], place_id: Any, trees: Trees) -> Select[Any]:
    """The statement for rows whose place lies in the trees."""
    scope = in_trees(place_id, trees)
    return statement if scope is None else statement.where(scope)


def set_ones(*pairs: tuple[Any, Any]) -> list[ColumnElement[bool]]:
    """Equality for each (column, value) whose value is given."""
    return [column == value for column, value in pairs if value is not None]


def yes(column_is_set: ColumnElement[bool], wanted: str | None) -> list[ColumnElement[bool]]:
    """A condition or its contrary, by `true` and `false`; nothing where nothing is asked."""
    if wanted is None:
        return []
    return [and_(column_is_set) if wanted == "true" else ~column_is_set]
