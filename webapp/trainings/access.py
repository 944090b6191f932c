"""Who may see and run which training."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from webapp.accounts.current import Viewer
from webapp.accounts.models import Role
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.trainings.models import TrainerPart

# Who runs or looks after trainings, each for a place.
RUNNERS = (Role.TRAINER, Role.STAFF, Role.ADMINISTRATOR)
OVERSEERS = (Role.STAFF, Role.ADMINISTRATOR)


def run_trainings(viewer: Viewer) -> bool:
    """Trainers, staff and administrators of any place."""
    return any(viewer.has_role(role) for role in RUNNERS)


def oversee_trainings(viewer: Viewer) -> bool:
    """Staff and administrators of any place: they look over all trainings and review reports."""
    return any(viewer.has_role(role) for role in OVERSEERS)


def runs_place(viewer: Viewer, place: Place) -> bool:
    """Whether a role lets the viewer plan and run trainings for a place, or for the one that stands for it since it closed."""
    return _holds(viewer, RUNNERS, place)


def oversees_place(viewer: Viewer, place: Place) -> bool:
    """Whether the viewer is staff or administrator for a place, or for the one that stands for it since it closed."""
    return _holds(viewer, OVERSEERS, place)


def _holds(viewer: Viewer, roles: tuple[Role, ...], place: Place) -> bool:
    """The training keeps the place it was held for; who looks after it follows the successor. One query a step for a closed place."""
    if any(viewer.has_role(role, place) for role in roles):
        return True
    heir = places.heir(place)
    return heir is not place and any(viewer.has_role(role, heir) for role in roles)


def may_see(viewer: Viewer, place: Place, part: TrainerPart | None) -> bool:
    """A training is open to its own trainers and observers, wherever they come from, and to those whose role covers its place."""
    return part is not None or runs_place(viewer, place)


def may_run(viewer: Viewer, place: Place, part: TrainerPart | None) -> bool:
    """Change it: not for observers without a role of their own."""
    return part in (TrainerPart.LEAD, TrainerPart.CO) or runs_place(viewer, place)


def run_paths(viewer: Viewer) -> tuple[str, ...] | None:
    """Path prefixes of the trees whose trainings somebody sees by a role; None for everywhere."""
    return viewer.paths_of(RUNNERS)


def oversee_paths(viewer: Viewer) -> tuple[str, ...] | None:
    """The same for those who look over trainings."""
    return viewer.paths_of(OVERSEERS)


def places_of(paths: tuple[str, ...]) -> Any:
    """Ids of the places in trees, and of those that closed and whose successor, or its successor, is in one: a select."""
    inside = (
        select(Place.id).where(or_(*[places.within(path) for path in paths]) if paths else Place.id.is_(None))
        .cte("places_looked_after", recursive=True)
    )
    closed = select(Place.id).join(inside, Place.successor_id == inside.c.id)
    return select(inside.union(closed).c.id)
