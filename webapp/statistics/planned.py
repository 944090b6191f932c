"""Figures that count plans, not participation: they hold at the moment of the page, whatever the period."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Select, and_, bindparam, false, func, or_, select

from webapp.core.database import db
from webapp.places.models import Country, Place
from webapp.places.rules import path_range
from webapp.statistics.slices import Slice
from webapp.statistics.together import Wanted
from webapp.trainings.models import Training, TrainingState

STATES = (TrainingState.NEGOTIATION, TrainingState.PREPARATION)


def cities_planned(part: Slice) -> int:
    """Cities for which a training is being negotiated or prepared now, each once; of the slice only its places count. One query."""
    statement, values = _asked(part)
    return db.session.scalar(statement, values) or 0


def cities(part: Slice) -> Wanted[int]:
    """The same, to be asked together with something else."""
    statement, values = _asked(part)
    return Wanted((statement.params(values),), lambda rows: rows[0][0])


def _asked(part: Slice) -> tuple[Select[int], dict[str, str]]:
    trees = [] if part.paths is None else [path_range(path) for path in part.paths]
    values = {f"{name}{number}": end for number, tree in enumerate(trees) for name, end in zip(("first", "behind"), tree, strict=True)}
    return _statement(None if part.paths is None else len(trees)), values


@lru_cache(maxsize=16)
def _statement(trees: int | None) -> Select[int]:
    """Of everywhere, or of so many trees; built once, since building it takes longer than running it."""
    # The second level of a country's tree is what a statistics page calls a city.
    level = Country.levels[1]["id"].as_string()
    query = (
        select(func.count(Training.place_id.distinct())).join(Place, Place.id == Training.place_id)
        .join(Country, Country.code == Place.country).where(Training.state.in_(STATES), Place.level == level)
    )
    if trees is None:
        return query
    return query.where(or_(false(), *(
        and_(Place.path >= bindparam(f"first{number}"), Place.path < bindparam(f"behind{number}")) for number in range(trees)
    )))
