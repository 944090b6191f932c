"""Several statements asked as one: a page may ask the database a few times only, of however many parts it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import SelectBase, cast, literal_column, null, select, union_all

from webapp.core.database import db
from webapp.core.frozen import dataclass

T = TypeVar("T")
Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """What is made of the rows of some statements: `made` is given the rows of each."""

    statements: Sequence[SelectBase]
    made: Callable[..., T]

    def answer(self) -> T:
        """By itself. One query, and those that `made` asks."""
        found: T = ask(self)[0]
        return found


def ask(*wanted: Wanted[Any]) -> list[Any]:
    """What is made of each. One query for the statements of all, so that they see the database at one moment; and what `made` asks."""
    found = iter(_rows([each for one in wanted for each in one.statements]))
    return [one.made(*[next(found) for _statement in one.statements]) for one in wanted]


def _rows(statements: Sequence[SelectBase]) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement. They stand below each other, each with its number, and share columns where their types are alike."""
    parts = [list(each.subquery().c) for each in statements]
    types: list[Any] = []
    places = [_places(part, types) for part in parts]
    nothing = [cast(null(), each) for each in types]
    below = []
    for number, (part, at) in enumerate(zip(parts, places, strict=True)):
        columns = dict(zip(at, part, strict=True))
        below.append(select(literal_column(str(number)), *(columns.get(place, empty) for place, empty in enumerate(nothing))))
    found: list[list[tuple[Any, ...]]] = [[] for _statement in statements]
    for number, *row in db.session.execute(union_all(*below)):
        found[number].append(tuple(row[place] for place in places[number]))
    return found


def _places(columns: Sequence[Any], types: list[Any]) -> list[int]:
    """Where the columns of a statement stand among those of all, whose types get one more where none is free."""
    free, found = list(range(len(types))), []
    for column in columns:
        place = next((each for each in free if _kind(types[each]) == _kind(column.type)), None)
        if place is None:
            place = len(types)
            types.append(column.type)
        else:
            free.remove(place)
        found.append(place)
    return found


def _kind(of: Any) -> tuple[Any, ...]:
    """What makes two types read a value alike, whatever their length or name."""
    return type(of), getattr(of, "enum_class", None)
