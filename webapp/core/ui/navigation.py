"""The links of the page's header: each room adds its own, in an order that is data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import current_app, request

from webapp.core.access import current
from webapp.core.frozen import dataclass

if TYPE_CHECKING:
    from flask import Flask

EXTENSION = "navigation"
ADMIN = "administration"


@dataclass(frozen=True)
class Link:
    """One entry of the header as the page shows it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Language:
    """One language of the switch: `url` sets it and comes back to this page with its query."""

    tag: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class AdminLink:
    """One entry of the administration's index: what it is and what it is for."""

    label: str
    url: str
    about: str


@dataclass(frozen=True)
class Entry:
    """A link that a room added."""

    rank: int
    path: str
    label: Any
    shown: Callable[[Any], bool] | None
    about: Any = ""


def add_link(app: Flask, label: Any, path: str, *, rank: int, shown: Callable[[Any], bool] | None = None) -> None:
    """Add an entry to the header. `label` is a lazy string; `shown` a predicate of the viewer, None for everybody."""
    entries: list[Entry] = app.extensions.setdefault(EXTENSION, [])
    entries.append(Entry(rank, path, label, shown))
    entries.sort(key=lambda entry: entry.rank)


def add_admin_link(
    app: Flask, label: Any, path: str, *, rank: int, about: Any = "", shown: Callable[[Any], bool] | None = None,
) -> None:
    """Add an entry to the administration's index. `label` and `about` (one sentence) are lazy strings.

    `shown` is a predicate of the viewer, None for everybody who may open the index.
    """
    app.extensions.setdefault(ADMIN, []).append(Entry(rank, path, label, shown, about))


def admin_links() -> list[AdminLink]:
    """Entries of the administration's index for this reader, in order."""
    entries: list[Entry] = sorted(current_app.extensions.get(ADMIN, []), key=lambda entry: entry.rank)
    who = current()
    return [
        AdminLink(str(entry.label), request.script_root + entry.path, str(entry.about))
        for entry in entries
        if entry.shown is None or (who is not None and entry.shown(who))
    ]


def shown() -> list[tuple[Entry, bool]]:
    """Entries for this reader, in order; the one whose address begins this page's address is current."""
    entries: list[Entry] = current_app.extensions.get(EXTENSION, [])
    path, viewer = request.path, current()
    return [
        (entry, _within(path, entry.path))
        for entry in entries
        if entry.shown is None or (viewer is not None and entry.shown(viewer))
    ]


def _within(path: str, section: str) -> bool:
    return path == section or (section != "/" and path.startswith(section.rstrip("/") + "/"))
