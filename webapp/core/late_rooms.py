"""Rooms whose tables, too, are loaded when they are first asked for: what few processes ever touch is a tenth of a start.

Such a room stands at the top: no table of another room points to its own, and its tables point only to those that are there before.
"""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData

from webapp.core.database import db
from webapp.core.late import Late
from webapp.core.signals import merge_asked, own_data, people_merged, people_parted, person_erased

_tables: dict[str, None] = {}


class LateRoom:
    """A room by its package. Make one where the module of the room is loaded: its handlers are known by what they are."""

    def __init__(self, package: str, *, erases: bool) -> None:
        self._package = package
        own, merging = self.part("own_data"), self.part("own_merge")
        self._tables = own.function("tables")
        self._answer, self._merge, self._part = (merging.function(name) for name in ("answer", "merge", "part"))
        self._erase = own.function("erase") if erases else None

    def part(self, name: str) -> Late:
        """A module of the room."""
        return Late(f"{self._package}.{name}")

    def wire(self) -> None:
        """Say where its tables are, and let it answer for people: `tables` and `erase` of `own_data`, all of `own_merge`."""
        _tables[f"{self._package}.models"] = None
        own_data.connect(self._tables)
        if self._erase is not None:
            person_erased.connect(self._erase)
        merge_asked.connect(self._answer)
        people_merged.connect(self._merge)
        people_parted.connect(self._part)


def all_tables() -> MetaData:
    """The tables of every room of the application."""
    for name in _tables:
        import_module(name)
    return db.metadata
