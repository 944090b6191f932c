"""Reads of the administrative tree. Every docstring states its cost in queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language
from webapp.places.models import Country, Place, PlaceSpell
from webapp.places.rules import MARK, full_name, path_range, query_words

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a search found, with its full name in the reader's language."""

    place: Place
    full_name: str


def find(place_id: UUID) -> Place | None:
    """The place with an id. One query, none if it is already loaded."""
    return db.session.get(Place, place_id)


def by_code(country: str, code: str) -> Place | None:
    """The open place with an official code. One query."""
    return db.session.scalar(select(Place).where(Place.country == country, Place.code == code, Place.closed_on.is_(None)))


def countries() -> list[Country]:
    """All countries by code. One query."""
    return list(db.session.scalars(select(Country).order_by(Country.code)))


def country_of(place: Place) -> Country:
    """The country of a place. One query, none if it is already loaded."""
    return db.session.get_one(Country, place.country)


def find_country(code: str) -> Country:
    """A country that is known to be there. One query, none if it is already loaded."""
    return db.session.get_one(Country, code)


def many(place_ids: Iterable[UUID]) -> dict[UUID, Place]:
    """Places by id; unknown ids are left out. One query, none for no ids."""
    wanted = list(place_ids)
    return {place.id: place for place in db.session.scalars(select(Place).where(Place.id.in_(wanted)))} if wanted else {}


def lineage(place: Place) -> list[Place]:
    """The place and all above it, from the top down. One query."""
    return lineages([place.id])[place.id]


def lineages(place_ids: Iterable[UUID]) -> dict[UUID, list[Place]]:
    """Lineages of many places by id, each from the top down; unknown ids are left out. One query, none for no ids."""
    wanted = set(place_ids)
    if not wanted:
        return {}
    up = select(Place.id, Place.parent_id).where(Place.id.in_(wanted)).cte("up", recursive=True)
    above = aliased(Place)
    up = up.union(select(above.id, above.parent_id).join(up, above.id == up.c.parent_id))
    places = {place.id: place for place in db.session.scalars(select(Place).join(up, up.c.id == Place.id))}
    return {place_id: _chain(places, place_id) for place_id in wanted if place_id in places}


def _chain(places: dict[UUID, Any], place_id: UUID) -> list[Any]:
    chain: list[Any] = []
    following: UUID | None = place_id
    while following is not None:
        chain.insert(0, places[following])
        following = places[following].parent_id
    return chain


def full_names(place_ids: Iterable[UUID], language: str | None = None) -> dict[UUID, str]:
    """Full names (浙江省湖州市德清县; Deqing County, Huzhou, Zhejiang) by id, in the given or the reader's language. One query."""
    tag, wanted = language or current_language(), set(place_ids)
    if not wanted:
        return {}
    rows = db.session.execute(_named_upwards(tag), {"wanted": list(wanted)})
    places = {row.id: _Named(row.id, row.parent_id, *_names_of(row, tag)) for row in rows}
    return {place_id: full_name(_chain(places, place_id), tag) for place_id in wanted if place_id in places}


@dataclass(frozen=True, slots=True)
class _Named:
    """A place in a chain of names."""

    id: UUID
    parent_id: UUID | None
    names: dict[str, str]
    short_names: dict[str, str]


def _names_of(row: Any, tag: str) -> tuple[dict[str, str], dict[str, str]]:
    if row.own is None:
        return row.names or {}, row.short_names or {}
    return {tag: row.own}, {tag: row.short} if row.short else {}


@lru_cache(maxsize=8)
def _named_upwards(tag: str) -> Select[Any]:
    """Places and all above them with what their names in a language need; built once, since a list of fifty people asks it.

    Where the language is missing all names come along, else none: reading a hundred of them takes longer than the query.
    """
    up = select(Place.id, Place.parent_id).where(Place.id.in_(bindparam("wanted", expanding=True))).cte("up", recursive=True)
    above = aliased(Place)
    up = up.union(select(above.id, above.parent_id).join(up, above.id == up.c.parent_id))
    own, short = Place.names[tag].as_string(), Place.short_names[tag].as_string()
    return select(
        Place.id, Place.parent_id, own.label("own"), short.label("short"),
        case((own.is_(None), Place.names)).label("names"), case((own.is_(None), Place.short_names)).label("short_names"),
    ).join(up, up.c.id == Place.id)


def children(parent: Place | None, country: str | None = None) -> list[Place]:
    """Open places directly below a place, by code; without a place the top places of a country, or of all. One query."""
    return children_of([parent.id] if parent else [], country)


def children_of(parent_ids: Sequence[UUID], country: str | None = None, *, tops: bool = False) -> list[Place]:
    """Open places directly below any of the places, and the top places where asked or where no parent is given. One query."""
    wanted: list[ColumnElement[bool]] = []
    if parent_ids:
        wanted.append(Place.parent_id.in_(parent_ids))
    if tops or not parent_ids:
        wanted.append(and_(Place.parent_id.is_(None), Place.country == country) if country else Place.parent_id.is_(None))
    return list(db.session.scalars(select(Place).where(Place.closed_on.is_(None), or_(*wanted)).order_by(Place.country, Place.code)))


def within(path: str, column: Any = Place.path) -> ColumnElement[bool]:
    """The condition that a column of paths lies in a tree, its top included; uses the column's index."""
    first, behind = path_range(path)
    return and_(column >= first, column < behind)


def at_paths(paths: Iterable[str]) -> list[Place]:
    """The open places with these paths, by path. One query."""
    return list(db.session.scalars(select(Place).where(Place.path.in_(list(paths)), Place.closed_on.is_(None)).order_by(Place.path)))


def below(place: Place) -> list[Place]:
    """The place and all open places below it, by path. One query."""
    return list(db.session.scalars(select(Place).where(within(place.path), Place.closed_on.is_(None)).order_by(Place.path)))


def below_all(places: Sequence[Place]) -> list[Place]:
    """All open places below any of the places, these left out, by path. One query, none for no places."""
    if not places:
        return []
    trees = or_(*(within(place.path) for place in places))
    wanted = select(Place).where(trees, Place.closed_on.is_(None), Place.id.not_in([place.id for place in places]))
    return list(db.session.scalars(wanted.order_by(Place.path)))


def by_codes(country: str, codes: Iterable[str]) -> dict[str, Place]:
    """The open places with some codes, by code. One query, none for no codes."""
    wanted = list(codes)
    if not wanted:
        return {}
    found = select(Place).where(Place.country == country, Place.code.in_(wanted), Place.closed_on.is_(None))
    return {place.code: place for place in db.session.scalars(found)}


def open_codes(country: str, codes: Iterable[str]) -> list[str]:
    """Which of the codes belong to open places. One query."""
    wanted = select(Place.code).where(Place.country == country, Place.code.in_(list(codes)), Place.closed_on.is_(None))
    return list(db.session.scalars(wanted.order_by(Place.code)))


def ids_within(place: Place) -> Select[Any]:
    """The ids of the place and of everything that is or was below it, for an `IN`. No query of its own."""
    former = select(PlaceSpell.place_id).where(within(place.path, PlaceSpell.path))
    return select(Place.id).where(or_(within(place.path), Place.id.in_(former)))


def heir(place: Place) -> Place:
    """The open place that stands for this one today: itself, or its successor's successor. One query a closed step."""
    seen = {place.id}
    while place.successor_id is not None and place.successor_id not in seen:
        seen.add(place.successor_id)
        place = db.session.get_one(Place, place.successor_id)
    return place


def spells(place: Place) -> list[PlaceSpell]:
    """Everything a place has been, from the oldest on. One query."""
    return list(db.session.scalars(select(PlaceSpell).where(PlaceSpell.place_id == place.id).order_by(PlaceSpell.valid_from)))


def as_of(country: str, day: date, under: str | None = None) -> list[PlaceSpell]:
    """The tree of a country as it stood on a day, by path; `under` keeps what lay in one tree of that day. One query."""
    held = [
        PlaceSpell.country == country, PlaceSpell.valid_from <= day, or_(PlaceSpell.valid_until.is_(None), PlaceSpell.valid_until > day),
    ]
    if under is not None:
        held.append(within(under, PlaceSpell.path))
    return list(db.session.scalars(select(PlaceSpell).where(*held).order_by(PlaceSpell.path)))


def search(query: str, country: str | None = None, limit: int = MOST_FOUND) -> list[Found]:
    """Open places found by Chinese, by sound, initials, another language or code, with their full names.

    A name that is the query stands first, then names that begin with it, then names and lineages that contain every word;
    among equals higher levels first, then by code. At most two queries, none for an empty query.
    """
    words = query_words(query)
    if not words:
        return []
    whole = "".join(words)
    exact = or_(*[Place.search.contains(f"{MARK}{word}{MARK}") for word in dict.fromkeys((whole, *words))], Place.code == query.strip())
    begins = or_(*[Place.search.contains(f"{MARK}{word}") for word in dict.fromkeys((whole, *words))])
    statement = select(Place).where(
        Place.closed_on.is_(None), or_(and_(*[Place.search.contains(word) for word in words]), Place.code == query.strip())
    )
    if country:
        statement = statement.where(Place.country == country)
    rank = case((exact, 0), (begins, 1), else_=2)
    places = list(db.session.scalars(statement.order_by(rank, func.length(Place.path), Place.country, Place.code).limit(limit)))
    names = full_names([place.id for place in places])
    return [Found(place, names[place.id]) for place in places]
