"""Who may be the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.finding import in_trees, person_found
from webapp.accounts.models import Person
from webapp.accounts.models_people import DifferentPeople
from webapp.accounts.people_list import PersonRow, load
from webapp.core.database import db
from webapp.core.frozen import dataclass

MOST = 100


@dataclass(frozen=True)
class Alike:
    """Two people who may be one, in the order of registering; whether the telephone is the same (else name and work)."""

    first: PersonRow
    second: PersonRow
    same_phone: bool


def duplicates(paths: tuple[str, ...] | None) -> list[Alike]:
    """At most `MOST` pairs in the trees: same telephone, or same name in the same organisation, or in the same place without one.

    An e-mail address belongs to one sign-in only, so it makes no pairs; who are known to be two are left out. Four queries.
    """
    one, other = aliased(Person), aliased(Person)
    same_work = or_(
        one.organisation_id == other.organisation_id,
        and_(or_(one.organisation_id.is_(None), other.organisation_id.is_(None)), one.place_id == other.place_id),
    )
    pairs: dict[tuple[UUID, UUID], bool] = {}
    for condition, by_phone in ((one.phone == other.phone, True), (and_(one.sort_key == other.sort_key, same_work), False)):
        known = exists().where(DifferentPeople.first_id == one.id, DifferentPeople.second_id == other.id)
        wanted = select(one.id, other.id).where(condition, one.id < other.id, ~known, *_listed(one, paths), *_listed(other, paths))
        order = one.phone if by_phone else one.sort_key
        for row in db.session.execute(wanted.order_by(order, one.id, other.id).limit(MOST)):
            pairs.setdefault((row[0], row[1]), by_phone)
    rows = _rows({each for pair in pairs for each in pair})
    return [Alike(rows[first], rows[second], by_phone) for (first, second), by_phone in list(pairs.items())[:MOST]]


def known_as_two(paths: tuple[str, ...] | None) -> list[tuple[PersonRow, PersonRow]]:
    """The last `MOST` pairs in the trees that somebody marked as two people, the newest first. Three queries."""
    one, other = aliased(Person), aliased(Person)
    wanted = (
        select(one.id, other.id).join(DifferentPeople, DifferentPeople.first_id == one.id)
        .join(other, other.id == DifferentPeople.second_id).where(*_listed(one, paths), *_listed(other, paths))
        .order_by(DifferentPeople.marked_at.desc(), one.id, other.id).limit(MOST)
    )
    pairs = db.session.execute(wanted).all()
    rows = _rows({each for pair in pairs for each in pair})
    return [(rows[first], rows[second]) for first, second in pairs]


def _listed(who: Any, paths: tuple[str, ...] | None) -> list[ColumnElement[bool]]:
    scope = in_trees(who.place_id, paths)
    return [who.erased_at.is_(None), who.merged_into_id.is_(None), *([scope] if scope is not None else [])]


def _rows(ids: set[UUID]) -> dict[UUID, PersonRow]:
    return {row.id: row for row in load(sorted(ids))} if ids else {}


def found(text: str, but: UUID, paths: tuple[str, ...] | None) -> Sequence[PersonRow]:
    """People of the trees found by name or address, at most twenty. Three queries."""
    condition = person_found(text)
    if condition is None:
        return []
    wanted = select(Person.id).where(condition, Person.id != but, *_listed(Person, paths)).order_by(Person.sort_key, Person.id).limit(20)
    keys = list(db.session.scalars(wanted))
    return load(keys) if keys else []
