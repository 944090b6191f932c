"""Who may see and run which training."""

from __future__ import annotations

from webapp.accounts.current import Viewer
from webapp.accounts.models import Role
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
    """Whether a role lets the viewer plan and run trainings for a place."""
    return any(viewer.has_role(role, place) for role in RUNNERS)


def oversees_place(viewer: Viewer, place: Place) -> bool:
    """Whether the viewer is staff or administrator for a place."""
    return any(viewer.has_role(role, place) for role in OVERSEERS)


def may_see(viewer: Viewer, place: Place, part: TrainerPart | None) -> bool:
    """A training is open to its own trainers and observers, wherever they come from, and to those whose role covers its place."""
    return part is not None or runs_place(viewer, place)


def may_run(viewer: Viewer, place: Place, part: TrainerPart | None) -> bool:
    """Change it: not for observers without a role of their own."""
    return part in (TrainerPart.LEAD, TrainerPart.CO) or runs_place(viewer, place)


def run_paths(viewer: Viewer) -> tuple[str, ...] | None:
    """Path prefixes of the trees whose trainings somebody sees by a role; None for everywhere."""
    found: set[str] = set()
    for role in RUNNERS:
        paths = viewer.paths(role)
        if paths is None:
            return None
        found.update(paths)
    return tuple(sorted(found))
