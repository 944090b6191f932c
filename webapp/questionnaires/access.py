"""Who may see which sheet, survey and draft of a questionnaire."""

from __future__ import annotations

from webapp.accounts.current import Viewer
from webapp.accounts.models import Role
from webapp.places.models import Place
from webapp.questionnaires.models import SheetState

# Who looks after other people's sheets and surveys, each for a place.
GUIDES = (Role.TRAINER, Role.STAFF, Role.ADMINISTRATOR)
# Whom the morning's mail tells what was handed in. Administrators see to the system: they find the list, but are not written to about
# every county's worksheets.
WRITTEN_TO = (Role.TRAINER, Role.STAFF)
# What a member shows, and what others never see before.
SHOWN = frozenset({SheetState.SHARED, SheetState.RETURNED, SheetState.DONE})


def guide(viewer: Viewer) -> bool:
    """Trainers, staff and administrators of any place: they give feedback and run surveys."""
    return any(viewer.has_role(role) for role in GUIDES)


def is_written_to(viewer: Viewer) -> bool:
    """Whether the morning's mail may come to somebody."""
    return any(viewer.has_role(role) for role in WRITTEN_TO)


def guides_place(viewer: Viewer, place: Place | None) -> bool:
    """Whether one of those roles covers a place; what has no place is for those whose role has none either."""
    if place is None:
        return any(viewer.has_role_everywhere(role) for role in GUIDES)
    return any(viewer.has_role(role, place) for role in GUIDES)


def author(viewer: Viewer) -> bool:
    """Authors and administrators of any place: they write questionnaires."""
    return viewer.has_role(Role.AUTHOR) or viewer.has_role(Role.ADMINISTRATOR)


def use_library(viewer: Viewer) -> bool:
    """Those who look through the questionnaires to use one or to write one."""
    return guide(viewer) or author(viewer)


def sees_shown(viewer: Viewer, state: SheetState, place: Place | None) -> bool:
    """Whether somebody who is no member may read a sheet: it is shown, and a role of theirs covers its place."""
    return state in SHOWN and guides_place(viewer, place)


def guided_paths(viewer: Viewer) -> tuple[str, ...] | None:
    """Path prefixes of the trees whose sheets somebody looks after; None for everywhere."""
    return viewer.paths_of(GUIDES)
