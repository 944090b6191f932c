"""Reads of the log of a sheet, with what stood there before each change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires.models import SheetChange, SheetConflict

PER_PAGE = 50


@dataclass(frozen=True)
class Logged:
    """A change with the value before it and its writer's name; `open` tells that it waits in a conflict."""

    change: SheetChange
    before: Any
    name: str
    open: bool


def log(
    sheet_id: UUID, *, field_id: str | None = None, person_id: UUID | None = None, before: int | None = None, limit: int = PER_PAGE,
) -> list[Logged]:
    """Acknowledged changes, the newest first. One query, along the index of a path for what stood there before."""
    earlier = aliased(SheetChange)
    was = (
        select(earlier.result)
        .where(earlier.sheet_id == SheetChange.sheet_id, earlier.path == SheetChange.path, earlier.number < SheetChange.number)
        .order_by(earlier.number.desc()).limit(1).correlate(SheetChange).scalar_subquery()
    )
    wanted = (
        select(SheetChange, was, Person.name, SheetConflict.change_id.is_not(None))
        .outerjoin(Person, Person.id == SheetChange.person_id)
        .outerjoin(SheetConflict, (SheetConflict.change_id == SheetChange.id) & SheetConflict.settled_at.is_(None))
        .where(SheetChange.sheet_id == sheet_id)
    )
    if field_id is not None:
        wanted = wanted.where(in_field(field_id))
    if person_id is not None:
        wanted = wanted.where(SheetChange.person_id == person_id)
    if before is not None:
        wanted = wanted.where(SheetChange.number < before)
    rows = db.session.execute(wanted.order_by(SheetChange.number.desc()).limit(limit))
    return [Logged(row[0], row[1], row[2] or "", bool(row[3])) for row in rows]


def in_field(field_id: str) -> ColumnElement[bool]:
    """Changes of a field or of anything in it."""
    return or_(SheetChange.path == field_id, SheetChange.path.startswith(f"{field_id}/", autoescape=True))


def change_of(sheet_id: UUID, change_id: UUID) -> SheetChange | None:
    """A change of this sheet. One query."""
    return db.session.scalar(select(SheetChange).where(SheetChange.sheet_id == sheet_id, SheetChange.id == change_id))


def writers(sheet_id: UUID) -> list[tuple[UUID, str]]:
    """Everybody who changed something, by name; those who left too. One query."""
    wrote = select(SheetChange.person_id).where(SheetChange.sheet_id == sheet_id).distinct()
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wrote)).order_by(Person.sort_key, Person.id))
    return [(row.id, row.name) for row in rows]
