"""Trainings of former years that came with a list of people: what they are called. They are no trainings of this site."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.places.models import Place
from webapp.statistics.models import PastBatch, PastKind


@dataclass(frozen=True)
class Former:
    """A training of a former year, with the place where it was held and its first day."""

    id: UUID
    place: Place
    day: date
    title: str


def former(wanted: Collection[UUID]) -> dict[UUID, Former]:
    """Those of some trainings that are of former years. No query where none is asked for, else two."""
    rows: dict[UUID, tuple[UUID, date, str]] = {}
    for held in db.session.scalars(select(PastBatch.trainings).where(PastBatch.kind == PastKind.PEOPLE)) if wanted else ():
        rows |= {UUID(key): (UUID(place), date.fromisoformat(day), title) for key, place, day, title in held if UUID(key) in wanted}
    places = {place for place, _day, _title in rows.values()}
    found = {each.id: each for each in db.session.scalars(select(Place).where(Place.id.in_(places)))} if places else {}
    return {key: Former(key, found[place], day, title) for key, (place, day, title) in rows.items()}
