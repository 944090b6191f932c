"""Dated changes of single places: the one way in which a state ends and another begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.places.models import Place, PlaceSpell
from webapp.places.rules import BEGINNING, PlaceIsClosed, TooEarly, full_name, own_terms, search_text

DATED = ("country", "code", "kind", "level", "parent_id", "path", "names", "short_names")
SEARCH_LANGUAGES = ("zh-Hans", "en")


def current_spell(place: Place) -> PlaceSpell:
    """The present state of an open place. Raises `PlaceIsClosed`. One query."""
    spell = db.session.scalar(select(PlaceSpell).where(PlaceSpell.place_id == place.id, PlaceSpell.valid_until.is_(None)))
    if spell is None or place.closed_on is not None:
        raise PlaceIsClosed(place.name())
    return spell


def current_spells(place_ids: Iterable[UUID]) -> dict[UUID, PlaceSpell]:
    """The present states of open places by the place's id. One query."""
    wanted = select(PlaceSpell).where(PlaceSpell.place_id.in_(list(place_ids)), PlaceSpell.valid_until.is_(None))
    return {spell.place_id: spell for spell in db.session.scalars(wanted)}


def first_spell(place: Place, since: date | None = None) -> PlaceSpell:
    """The first state of a new place, not yet added; it holds from the opening, from `since`, or from the beginning."""
    return PlaceSpell(place_id=place.id, valid_from=place.opened_on or since or BEGINNING, **_state(place))


def differs(place: Place, spell: PlaceSpell) -> bool:
    """Whether the place is now something else than its present spell says."""
    return any(getattr(place, name) != getattr(spell, name) for name in DATED)


def carry_forward(place: Place, spell: PlaceSpell, on: date) -> PlaceSpell | None:
    """Keep the place's new state from a day on; returns the new spell, not yet added, or None where the old one was amended.

    A second change on the day on which the present state began amends that state: nothing was valid for no day.
    Raises `TooEarly` where the present state began after that day.
    """
    if on < spell.valid_from:
        raise TooEarly(place.name(), spell.valid_from)
    if on == spell.valid_from:
        for name, value in _state(place).items():
            setattr(spell, name, value)
        return None
    spell.valid_until = on
    return PlaceSpell(place_id=place.id, valid_from=on, **_state(place))


def end(place: Place, spell: PlaceSpell, on: date) -> None:
    """Close a place: `on` is the first day on which it no longer is. Raises `TooEarly`."""
    if on <= spell.valid_from:
        raise TooEarly(place.name(), spell.valid_from)
    spell.valid_until = place.closed_on = on


def searchable(lineage: list[Place]) -> str:
    """The search text of the last place of a lineage."""
    place = lineage[-1]
    own = own_terms(place.names, place.short_names, place.reading)
    shorts = "".join({**above.names, **above.short_names}.get("zh-Hans", "") for above in lineage)
    return search_text([*own, place.code.casefold()], [*(full_name(lineage, tag) for tag in SEARCH_LANGUAGES), shorts])


def _state(place: Place) -> dict[str, object]:
    return {name: getattr(place, name) for name in DATED}
