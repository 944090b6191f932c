"""Parts of one page that other rooms fill: a person's page shows enrolments without knowing who keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import current_app

from webapp.core.frozen import dataclass

if TYPE_CHECKING:
    from flask import Flask

EXTENSION = "panels"


@dataclass(frozen=True)
class PanelCell:
    """One cell: its text and, where it leads somewhere, an address of this site."""

    text: Any
    url: str | None = None


@dataclass(frozen=True)
class Panel:
    """A table under a heading. Every row has as many cells as `head`; `empty` is said where there are none."""

    id: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[PanelCell]]
    empty: str


@dataclass
class _Registry:
    makers: dict[str, list[tuple[int, Callable[[UUID], Panel]]]] = field(default_factory=dict)


def add_panel(app: Flask, page: str, rank: int, make: Callable[[UUID], Panel]) -> None:
    """Add a panel to a page (`person`). `make` gets the id of what the page shows and costs one query."""
    registry = app.extensions.setdefault(EXTENSION, _Registry())
    registry.makers.setdefault(page, []).append((rank, make))


def panels(page: str, subject_id: UUID) -> list[Panel]:
    """The panels of a page, in order. One query each."""
    registry = current_app.extensions.get(EXTENSION, _Registry())
    return [make(subject_id) for _rank, make in sorted(registry.makers.get(page, []), key=lambda each: each[0])]
