"""Where a statistics page stands in the tree: the places above and below, of now or of the day that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import aliased

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places.models import Place
from webapp.statistics import access, trees
from webapp.statistics.rules import BadPeriod
from webapp.statistics.spots import Spot, found, spots_of


@dataclass(frozen=True)
class Standing:
    """The places above the chosen one from the top down, this one included and all within the reader's trees; and those below it."""

    above: Sequence[Spot]
    below: Sequence[Spot]

    @property
    def here(self) -> Spot | None:
        """The chosen place; None for all that the reader may see."""
        return self.above[-1] if self.above else None


def _around() -> Any:
    up = select(Place.id, Place.parent_id).where(Place.id == bindparam("place")).cte("up", recursive=True)
    above = aliased(Place)
    up = up.union(select(above.id, above.parent_id).join(up, above.id == up.c.parent_id))
    below = spots_of(Place).where(Place.parent_id == bindparam("place"), Place.closed_on.is_(None))
    return union_all(spots_of(Place).join(up, up.c.id == Place.id), below)


# Built once: every page asks one of them, and building a statement costs as much as running it.
_AROUND = _around()
_TOPS = spots_of(Place).where(Place.parent_id.is_(None), Place.closed_on.is_(None)).order_by(Place.country, Place.code)
_AT_PATHS = spots_of(Place).where(Place.path.in_(bindparam("paths", expanding=True)), Place.closed_on.is_(None)).order_by(Place.path)


def standing_at(place_id: UUID, allowed: tuple[str, ...] | None) -> Standing | None:
    """The neighbourhood of a place now; None where there is no such place in the reader's trees. One query."""
    near = {spot.id: spot for spot in found(_AROUND, place=place_id)}
    here = near.get(place_id)
    if here is None or not access.covers(allowed, here):
        return None
    above: list[Spot] = []
    at: Spot | None = here
    while at is not None:
        if access.covers(allowed, at):
            above.insert(0, at)
        at = near.get(at.parent_id) if at.parent_id else None
    below = [spot for spot in near.values() if spot.parent_id == place_id]
    return Standing(above, sorted(below, key=lambda spot: spot.path.rstrip("/")))


def whole(allowed: tuple[str, ...] | None) -> Standing:
    """Where no place is chosen: the tops of what the reader may see. One query."""
    return Standing([], tops(None) if allowed is None else found(_AT_PATHS, paths=allowed))


def tops(tree_on: date | None) -> Sequence[Spot]:
    """All places at the top now, or on a day. One query."""
    return found(_TOPS) if tree_on is None else trees.tops(tree_on)


def standing_on(place: Spot | None, allowed: tuple[str, ...] | None, day: date) -> Standing | None:
    """The neighbourhood of the chosen place on a day, or the tops of the reader's trees; None for everywhere. One query.

    What stood below and belongs to others today is counted here, but its own page is theirs. Raises `BadPeriod` for a place that was
    not there.
    """
    if place is None:
        return None if allowed is None else Standing([], trees.of_trees(allowed, day))
    near = trees.around(place.id, day, allowed)
    here = next((spot for spot in near if spot.id == place.id), None)
    if here is None:
        raise BadPeriod("tree", _("%(place)s was not there on %(day)s. Choose another day or another place.",
                                  place=place.name, day=day.isoformat()))
    above = [spot for spot in near if here.path.startswith(spot.path)]
    return Standing(above, [spot for spot in near if spot not in above])
