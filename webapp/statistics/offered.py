"""Trainings that a reader can choose from, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload, load_only

from webapp.core.database import db
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.trainings.models import Training

# More than this are chosen on their page.
MOST = 300


def trainings(paths: Iterable[str] | None, chosen: UUID | None = None) -> list[Training]:
    """Trainings of some trees (None for everywhere), the latest first, one more than are offered; and a chosen one wherever it is.

    One query. They are known by title, first day and place.
    """
    known = load_only(Training.id, Training.title, Training.first_day, Training.place_id)
    order: tuple[Any, ...] = (Training.first_day.desc(), Training.id)
    of_trees = select(Training.id).join(Place, Place.id == Training.place_id)
    if paths is not None:
        of_trees = of_trees.where(or_(false(), *(within(path) for path in paths)))
    listed = Training.id.in_(of_trees.order_by(*order).limit(MOST + 1))
    wanted = listed if chosen is None else or_(Training.id == chosen, listed)
    return list(db.session.scalars(select(Training).where(wanted).options(known, joinedload(Training.place)).order_by(*order)))
