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

# A place's own name to the places of that name, each with the number of the language.
Index = dict[str, set[tuple[UUID, int]]]


class PlaceFinder:
    """The tree in memory: places by code, by name, and by name with those above, and which of them the administrator looks after.

    `paths` are the trees of the administrator, None for everywhere. With `anywhere` other places are found, too: those whom a
    trainer invites come from all over the country. One query.
    """

    def __init__(self, paths: tuple[str, ...] | None, *, anywhere: bool = False) -> None:
        self.everywhere, self.anywhere = paths is None, anywhere
        columns = (Place.id, Place.code, Place.country, Place.path, Place.parent_id, Place.names, Place.short_names, Place.closed_on)
        rows = {row.id: row for row in db.session.execute(select(*columns))}
        self.mine = {row.id for row in rows.values() if paths is None or row.path.startswith(paths)}
        self._parents = {row.id: row.parent_id for row in rows.values()}
        self._said: dict[UUID, list[tuple[str, str]]] = {}
        self._codes: dict[str, set[UUID]] = defaultdict(set)
        self._full: Index = defaultdict(set)
        self._short: Index = defaultdict(set)
        self._known: dict[tuple[int, str], set[UUID]] = {}
        for row in rows.values():
            tags = sorted({*row.names, *row.short_names})
            self._said[row.id] = [
                (normalised(row.names.get(tag, row.short_names.get(tag, ""))), normalised(row.short_names.get(tag, row.names.get(tag, ""))))
                for tag in tags
            ]
        for row in rows.values():
            if row.closed_on is None:
                self._enter(row)

    def _enter(self, row: Any) -> None:
        for code in (row.code, row.country + row.code):
            self._codes[normalised(code)].add(row.id)
        for number, (full, short) in enumerate(self._said[row.id]):
            for index, own in ((self._full, full), (self._short, short)):
                if own:
                    index[own].add((row.id, number))

    def _named(self, index: Index, key: str) -> set[UUID]:
        """Places whose own name begins or ends the key, the rest of which names places above: all of them, or any one.

        The names with those above are put together when somebody asks: all of them at once would fill 80 MB.
        """
        found = {place_id for place_id, _number in index.get(key, ())}
        for cut in range(1, len(key)):
            for own, rest, upwards in ((key[cut:], key[:cut], False), (key[:cut], key[cut:], True)):
                found |= {place_id for place_id, number in index.get(own, ()) if rest in self._above(place_id, number, upwards=upwards)}
        return found

    def _above(self, place_id: UUID, number: int, *, upwards: bool) -> set[str]:
        """How the places above are written together, from the top down or upwards, all in full or all in short."""
        above: list[UUID] = []
        parent = self._parents[place_id]
        while parent is not None and parent in self._parents:
            above.insert(0, parent)
            parent = self._parents[parent]
        # Names of one language stand in one place of each list; where a language is missing above, its first name serves.
        forms = [
            [self._said[each][min(number, len(self._said[each]) - 1)][form] for each in above if self._said[each]] for form in (0, 1)
        ]
        whole = {"".join(reversed(names) if upwards else names) for names in forms}
        return whole | {name for names in forms for name in names}

    def _found(self, form: int, key: str) -> set[UUID]:
        """By code or full name (0), or by short name (1). A file names the same few places again and again."""
        if (form, key) not in self._known:
            index = self._short if form else self._full
            self._known[form, key] = self._named(index, key) | (set() if form else self._codes.get(key, set()))
        return self._known[form, key]

    def find(self, text: str) -> UUID | None:
        """The place of a code, a name, or a name with places above, in any order; None for nothing. Raises `WrongRow`."""
        if not text:
            return None
        key = normalised(text)
        for form in (0, 1):
            found = self._found(form, key)
            own = found & self.mine
            if len(own) == 1:
                return next(iter(own))
            if self.anywhere and len(found) == 1:
                return next(iter(found))
            if own or (self.anywhere and found):
                raise WrongRow(_("Several places are called “%(name)s”: write the code, or the places above it too.", name=text[:60]))
            if found:
                raise WrongRow(_("“%(name)s” lies outside the places that you administer.", name=text[:60]))
        raise WrongRow(_("There is no place “%(name)s”.", name=text[:60]))
