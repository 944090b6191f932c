"""Where a statistics page stands in the tree: the places above and below, of now or of the day that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places import queries as places
from webapp.places.models import Place, PlaceSpell
from webapp.statistics import access, trees
from webapp.statistics.rules import BadPeriod


@dataclass(frozen=True)
class Spot:
    """A place that a page leads to: as it is called and where it lies in the tree of the page."""

    id: UUID
    path: str
    name: str
    level: str
    country: str


@dataclass(frozen=True)
class Standing:
    """The places above the chosen one from the top down, this one included and all within the reader's trees; and those below it."""

    above: Sequence[Spot]
    below: Sequence[Spot]

    @property
    def here(self) -> Spot | None:
        """The chosen place; None for all that the reader may see."""
        return self.above[-1] if self.above else None


def standing(place: Place | None, allowed: tuple[str, ...] | None) -> Standing:
    """The neighbourhood of a place now; without one, the tops of what the reader may see. At most two queries."""
    return _now(place, allowed)


def tops(tree_on: date | None) -> list[Spot]:
    """All places at the top now, or on a day. One query."""
    return [_of_place(each) for each in places.children(None)] if tree_on is None else [_of_spell(each) for each in trees.tops(tree_on)]


def held_on(place: Place | None, allowed: tuple[str, ...] | None, day: date) -> list[PlaceSpell] | None:
    """What the place, or the tops of the reader's trees, were on a day; None for everywhere. At most two queries.

    Raises `BadPeriod` for a place that was not there.
    """
    if place is None and allowed is None:
        return None
    held = [place] if place is not None else places.at_paths(allowed or ())
    states = trees.states([each.id for each in held], day)
    if place is not None and place.id not in states:
        raise BadPeriod("tree", _("%(place)s was not there on %(day)s. Choose another day or another place.",
                                  place=place.name(), day=day.isoformat()))
    return sorted(states.values(), key=lambda each: each.path)


def standing_on(held: Sequence[PlaceSpell] | None, allowed: tuple[str, ...] | None, day: date, *, chosen: bool) -> Standing:
    """The neighbourhood of the chosen place on a day, or of the tops of the reader's trees: see `held_on`. At most two queries."""
    if held is None:
        return Standing([], tops(day))
    if not chosen:
        return Standing([], [_of_spell(each) for each in held])
    above, below = trees.around(held[0], day)
    if allowed is None:
        return Standing([_of_spell(each) for each in above], [_of_spell(each) for each in below])
    # What stood below and belongs to others today is counted here, but its own page is theirs.
    mine = {each.id for each in places.many({row.place_id for row in (*above, *below)}).values() if access.covers(allowed, each)}
    return Standing(_mine(above, mine), _mine(below, mine))


def _now(place: Place | None, allowed: tuple[str, ...] | None) -> Standing:
    above = [each for each in places.lineage(place) if access.covers(allowed, each)] if place else []
    below = places.children(place) if place is not None or allowed is None else places.at_paths(allowed)
    return Standing([_of_place(each) for each in above], [_of_place(each) for each in below])


def _mine(found: Iterable[PlaceSpell], mine: set[UUID]) -> list[Spot]:
    return [_of_spell(each) for each in found if each.place_id in mine]


def _of_place(place: Place) -> Spot:
    return Spot(place.id, place.path, place.name(), place.level, place.country)


def _of_spell(spell: PlaceSpell) -> Spot:
    return Spot(spell.place_id, spell.path, spell.name(), spell.level, spell.country)
