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

from sqlalchemy import and_, or_, select

from webapp.core.database import db
from webapp.places.models import PlaceSpell


def on_day(day: date) -> Any:
    """The condition that a spell was in force on a day."""
    return and_(PlaceSpell.valid_from <= day, or_(PlaceSpell.valid_until.is_(None), PlaceSpell.valid_until > day))


def states(place_ids: Sequence[UUID], day: date) -> dict[UUID, PlaceSpell]:
    """What places were on a day; those that were not are left out. One query, none for no places."""
    if not place_ids:
        return {}
    wanted = select(PlaceSpell).where(PlaceSpell.place_id.in_(place_ids), on_day(day))
    return {spell.place_id: spell for spell in db.session.scalars(wanted)}


def around(state: PlaceSpell, day: date) -> tuple[list[PlaceSpell], list[PlaceSpell]]:
    """A place with all above it on a day, from the top down, and what stood directly below it, by code. One query."""
    parts = state.path.rstrip("/").split("/")
    above = {"/".join(parts[:length]) + "/" for length in range(2, len(parts) + 1)}
    near = or_(PlaceSpell.path.in_(above), PlaceSpell.parent_id == state.place_id)
    found = list(db.session.scalars(select(PlaceSpell).where(near, on_day(day)).order_by(PlaceSpell.path)))
    return [each for each in found if each.path in above], [each for each in found if each.path not in above]


def tops(day: date) -> list[PlaceSpell]:
    """What stood at the top on a day, by code. One query."""
    return list(db.session.scalars(
        select(PlaceSpell).where(PlaceSpell.parent_id.is_(None), on_day(day)).order_by(PlaceSpell.country, PlaceSpell.code)
    ))
