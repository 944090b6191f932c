"""Writes of the administrative tree: rename, merge, close. They flush and never commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from webapp.core import audit
from webapp.core.database import db
from webapp.places import queries
from webapp.places.history import carry_forward, current_spell, end, searchable
from webapp.places.importing import Outcome, import_places, load_china
from webapp.places.models import Place
from webapp.places.rules import HasPlacesBelow, NotMergeable

__all__ = ["Outcome", "close", "import_places", "load_china", "merge", "rename"]


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
    lines = queries.lineages(each.id for each in queries.below(place))
    for chain in lines.values():
        chain[-1].search = searchable(chain)
    audit.record(actor_id=actor_id, action="place.renamed", subject=("place", place.id), after={"on": on.isoformat()}, now=now)
    db.session.flush()


def merge(*, place: Place, into: Place, on: date, now: datetime, actor_id: UUID | None = None) -> None:
    """Close a place and name its successor: what was counted for it stays, roles granted for it follow.

    Places below must have been moved or closed first. Raises `NotMergeable`, `HasPlacesBelow`, `PlaceIsClosed`, `TooEarly`.
    """
    if place.contains(into) or place.country != into.country or into.closed_on is not None:
        raise NotMergeable(place.name(), into.name())
    close(place=place, on=on, now=now, actor_id=actor_id)
    place.successor_id = into.id
    db.session.flush()


def close(*, place: Place, on: date, now: datetime, actor_id: UUID | None = None) -> None:
    """Close a place; `on` is the first day on which it no longer is. Raises `HasPlacesBelow`, `PlaceIsClosed`, `TooEarly`."""
    spell = current_spell(place)
    if db.session.scalar(select(Place.id).where(Place.parent_id == place.id, Place.closed_on.is_(None)).limit(1)):
        raise HasPlacesBelow(place.name())
    end(place, spell, on)
    audit.record(actor_id=actor_id, action="place.closed", subject=("place", place.id), after={"on": on.isoformat()}, now=now)
    db.session.flush()
