"""Conditions by which rows are found by name, by address and by tree, in the words of each database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from webapp.accounts import names, rules
from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.places.models import Place
from webapp.places.queries import within


def named(column: Any, text: str) -> ColumnElement[bool] | None:
    """Rows whose terms begin with every word of the text; None for nothing usable. `column` is a `search` column.

    PostgreSQL finds them by the index on the same expression, SQLite by looking through.
    """
    words = names.query_words(text)
    if not words:
        return None
    if db.session.get_bind().dialect.name == "postgresql":
        # The expression must be the index's to the letter, so the separator is no parameter. Words hold letters and digits only.
        vector = func.array_to_tsvector(func.string_to_array(column, literal_column("' '")))
        query = " & ".join(f"'{word}'" if names.is_character(word) else f"'{word}':*" for word in words)
        found: ColumnElement[bool] = vector.bool_op("@@")(cast(literal(query), TSQUERY))
        return found
    return _looked_through(column, words)


def _looked_through(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """The same condition without an index."""
    padded = literal(" ", Text) + column + " "
    return and_(*[padded.contains(f" {word} " if names.is_character(word) else f" {word}", autoescape=True) for word in words])


def person_found_within(text: str) -> ColumnElement[bool] | None:
    """`person_found` where a place narrows the list.

    Its people are looked through in an index of their own: less work than finding everybody of that name in the country first.
    """
    words = names.query_words(text)
    direct = names.is_address(text) or _number(text) is not None or not words
    return person_found(text) if direct else _looked_through(Person.search, words)


def person_found(text: str) -> ColumnElement[bool] | None:
    """People by name; by the beginning of their address, or by their telephone, where the text looks like one."""
    number = _number(text)
    if number is not None:
        return Person.phone == number
    if names.is_address(text):
        start = SignIn.email_key.startswith(rules.email_key(text), autoescape=True)
        return Person.id.in_(select(SignIn.person_id).where(start))
    return named(Person.search, text)


def _number(text: str) -> str | None:
    try:
        return rules.phone_of(text)
    except rules.Refused:
        return None


def in_trees(column: Any, paths: Iterable[str] | None) -> ColumnElement[bool] | None:
    """Rows whose place (a column of place ids) lies in one of the trees; None for everywhere."""
    if paths is None:
        return None
    listed = list(paths)
    if not listed:
        return false()
    found: ColumnElement[bool] = column.in_(select(Place.id).where(or_(*[within(path) for path in listed])))
    return found


def in_tree_of(column: Any, place_id: str) -> ColumnElement[bool]:
    """Rows whose place lies in the tree of a place given by its id, closed ones below it included. Raises ValueError. One query."""
    place = db.session.get(Place, UUID(place_id))
    if place is None:
        raise ValueError(place_id)
    found: ColumnElement[bool] = column.in_(select(Place.id).where(within(place.path)))
    return found


def is_one_of(value: str, known: Sequence[str]) -> str:
    """The value, if it is known. Raises ValueError."""
    if value not in known:
        raise ValueError(value)
    return value
