"""Rows that name a person by one column, when two people become one and when they part again: the piece that every room calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select, update

from webapp.core.database import db
from webapp.core.signals import PeopleMerged, PeopleParted

# The name under which the keys of the rows are kept, the key, and the column that names the person.
Named = Sequence[tuple[str, Any, Any]]
# Values that one statement takes.
AT_ONCE = 500


def move(named: Named, event: PeopleMerged) -> dict[str, Any]:
    """Give the rows of the one who goes to the one who stays; their keys by name, for `put_back`. Two statements a column and 500 rows."""
    moved = {}
    for name, key, person in named:
        keys = list(db.session.scalars(select(key).where(person == event.gone_id)))
        give(key, person, keys, whose=event.gone_id, to=event.kept_id)
        moved[name] = [str(each) for each in keys]
    return moved


def put_back(named: Named, event: PeopleParted, moved: dict[str, Any]) -> None:
    """Give back what `move` moved and what still belongs to the one who stayed. A statement a column and 500 rows."""
    for name, key, person in named:
        words = moved.get(name, ())
        keys = [UUID(each) for each in words] if isinstance(key.type, Uuid) else list(words)
        give(key, person, keys, whose=event.kept_id, to=event.gone_id)


def give(key: Any, person: Any, keys: Sequence[Any], *, whose: UUID, to: UUID) -> None:
    """Bring the rows that are still `whose` to somebody else, past the guards of logs: who a writer is, not what they wrote."""
    for start in range(0, len(keys), AT_ONCE):
        mine = (key.in_(keys[start : start + AT_ONCE]), person == whose)
        db.session.execute(update(person.class_).where(*mine).values({person.key: to}).execution_options(synchronize_session=False))
