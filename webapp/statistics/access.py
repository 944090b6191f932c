"""Who sees statistics, and for which places."""

from __future__ import annotations

from typing import Protocol

from webapp.accounts.current import Viewer
from webapp.accounts.models import Role


class Placed(Protocol):
    """A place, as a row or as an object: where it lies in the tree."""

    @property
    def path(self) -> str:
        """Codes from the top down."""


def see_statistics(viewer: Viewer) -> bool:
    """Programme staff and administrators, each for the trees of their roles."""
    return viewer.has_role(Role.STAFF) or viewer.has_role(Role.ADMINISTRATOR)


def scope(viewer: Viewer) -> tuple[str, ...] | None:
    """Path prefixes the viewer may count; None for everywhere."""
    return viewer.paths_of((Role.STAFF, Role.ADMINISTRATOR))


def covers(allowed: tuple[str, ...] | None, place: Placed) -> bool:
    """Whether a place lies in the trees."""
    return allowed is None or any(place.path.startswith(prefix) for prefix in allowed)
