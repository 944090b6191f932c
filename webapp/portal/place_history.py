"""What a place was and what was done to it; and who and what is there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select

from webapp.accounts.following import namesakes
from webapp.accounts.models import Organisation, Person, RoleGrant
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.participation.models import ParticipationEvent
from webapp.places import operations, queries
from webapp.places.models import Place, PlaceSpell
from webapp.places.models_operations import OperationKind, Part, PlaceOperation, PlaceOperationPart


@dataclass(frozen=True)
class Here:
    """Numbers of what belongs to places now.

    People registered for them, organisations and how many of these have a namesake at the successor, roles in force, and events
    counted for them, which never change.
    """

    people: int
    organisations: int
    namesakes: int
    roles: int
    events: int


def here(place_ids: Sequence[UUID], now: datetime, successor_id: UUID | None = None) -> Here:
    """The numbers of some places together. One query."""
    same = select(func.count()).where(namesakes_of(place_ids, successor_id)) if successor_id else select(literal(0))
    in_force = or_(RoleGrant.until.is_(None), RoleGrant.until > now)
    parts = (
        select(func.count()).where(Person.place_id.in_(place_ids), Person.erased_at.is_(None), Person.merged_into_id.is_(None)),
        select(func.count()).where(Organisation.place_id.in_(place_ids), Organisation.merged_into_id.is_(None)), same,
        select(func.count()).where(RoleGrant.place_id.in_(place_ids), RoleGrant.revoked_at.is_(None), in_force),
        select(func.count()).where(ParticipationEvent.place_id.in_(place_ids)),
    )
    return Here(*db.session.execute(select(*(part.scalar_subquery() for part in parts))).one())


def namesakes_of(place_ids: Sequence[UUID], successor_id: UUID) -> Any:
    """The condition that an organisation of one of the places has a namesake at the successor."""
    return or_(*(namesakes(place_id, successor_id) for place_id in place_ids))


@dataclass(frozen=True)
class State:
    """What a place was from a day until before another; None for always, and for still."""

    since: date | None
    until: date | None
    name: str
    code: str
    parent: str


@dataclass(frozen=True)
class Deed:
    """One operation that concerned a place, in a sentence; `waits`, `undone` and `refused` say how it stands."""

    operation: PlaceOperation
    sentence: str
    may_undo: bool


def relatives(place: Place, spells: Sequence[PlaceSpell]) -> dict[UUID, Place]:
    """Places named on the page of a place: parents it had, its successor, those it stands for, its parts and its whole. One query."""
    known = {spell.parent_id for spell in spells} | {place.successor_id, place.origin_id}
    ids = [each for each in known if each]
    wanted = select(Place).where(or_(Place.id.in_(ids), Place.successor_id == place.id, Place.origin_id == place.id))
    return {each.id: each for each in db.session.scalars(wanted.order_by(Place.path))}


def states(spells: Sequence[PlaceSpell], named: Mapping[UUID, Place], beginning: date) -> list[State]:
    """The spells as the page tells them, newest first. No query."""
    return [
        State(
            since=None if spell.valid_from == beginning else spell.valid_from, until=spell.valid_until, name=spell.name(), code=spell.code,
            parent=named[spell.parent_id].name() if spell.parent_id and spell.parent_id in named else "",
        )
        for spell in reversed(spells)
    ]


def deeds(place: Place, today: date) -> list[Deed]:
    """Operations that concerned a place, newest first. One query."""
    mine = select(PlaceOperationPart.operation_id).where(PlaceOperationPart.place_id == place.id)
    rows = db.session.execute(
        select(PlaceOperation, PlaceOperationPart.part, Place)
        .join(PlaceOperationPart, PlaceOperationPart.operation_id == PlaceOperation.id)
        .join(Place, Place.id == PlaceOperationPart.place_id)
        .where(PlaceOperation.id.in_(mine)).order_by(PlaceOperation.valid_from.desc(), PlaceOperation.id.desc(), Place.code)
    )
    found: dict[UUID, tuple[PlaceOperation, dict[Part, list[str]]]] = {}
    for operation, part, each in rows:
        found.setdefault(operation.id, (operation, {}))[1].setdefault(part, []).append(f"{each.name()} ({each.code})")
    return [Deed(each, sentence(each, named), operations.may_undo(each, today)) for each, named in found.values()]


def refused(most: int = 20) -> list[tuple[Place, str]]:
    """Places of planned operations that could not be carried out, with the reason, newest first. One query."""
    rows = db.session.execute(
        select(Place, PlaceOperation.refused).join(PlaceOperationPart, PlaceOperationPart.place_id == Place.id)
        .join(PlaceOperation, PlaceOperation.id == PlaceOperationPart.operation_id)
        .where(PlaceOperation.refused.is_not(None), PlaceOperationPart.part.in_([Part.CHANGED, Part.CLOSED]))
        .order_by(PlaceOperation.id.desc()).limit(most)
    )
    return [(place, reason or "") for place, reason in rows]


def concerned(operation: PlaceOperation) -> tuple[list[Place], str]:
    """The places of an operation, those that it changes or closes first, and the operation in words. One query."""
    rows = db.session.execute(
        select(PlaceOperationPart.part, Place).join(Place, Place.id == PlaceOperationPart.place_id)
        .where(PlaceOperationPart.operation_id == operation.id).order_by(Place.code)
    ).all()
    named: dict[Part, list[str]] = {}
    for part, each in rows:
        named.setdefault(part, []).append(f"{each.name()} ({each.code})")
    first = sorted(rows, key=lambda row: row[0] not in (Part.CHANGED, Part.CLOSED))
    return [each for _part, each in first], sentence(operation, named)


def sentence(operation: PlaceOperation, named: Mapping[Part, Sequence[str]]) -> str:
    """An operation in words, with the names that its places have now."""
    gone, heirs = listed(named.get(Part.CLOSED, ())), listed(named.get(Part.HEIR, ()))
    changed, parent = listed(named.get(Part.CHANGED, ())), listed(named.get(Part.PARENT, ()))
    asked = operation.asked
    match operation.kind:
        case OperationKind.RENAME:
            return _("%(place)s renamed to %(names)s", place=changed, names=" / ".join(asked["names"].values()))
        case OperationKind.MERGE:
            return _("%(places)s merged into %(heir)s", places=gone, heir=heirs)
        case OperationKind.SPLIT:
            parts = listed([next(iter(each["names"].values()), each["code"]) for each in asked["parts"]])
            return _("%(place)s split into %(parts)s", place=gone, parts=parts)
        case OperationKind.MOVE:
            return _("%(place)s moved below %(parent)s", place=changed, parent=parent or _("the top of the country"))
        case OperationKind.CLOSE:
            return _("%(place)s closed without a successor", place=gone)


def listed(names: Iterable[str]) -> str:
    """The names in one line; Chinese parts a list with 、."""
    line = ""
    for name in names:
        line = _("%(names)s, %(name)s", names=line, name=name) if line else name
    return line


def present(place_id: UUID) -> tuple[Place, list[Place]] | None:
    """A place with its lineage from the top down. One query."""
    chain = queries.lineages([place_id]).get(place_id)
    return (chain[-1], chain) if chain else None
