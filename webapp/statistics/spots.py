"""Places as pages of statistics need them: plain rows with their level, of now or of a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import localised
from webapp.places.models import Country, Place, PlaceSpell
from webapp.statistics.slices import PLACES


@dataclass(frozen=True)
class Spot:
    """A place that a page leads to: as it is called and where it lies in the tree of the page.

    `rank` is its level in its country: 0 for what is counted as a province, then cities, counties, and 3 for all below.
    """

    id: UUID
    path: str
    country: str
    names: Mapping[str, str]
    parent_id: UUID | None
    rank: int

    @property
    def name(self) -> str:
        """The full name in the reader's language."""
        return localised(self.names)


def spots_of(kind: type[Place | PlaceSpell]) -> Select[Any]:
    """The statement that reads spots from the places, or from their states: `found` makes them of its rows."""
    of: Any = kind
    key = of.id if kind is Place else of.place_id
    return select(key, of.path, of.country, of.names, of.parent_id, _rank(of)).join(Country, Country.code == of.country)


def _rank(of: Any) -> ColumnElement[int]:
    levels = [(of.level == Country.levels[number]["id"].as_string(), number) for number in range(len(PLACES))]
    return case(*levels, else_=len(PLACES))


def found(statement: Any, **values: Any) -> list[Spot]:
    """The spots of a statement. One query."""
    return [Spot(*row) for row in db.session.execute(statement, values)]
