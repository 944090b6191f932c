"""Finding the place that a row names, among thousands, without asking the database for each."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.import_rows import WrongRow
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.places.models import Place
from webapp.places.rules import normalised


class PlaceFinder:
    """The tree in memory: places by code, by name, and by name with those above, and which of them the administrator looks after.

    `paths` are the trees of the administrator, None for everywhere. One query.
    """

    def __init__(self, paths: tuple[str, ...] | None) -> None:
        self.everywhere = paths is None
        columns = (Place.id, Place.code, Place.country, Place.path, Place.parent_id, Place.names, Place.short_names, Place.closed_on)
        rows = {row.id: row for row in db.session.execute(select(*columns))}
        self.mine = {row.id for row in rows.values() if paths is None or row.path.startswith(paths)}
        self._full: dict[str, set[UUID]] = defaultdict(set)
        self._short: dict[str, set[UUID]] = defaultdict(set)
        said: dict[UUID, list[tuple[str, str]]] = {}
        for row in rows.values():
            tags = sorted({*row.names, *row.short_names})
            said[row.id] = [
                (normalised(row.names.get(tag, row.short_names.get(tag, ""))), normalised(row.short_names.get(tag, row.names.get(tag, ""))))
                for tag in tags
            ]
        for row in rows.values():
            if row.closed_on is None:
                self._enter(row, rows, said)

    def _enter(self, row: Any, rows: dict[UUID, Any], said: dict[UUID, list[tuple[str, str]]]) -> None:
        self._full[normalised(row.code)].add(row.id)
        self._full[normalised(row.country + row.code)].add(row.id)
        above: list[UUID] = []
        parent = row.parent_id
        while parent is not None and parent in rows:
            above.insert(0, parent)
            parent = rows[parent].parent_id
        ways = {(), tuple(above), *((each,) for each in above)}
        for number, (full, short) in enumerate(said[row.id]):
            for way in ways:
                # Names of one language stand in one place of each list; where a language is missing above, its first name serves.
                for form in (0, 1):
                    up = [said[each][min(number, len(said[each]) - 1)][form] for each in way if said[each]]
                    for index, own in ((self._full, full), (self._short, short)):
                        if own:
                            index["".join([*up, own])].add(row.id)
                            index["".join([own, *reversed(up)])].add(row.id)

    def find(self, text: str) -> UUID | None:
        """The place of a code, a name, or a name with places above, in any order; None for nothing. Raises `WrongRow`."""
        if not text:
            return None
        key = normalised(text)
        for index in (self._full, self._short):
            found = index.get(key, set())
            own = found & self.mine
            if len(own) == 1:
                return next(iter(own))
            if own:
                raise WrongRow(_("Several places are called “%(name)s”: write the code, or the places above it too.", name=text[:60]))
            if found:
                raise WrongRow(_("“%(name)s” lies outside the places that you administer.", name=text[:60]))
        raise WrongRow(_("There is no place “%(name)s”.", name=text[:60]))
