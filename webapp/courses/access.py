"""Who may open what courses hold for those who teach them."""

from __future__ import annotations

from webapp.accounts.current import Viewer
from webapp.accounts.models import Role


def teach(viewer: Viewer) -> bool:
    """Trainers, authors, programme staff and administrators, whatever their places: a course belongs to none."""
    return any(viewer.has_role(role) for role in (Role.TRAINER, Role.AUTHOR, Role.STAFF, Role.ADMINISTRATOR))
