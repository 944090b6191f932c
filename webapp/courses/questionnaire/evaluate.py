"""Evaluates trees of expressions over one sheet. The page's script does the same; shared cases hold both to it.

Numbers are decimals of at most 12 places: products, quotients and means are rounded there, half away from zero. What is
beyond 10**24, or divided by zero, is empty. Empty goes through arithmetic; sums and means pass it over; a comparison with
empty is false except `==` and `!=`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, localcontext
from itertools import repeat
from typing import Any, Protocol

from webapp.courses.questionnaire.expressions import Tree

PLACES = 12
UNIT = 10**PLACES
LARGEST = 10**24 * UNIT


class Column(tuple[Any, ...]):
    """One value a row; what is done with it is done with each."""

    __slots__ = ()


class Scope(Protocol):
    """Where values come from: None, Decimal, str, bool or a list of these; rows in their order."""

    def field(self, field_id: str) -> Any:
        """Value of a field."""

    def own(self, column_id: str) -> Any:
        """Value in the same row."""

    def rows(self, table_id: str) -> int:
        """How many rows a table has."""

    def column(self, table_id: str, column_id: str) -> Iterable[Any]:
        """Values of a column, a row each."""

    def cells(self, matrix_id: str, part: str = "") -> Any:
        """Values of a matrix: all, of a column, or (of a choice matrix) the one of a row."""


def evaluate(tree: Tree, scope: Scope) -> Any:
    """The value of a tree: None, Decimal, str, bool, a list or a `Column`."""
    head, parts = tree[0], tree[1:]
    leaf = _LEAVES.get(head)
    if leaf is not None:
        return leaf(scope, *parts)
    if head == "call":
        return _CALLS[parts[0]](*(evaluate(part, scope) for part in parts[1:]))
    values = [evaluate(part, scope) for part in parts]
    if head == "list":
        return values
    if head in ("among", "not among"):
        return _broadcast(lambda each: _member(each, list(values[1])) is (head == "among"), values[0])
    return _broadcast(_OPERATORS[head], *values)


def _broadcast(function: Callable[..., Any], *values: Any) -> Any:
    if not any(isinstance(value, Column) for value in values):
        return function(*values)
    # As many rows as the shortest column has.
    return Column(map(function, *(value if isinstance(value, Column) else repeat(value) for value in values)))


def decimal(scaled: int) -> Decimal | None:
    """A number given in units of the last place; None beyond the largest."""
    if abs(scaled) >= LARGEST:
        return None
    with localcontext() as context:
        context.prec = 60
        return Decimal(scaled).scaleb(-PLACES)


def units(number: Decimal) -> int:
    """A number in units of the last place, rounded half away from zero."""
    with localcontext() as context:
        context.prec = 60
        exact = number.scaleb(PLACES)
        return int(exact.to_integral_value(rounding="ROUND_HALF_UP"))


def divide(a: int, b: int) -> int:
    """Quotient to the nearest whole, half away from zero."""
    quotient, rest = divmod(abs(a), abs(b))
    found = quotient + (2 * rest >= abs(b))
    return found if (a < 0) == (b < 0) else -found


def _arithmetic(function: Callable[[int, int], int | None]) -> Callable[[Any, Any], Decimal | None]:
    def apply(a: Any, b: Any) -> Decimal | None:
        if not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        found = function(units(a), units(b))
        return None if found is None else decimal(found)

    return apply


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _ordered(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(a: Any, b: Any) -> bool:
        return isinstance(a, (Decimal, str)) and type(a) is type(b) and function(a, b)

    return apply


def _member(value: Any, within: Any) -> bool:
    # Conditions ask it of every row: `_same` for each would take four times as long.
    kind = type(value)
    return isinstance(within, list) and value in within and any(type(each) is kind and each == value for each in within)


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: divide(a * b, UNIT)),
    "/": _arithmetic(lambda a, b: divide(a * UNIT, b) if b else None),
    "//": _arithmetic(lambda a, b: a // b * UNIT if b else None),
    "%": _arithmetic(lambda a, b: a % b if b else None),
    "neg": lambda a: decimal(-units(a)) if isinstance(a, Decimal) else None,
    "not": lambda a: a is not True,
    "and": lambda *values: all(value is True for value in values),
    "or": lambda *values: True in values and any(value is True for value in values),
    "==": _same, "!=": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b), "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b), ">=": _ordered(lambda a, b: a >= b),
    "in": _member, "not in": lambda a, b: not _member(a, b),
    "if": lambda test, yes, no: yes if test is True else no,
}


def _answered(value: Any) -> bool:
    return value is not None and value != []


def _all(arguments: tuple[Any, ...]) -> list[Any]:
    values = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], (Column, list)) else arguments
    return [value for value in values if isinstance(value, (Decimal, str))]


def _sum(*arguments: Any) -> Decimal | None:
    return decimal(sum(units(value) for value in _all(arguments) if isinstance(value, Decimal)))


def _mean(*arguments: Any) -> Decimal | None:
    found = [units(value) for value in _all(arguments) if isinstance(value, Decimal)]
    return decimal(divide(sum(found), len(found))) if found else None


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def apply(*arguments: Any) -> Any:
        found = _all(arguments)
        same = {type(value) for value in found}
        return choose(found) if len(same) == 1 else None

    return apply


def _count(values: Any) -> Decimal | None:
    if not isinstance(values, (Column, list)):
        return Decimal(int(_answered(values) and values is not False))
    return Decimal(sum(1 for value in values if _answered(value) and value is not False))


def _distinct(values: Any) -> Decimal:
    flat: set[tuple[type, Any]] = set()
    for value in values if isinstance(values, (Column, list)) else [values]:
        flat.update((type(each), each) for each in (value if isinstance(value, list) else [value]) if each is not None)
    return Decimal(len(flat))


def rounded(value: Any, places: Any = Decimal(0)) -> Decimal | None:
    """A number to so many decimals, half away from zero."""
    if not isinstance(value, Decimal) or not isinstance(places, Decimal):
        return None
    step = 10 ** (PLACES - int(places))
    return decimal(divide(units(value), step) * step)


def _percent(part: Any, whole: Any) -> Decimal | None:
    if not isinstance(part, Decimal) or not isinstance(whole, Decimal) or not whole:
        return None
    return decimal(divide(units(part) * 100 * UNIT, units(whole))) if units(whole) else None


_CALLS: Mapping[str, Callable[..., Any]] = {
    "sum": _sum, "mean": _mean, "min": _extreme(min), "max": _extreme(max), "count": _count, "distinct": _distinct,
    "round": lambda *values: _broadcast(rounded, *values),
    "abs": lambda value: _broadcast(lambda a: abs(a) if isinstance(a, Decimal) else None, value),
    "answered": lambda value: _broadcast(_answered, value),
    "percent": lambda *values: _broadcast(_percent, *values),
}
_LEAVES: Mapping[str, Callable[..., Any]] = {
    "number": lambda _scope, text: decimal(units(Decimal(text))), "text": lambda _scope, text: text, "flag": lambda _scope, flag: flag,
    "empty": lambda _scope: None, "known": lambda _scope, value: value,
    "field": lambda scope, field_id: scope.field(field_id), "own": lambda scope, column_id: scope.own(column_id),
    "rows": lambda scope, table_id: Column((True,) * scope.rows(table_id)),
    "column": lambda scope, table_id, column_id: Column(scope.column(table_id, column_id)),
    "cells": lambda scope, matrix_id, part="": scope.cells(matrix_id, part),
}
