"""Which places a statistics page counts and leads to: of each event's moment, or of the tree of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from webapp.core.i18n import _
from webapp.places import queries as places
from webapp.places.models import Place, PlaceSpell
from webapp.statistics import access, trees
from webapp.statistics.rules import BadPeriod

Step = tuple[UUID, str]


@dataclass(frozen=True)
class Shown:
    """Paths to count below (None: everywhere), the places above and below the chosen one as (id, name), and its name."""

    paths: Sequence[str] | None
    lineage: Sequence[Step]
    children: Sequence[Step]
    name: str | None


def by_moment(place: Place | None, allowed: tuple[str, ...] | None) -> Shown:
    """The tree as it is now, events counted by the path of their moment. At most two queries."""
    above = [each for each in places.lineage(place) if access.covers(allowed, each)] if place else []
    below = places.children(place) if place is not None or allowed is None else places.at_paths(allowed)
    return Shown([place.path] if place else allowed, _steps(above), _steps(below), place.name() if place else None)


def by_tree(place: Place | None, allowed: tuple[str, ...] | None, day: date) -> Shown:
    """The tree of a day. Raises `BadPeriod` for a place that was not there then. At most three queries."""
    if place is None and allowed is None:
        return Shown(None, [], _states(trees.tops(day)), None)
    if place is None:
        held = list(trees.states([each.id for each in places.at_paths(allowed or ())], day).values())
        return Shown([each.path for each in held], [], _states(held), None)
    state = trees.states([place.id], day).get(place.id)
    if state is None:
        raise BadPeriod("tree", _("%(place)s was not there on %(day)s. Choose another day or another place.",
                                  place=place.name(), day=day.isoformat()))
    above, below = trees.around(state, day)
    # What stood below and belongs to others today is counted here, but its own page is theirs.
    mine = {each.id for each in places.many({row.place_id for row in (*above, *below)}).values() if access.covers(allowed, each)}
    return Shown(
        [state.path], _states(each for each in above if each.place_id in mine),
        _states(each for each in below if each.place_id in mine), state.name(),
    )


def _steps(found: Sequence[Place]) -> list[Step]:
    return [(each.id, each.name()) for each in found]


def _states(found: Iterable[PlaceSpell]) -> list[Step]:
    return [(each.place_id, each.name()) for each in found]
