"""Writes of the administrative tree: add, rename, move, merge, close. They flush and never commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from webapp.core import audit
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.signals import PlaceSucceeded, place_succeeded
from webapp.places import queries
from webapp.places.history import carry_forward, current_spell, current_spells, end, first_spell, searchable
from webapp.places.importing import Outcome, import_places, load_china
from webapp.places.models import Place
from webapp.places.rules import CodeTaken, HasPlacesBelow, NotMergeable, NotMovable

__all__ = ["Outcome", "add", "close", "import_places", "load_china", "merge", "move", "rename", "succeed"]

LONGEST_PATH = 200


def add(
    *, country: str, kind: str, code: str, names: Mapping[str, str], on: date, now: datetime, parent: Place | None = None,
    short_names: Mapping[str, str] | None = None, reading: str = "", origin: Place | None = None, actor_id: UUID | None = None,
) -> Place:
    """A new place from a day on; `origin` is the place of which it is a part. Raises `NotMovable`, `CodeTaken`. Audited."""
    _check_code(country, code)
    level = queries.find_country(country).scheme.level_of(kind)
    place = Place(
        id=new_id(), country=country, code=code, kind=kind, level=level.id if level else "", names=dict(names),
        short_names=dict(short_names or {}), reading=reading, opened_on=on, origin_id=origin.id if origin else None,
    )
    if level is None:
        raise NotMovable(place.name(), parent.name() if parent else country)
    _check_parent(place, parent)
    place.parent_id, place.path = parent.id if parent else None, _path(place, parent)
    db.session.add(place)
    db.session.flush()
    db.session.add(first_spell(place))
    db.session.flush()
    place.search = searchable(queries.lineage(place))
    audit.record(actor_id=actor_id, action="place.added", subject=("place", place.id), after={"on": on.isoformat(), "code": code}, now=now)
    db.session.flush()
    return place


def rename(
    *, place: Place, names: Mapping[str, str], on: date, now: datetime, short_names: Mapping[str, str] | None = None,
    reading: str = "", actor_id: UUID | None = None,
) -> None:
    """Give a place other names from a day on; what it was called before stays readable.

    Raises `PlaceIsClosed` or `TooEarly`.
    """
    spell = current_spell(place)
    place.names, place.short_names, place.reading = dict(names), dict(short_names or {}), reading
    if new := carry_forward(place, spell, on):
        db.session.flush()
        db.session.add(new)
    db.session.flush()
    refresh_search(place)
    audit.record(actor_id=actor_id, action="place.renamed", subject=("place", place.id), after={"on": on.isoformat()}, now=now)
    db.session.flush()


def move(
    *, place: Place, parent: Place | None, on: date, now: datetime, code: str = "", actor_id: UUID | None = None,
) -> None:
    """Put a place and everything below it under another parent from a day on, perhaps with a new code.

    Events keep the path of their moment. Raises `NotMovable`, `CodeTaken`, `PlaceIsClosed`, `TooEarly`.
    Queries: a fixed number to read; updates and inserts in batches.
    """
    current_spell(place)
    _check_parent(place, parent)
    if code and code != place.code:
        _check_code(place.country, code)
    moved, before = queries.below(place), place.path
    spells = current_spells(each.id for each in moved)
    old = {"parent_id": str(place.parent_id) if place.parent_id else None, "code": place.code}
    place.parent_id, place.code = parent.id if parent else None, code or place.code
    after = _path(place, parent)
    coming = []
    for each in moved:
        each.path = after + each.path[len(before) :]
        if len(each.path) > LONGEST_PATH:
            raise NotMovable(place.name(), parent.name() if parent else place.country)
        if new := carry_forward(each, spells[each.id], on):
            coming.append(new)
    # The old states end before the new ones begin: only one may be open.
    db.session.flush()
    db.session.add_all(coming)
    db.session.flush()
    refresh_search(place)
    new_state = {"parent_id": str(parent.id) if parent else None, "code": place.code, "on": on.isoformat()}
    audit.record(actor_id=actor_id, action="place.moved", subject=("place", place.id), before=old, after=new_state, now=now)
    db.session.flush()


def merge(
    *, place: Place, into: Place, on: date, now: datetime, actor_id: UUID | None = None, operation_id: UUID | None = None,
) -> None:
    """Close a place and name its successor: what was counted for it stays, roles granted for it and people there follow.

    Places below must have been moved or closed first. Raises `NotMergeable`, `HasPlacesBelow`, `PlaceIsClosed`, `TooEarly`.
    """
    if place.contains(into) or place.country != into.country or into.closed_on is not None:
        raise NotMergeable(place.name(), into.name())
    close(place=place, on=on, now=now, actor_id=actor_id)
    succeed(place=place, heir=into, now=now, operation_id=operation_id)


def succeed(*, place: Place, heir: Place, now: datetime, operation_id: UUID | None = None) -> None:
    """Name the place that stands for a closed one, and let follow what follows."""
    place.successor_id = heir.id
    db.session.flush()
    place_succeeded.send(PlaceSucceeded(place.id, heir.id, operation_id, now))


def close(*, place: Place, on: date, now: datetime, actor_id: UUID | None = None) -> None:
    """Close a place; `on` is the first day on which it no longer is. Raises `HasPlacesBelow`, `PlaceIsClosed`, `TooEarly`."""
    spell = current_spell(place)
    if db.session.scalar(select(Place.id).where(Place.parent_id == place.id, Place.closed_on.is_(None)).limit(1)):
        raise HasPlacesBelow(place.name())
    end(place, spell, on)
    audit.record(actor_id=actor_id, action="place.closed", subject=("place", place.id), after={"on": on.isoformat()}, now=now)
    db.session.flush()


def refresh_search(place: Place) -> None:
    """Write the search text of a place and of all below it anew: lineages are part of it. Two queries and a batch of updates."""
    lines = queries.lineages(each.id for each in queries.below(place))
    for chain in lines.values():
        chain[-1].search = searchable(chain)


def _check_parent(place: Place, parent: Place | None) -> None:
    """Raise `NotMovable` unless the place may stand directly below the parent."""
    if parent is None:
        return
    scheme = queries.country_of(parent).scheme
    itself = place.path is not None and place.contains(parent)
    if itself or parent.country != place.country or parent.closed_on is not None or not scheme.may_hold(parent.kind, place.kind):
        raise NotMovable(place.name(), parent.name())


def _check_code(country: str, code: str) -> None:
    if queries.by_code(country, code) is not None:
        raise CodeTaken(code)


def _path(place: Place, parent: Place | None) -> str:
    return f"{parent.path if parent else f'{place.country}/'}{place.code}/"
