"""Who may look after people, organisations and places."""

from __future__ import annotations

from webapp.accounts.current import Viewer
from webapp.accounts.models import Person, Role
from webapp.places.models import Place


def administer(viewer: Viewer) -> bool:
    """Administrators of any tree. What they see and change is kept to their trees by each page."""
    return viewer.has_role(Role.ADMINISTRATOR)


def use_interface(viewer: Viewer) -> bool:
    """Programme staff and administrators: those from whose roles an access token can take its power."""
    return viewer.has_role(Role.STAFF) or viewer.has_role(Role.ADMINISTRATOR)


def administer_everywhere(viewer: Viewer) -> bool:
    """Administrators of the whole programme: what belongs to no place is theirs."""
    return viewer.has_role_everywhere(Role.ADMINISTRATOR)


def administers_place(viewer: Viewer, place: Place | None) -> bool:
    """Whether a place lies in a tree that the viewer administers; what has no place is for those who administer everywhere."""
    return administer_everywhere(viewer) if place is None else viewer.has_role(Role.ADMINISTRATOR, place)


def administers_person(viewer: Viewer, person: Person) -> bool:
    """Whether the viewer looks after this person, by the place where they work. The place must be loaded."""
    return administers_place(viewer, person.place)
