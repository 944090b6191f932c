"""The ground on which events are counted: for every place and path that an event names, where it lies in the tree that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.places.models import Country, Place, PlaceSpell
from webapp.statistics.slices import Dimension

Spot = tuple[UUID | None, str | None]
# Levels as the country of a place orders them: the first is what others call province, state or region.
RANKS = (Dimension.PROVINCE, Dimension.CITY, Dimension.COUNTY)


@dataclass(frozen=True)
class Where:
    """A place in the tree: its path, and the paths of the province, city and county it is or lies in."""

    path: str
    province: str | None
    city: str | None
    county: str | None

    def at(self, level: Dimension) -> str | None:
        """The path at a level."""
        return {Dimension.PROVINCE: self.province, Dimension.CITY: self.city, Dimension.COUNTY: self.county}[level]


@dataclass(frozen=True)
class _Known:
    """A place as it is now, with its spells as (from, until, path, parent), the oldest first."""

    path: str
    parent_id: UUID | None
    successor_id: UUID | None
    origin_id: UUID | None
    spells: tuple[tuple[date, date | None, str, UUID | None], ...]

    def path_on(self, day: date) -> str | None:
        """Its path on a day, None if it was not there."""
        return next((path for begins, ends, path, _parent in self.spells if begins <= day and (ends is None or ends > day)), None)

    def link(self, day: date) -> UUID | None:
        """What stands for it on a day on which it is not there: see `trees`."""
        if any(begins <= day for begins, _ends, _path, _parent in self.spells):
            return self.successor_id or self.parent_id
        return self.origin_id or (self.spells[0][3] if self.spells else self.parent_id)


class Tree(NamedTuple):
    """All that is known of places, as rows: what counting needs to say where an event counts, on whatever day.

    `levels`: country, level, its rank from the top. `places`: id, path, level, parent, successor, origin. `spells`: place, from,
    until, path, level, parent, in the order in which they began.
    """

    levels: Sequence[tuple[str, str, int]]
    places: Sequence[tuple[UUID, str, str, UUID | None, UUID | None, UUID | None]]
    spells: Sequence[tuple[UUID, date, date | None, str, str, UUID | None]]


def tree() -> Tree:
    """The tree with all that it has been, from the database. Three queries."""
    levels = [
        (country.code, level.id, rank)
        for country in db.session.scalars(select(Country)) for rank, level in enumerate(country.scheme.levels[: len(RANKS)])
    ]
    places = select(Place.id, Place.path, Place.level, Place.parent_id, Place.successor_id, Place.origin_id)
    spells = select(
        PlaceSpell.place_id, PlaceSpell.valid_from, PlaceSpell.valid_until, PlaceSpell.path, PlaceSpell.level, PlaceSpell.parent_id,
    ).order_by(PlaceSpell.valid_from)
    return Tree(levels, db.session.execute(places).all(), db.session.execute(spells).all())


class Ground:
    """Places as they stood at each event's moment (`tree_on` None), or on a day. Of a tree that is given no query, else three."""

    def __init__(self, tree_on: date | None, known: Tree | None = None) -> None:
        self.tree_on = tree_on
        self._levels: dict[str, str] = {}
        self._places: dict[UUID, _Known] = {}
        self._found: dict[Spot, Where | None] = {}
        self._lay(known or tree())

    def _lay(self, known: Tree) -> None:
        self._ranks = {(country, level): RANKS[rank] for country, level, rank in known.levels}
        spells: dict[UUID, list[tuple[date, date | None, str, UUID | None]]] = {}
        for place_id, begins, ends, path, level, parent_id in known.spells:
            self._levels[path] = level
            spells.setdefault(place_id, []).append((begins, ends, path, parent_id))
        for place_id, path, level, parent_id, successor_id, origin_id in known.places:
            self._levels.setdefault(path, level)
            self._places[place_id] = _Known(path, parent_id, successor_id, origin_id, tuple(spells.get(place_id, ())))

    def where(self, place_id: UUID | None, path: str | None) -> Where | None:
        """Where an event counts whose place and path of its moment are these; None for nowhere."""
        spot = (place_id, path)
        if spot not in self._found:
            stands = path if self.tree_on is None else self._standing(place_id, self.tree_on)
            self._found[spot] = self.at(stands) if stands else None
        return self._found[spot]

    def of_training(self, place_id: UUID, day: date | None) -> Where | None:
        """Where a training counts that was held for a place from a day on."""
        known = self._places.get(place_id)
        if known is None:
            return None
        return self.where(place_id, (known.path_on(day) if day else None) or known.path)

    def _standing(self, place_id: UUID | None, day: date) -> str | None:
        """Path of what stands for a place on the day."""
        seen: set[UUID] = set()
        while place_id is not None and place_id not in seen:
            seen.add(place_id)
            known = self._places.get(place_id)
            if known is None:
                return None
            path = known.path_on(day)
            if path is not None:
                return path
            place_id = known.link(day)
        return None

    def at(self, path: str) -> Where:
        """The levels above a path, which is of this tree."""
        parts = path.rstrip("/").split("/")
        above = ("/".join(parts[:length]) + "/" for length in range(2, len(parts) + 1))
        found = {self._ranks.get((parts[0], self._levels[each])): each for each in above if each in self._levels}
        return Where(path, *(found.get(rank) for rank in RANKS))


def lies_in(where: Where | None, paths: Iterable[str] | None) -> bool:
    """Whether a place lies in one of the trees; None is everywhere, nowhere included."""
    if paths is None:
        return True
    return where is not None and any(where.path.startswith(path) for path in paths)
