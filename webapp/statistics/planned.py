"""Figures that count plans, not participation: they hold at the moment of the page, whatever the period."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, func, or_, select

from webapp.core.database import db
from webapp.places.models import Country, Place
from webapp.places.queries import within
from webapp.statistics.slices import Slice
from webapp.trainings.models import Training, TrainingState

STATES = (TrainingState.NEGOTIATION, TrainingState.PREPARATION)


def cities_planned(part: Slice) -> int:
    """Cities for which a training is being negotiated or prepared now, each once; of the slice only its places count. One query."""
    # The second level of a country's tree is what a statistics page calls a city.
    level = Country.levels[1]["id"].as_string()
    query = (
        select(func.count(Training.place_id.distinct())).join(Place, Place.id == Training.place_id)
        .join(Country, Country.code == Place.country).where(Training.state.in_(STATES), Place.level == level)
    )
    if part.paths is not None:
        trees: list[ColumnElement[bool]] = [within(path) for path in part.paths]
        query = query.where(or_(false(), *trees))
    return db.session.scalar(query) or 0
