"""The tree as it stood on a day: which places were there, what lay around one. How events count in it is in `ground`.

Each event names the place of its moment. On a chosen day that place may not be: it had closed before, then its successor
stands for it, and where it has none the place above; or it had not opened yet, then the place that it was split from stands
for it, and where there is none the place above it. So every event is counted at one place of that day's tree and no total
of a country changes by the choice of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_

from webapp.places.models import PlaceSpell
from webapp.statistics.spots import Spot, found, spots_of


def on_day(day: date) -> Any:
    """The condition that a spell was in force on a day."""
    return and_(PlaceSpell.valid_from <= day, or_(PlaceSpell.valid_until.is_(None), PlaceSpell.valid_until > day))


def states(place_ids: Sequence[UUID], day: date) -> dict[UUID, Spot]:
    """What places were on a day; those that were not are left out. One query, none for no places."""
    if not place_ids:
        return {}
    return {spot.id: spot for spot in found(spots_of(PlaceSpell).where(PlaceSpell.place_id.in_(place_ids), on_day(day)))}


def around(state: Spot, day: date) -> tuple[list[Spot], list[Spot]]:
    """A place with all above it on a day, from the top down, and what stood directly below it, by code. One query."""
    parts = state.path.rstrip("/").split("/")
    above = {"/".join(parts[:length]) + "/" for length in range(2, len(parts) + 1)}
    near = or_(PlaceSpell.path.in_(above), PlaceSpell.parent_id == state.id)
    spots = found(spots_of(PlaceSpell).where(near, on_day(day)).order_by(PlaceSpell.path))
    return [each for each in spots if each.path in above], [each for each in spots if each.path not in above]


def tops(day: date) -> list[Spot]:
    """What stood at the top on a day, by code. One query."""
    return found(spots_of(PlaceSpell).where(PlaceSpell.parent_id.is_(None), on_day(day)).order_by(PlaceSpell.country, PlaceSpell.code))
