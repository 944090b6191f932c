"""The tree as it stood on a day: which places were there, what lay around one. How events count in it is in `ground`.

Each event names the place of its moment. On a chosen day that place may not be: it had closed before, then its successor
stands for it, and where it has none the place above; or it had not opened yet, then the place that it was split from stands
for it, and where there is none the place above it. So every event is counted at one place of that day's tree and no total
of a country changes by the choice of the day.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, or_
from sqlalchemy.orm import aliased

from webapp.places.models import Place, PlaceSpell
from webapp.places.queries import within
from webapp.statistics.spots import Spot, found, spots_of


def on_day(day: date, of: Any = PlaceSpell) -> Any:
    """The condition that a spell was in force on a day."""
    return and_(of.valid_from <= day, or_(of.valid_until.is_(None), of.valid_until > day))


def around(place_id: UUID, day: date, allowed: tuple[str, ...] | None) -> list[Spot]:
    """What a place was on a day, with all above it and what stood directly below it, by code: nothing if it was not there.

    For a reader of some trees only what lies in these today: the page of any other place is not theirs. One query.
    """
    here = aliased(PlaceSpell)
    above = func.substr(here.path, 1, func.length(PlaceSpell.path)) == PlaceSpell.path
    near = or_(above, PlaceSpell.parent_id == place_id)
    wanted = spots_of(PlaceSpell).join(here, and_(here.place_id == place_id, on_day(day, here))).where(near, on_day(day))
    if allowed is not None:
        wanted = wanted.join(Place, Place.id == PlaceSpell.place_id).where(or_(false(), *(within(path) for path in allowed)))
    return found(wanted.order_by(PlaceSpell.path))


def of_trees(allowed: tuple[str, ...], day: date) -> list[Spot]:
    """What the tops of a reader's trees were on a day, by path; those that were not are left out. One query."""
    now = and_(Place.id == PlaceSpell.place_id, Place.path.in_(allowed), Place.closed_on.is_(None))
    return found(spots_of(PlaceSpell).join(Place, now).where(on_day(day)).order_by(PlaceSpell.path))


def tops(day: date) -> list[Spot]:
    """What stood at the top on a day, by code. One query."""
    return found(spots_of(PlaceSpell).where(PlaceSpell.parent_id.is_(None), on_day(day)).order_by(PlaceSpell.country, PlaceSpell.code))
