"""Sheets that are part of something of a room above: where they lead back to, and who decides about their states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import current_app

from webapp.core.frozen import dataclass
from webapp.questionnaires.models import Sheet

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Select

_HOMES = "sheet_homes"


@dataclass(frozen=True)
class Home:
    """What a sheet is a part of: its address below the mount point. There it is handed in, returned and accepted."""

    title: str
    url: str


@dataclass(frozen=True)
class _Kind:
    find: Callable[[UUID], Home | None]
    sheets: Callable[[], Select[Any]]


def add_home(app: Flask, questionnaire_id: str, *, find: Callable[[UUID], Home | None], sheets: Callable[[], Select[Any]]) -> None:
    """Say to what the sheets of a questionnaire may belong. `find` asks one query; `sheets` selects the ids of those that do."""
    app.extensions.setdefault(_HOMES, {})[questionnaire_id] = _Kind(find, sheets)


def home_of(sheet: Sheet) -> Home | None:
    """What a sheet is a part of. No query for a questionnaire whose sheets stand alone, else one."""
    kind: _Kind | None = current_app.extensions.get(_HOMES, {}).get(sheet.questionnaire_id)
    return kind.find(sheet.id) if kind is not None else None


def kept() -> Iterable[Select[Any]]:
    """Ids of sheets that stay when the only one who wrote on them is erased, since they are part of something."""
    return [each.sheets() for each in current_app.extensions.get(_HOMES, {}).values()]
