"""Reads of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.places.models import Place
from webapp.questionnaires.models import (
    ExerciseSheet,
    MemberRole,
    Sheet,
    SheetCell,
    SheetChange,
    SheetComment,
    SheetConflict,
    SheetMember,
    SheetMove,
)

PRESENT = timedelta(seconds=15)


@dataclass(frozen=True)
class Seen:
    """A sheet as one person finds it: `role` is None for somebody who is no member."""

    sheet: Sheet
    place: Place | None
    role: MemberRole | None
    section_id: str | None


@dataclass(frozen=True)
class Stored:
    """Current values by path, and the version of each."""

    values: Mapping[str, Any]
    versions: Mapping[str, int]
    writers: Mapping[str, UUID | None]


@dataclass(frozen=True)
class Listed:
    """A line of somebody's list of sheets."""

    sheet: Sheet
    role: MemberRole
    members: int
    open_conflicts: int


@dataclass(frozen=True)
class MemberLine:
    """A member by name; `at_path` is set only while they are there."""

    person_id: UUID
    name: str
    role: MemberRole
    at_path: str | None
    present: bool


@dataclass(frozen=True)
class ConflictLine:
    """Two values at one path: `theirs` holds, `mine` is kept beside it."""

    change_id: UUID
    path: str
    shown_at: str
    mine: Any
    person_id: UUID | None
    received_at: datetime


def seen(sheet_id: UUID, person_id: UUID) -> Seen | None:
    """A sheet with its place and the part this person has in it. One query."""
    row = db.session.execute(
        select(Sheet, Place, SheetMember.role, SheetMember.section_id)
        .outerjoin(Place, Place.id == Sheet.place_id)
        .outerjoin(SheetMember, (SheetMember.sheet_id == Sheet.id) & (SheetMember.person_id == person_id))
        .where(Sheet.id == sheet_id)
    ).first()
    return None if row is None else Seen(*row)


def stored(sheet_id: UUID) -> Stored:
    """All values of a sheet. One query."""
    rows = db.session.execute(
        select(SheetCell.path, SheetCell.value, SheetCell.version, SheetCell.person_id).where(SheetCell.sheet_id == sheet_id)
    ).all()
    return Stored(
        {row.path: row.value for row in rows if row.value is not None}, {row.path: row.version for row in rows},
        {row.path: row.person_id for row in rows},
    )


def changed_since(sheet_id: UUID, version: int) -> list[SheetCell]:
    """Cells that changed after a version of the sheet, oldest first. One query."""
    wanted = select(SheetCell).where(SheetCell.sheet_id == sheet_id, SheetCell.version > version)
    return list(db.session.scalars(wanted.order_by(SheetCell.version)))


def members(sheet_id: UUID, now: datetime) -> list[MemberLine]:
    """Members in the order in which they joined. One query."""
    rows = db.session.execute(
        select(SheetMember, Person.name).join(Person, Person.id == SheetMember.person_id).where(SheetMember.sheet_id == sheet_id)
        .order_by(SheetMember.joined_at, SheetMember.person_id)
    )
    return [_member(row, name, now) for row, name in rows]


def _member(row: SheetMember, name: str, now: datetime) -> MemberLine:
    present = row.seen_at is not None and row.seen_at > now - PRESENT
    return MemberLine(row.person_id, name, row.role, row.at_path if present else None, present)


def conflicts(sheet_id: UUID) -> list[ConflictLine]:
    """Open conflicts, oldest first. One query."""
    rows = db.session.execute(
        select(
            SheetConflict.change_id, SheetChange.path, SheetConflict.path, SheetChange.value, SheetChange.person_id,
            SheetChange.received_at,
        )
        .join(SheetChange, SheetChange.id == SheetConflict.change_id)
        .where(SheetConflict.sheet_id == sheet_id, SheetConflict.settled_at.is_(None)).order_by(SheetChange.number)
    )
    return [ConflictLine(*row) for row in rows]


def open_conflict(sheet_id: UUID, change_id: UUID) -> SheetConflict | None:
    """A conflict that waits to be settled. One query."""
    return db.session.scalar(select(SheetConflict).where(
        SheetConflict.sheet_id == sheet_id, SheetConflict.change_id == change_id, SheetConflict.settled_at.is_(None),
    ))


def history(sheet_id: UUID, *, path: str | None = None, before: int | None = None, limit: int = 50) -> list[SheetChange]:
    """Acknowledged changes, the newest first, of one path or of all. One query."""
    wanted = select(SheetChange).where(SheetChange.sheet_id == sheet_id)
    if path is not None:
        wanted = wanted.where(SheetChange.path == path)
    if before is not None:
        wanted = wanted.where(SheetChange.number < before)
    return list(db.session.scalars(wanted.order_by(SheetChange.number.desc()).limit(limit)))


def comments(sheet_id: UUID) -> list[tuple[SheetComment, str]]:
    """Comments and replies with the name of who wrote them, oldest first. One query."""
    wanted = select(SheetComment, Person.name).join(Person, Person.id == SheetComment.person_id)
    return [(row, name) for row, name in db.session.execute(wanted.where(SheetComment.sheet_id == sheet_id).order_by(SheetComment.id))]


def moves(sheet_id: UUID) -> list[tuple[SheetMove, str]]:
    """States the sheet came into, with the name of who moved it, oldest first. One query."""
    wanted = select(SheetMove, Person.name).join(Person, Person.id == SheetMove.person_id)
    return [(row, name) for row, name in db.session.execute(wanted.where(SheetMove.sheet_id == sheet_id).order_by(SheetMove.id))]


def of_exercise(person_id: UUID, course_id: str, step_id: str) -> Seen | None:
    """The sheet on which a person does an exercise. One query."""
    row = db.session.execute(
        select(Sheet, Place, SheetMember.role, SheetMember.section_id)
        .join(ExerciseSheet, ExerciseSheet.sheet_id == Sheet.id)
        .outerjoin(Place, Place.id == Sheet.place_id)
        .outerjoin(SheetMember, (SheetMember.sheet_id == Sheet.id) & (SheetMember.person_id == person_id))
        .where(ExerciseSheet.person_id == person_id, ExerciseSheet.course_id == course_id, ExerciseSheet.step_id == step_id)
    ).first()
    return None if row is None else Seen(*row)


def mine(person_id: UUID, *, limit: int, offset: int = 0) -> list[Listed]:
    """Sheets somebody has a part in, the last changed first. One query."""
    count = select(func.count()).select_from(SheetMember).where(SheetMember.sheet_id == Sheet.id).correlate(Sheet).scalar_subquery()
    waiting = (
        select(func.count()).select_from(SheetConflict).where(SheetConflict.sheet_id == Sheet.id, SheetConflict.settled_at.is_(None))
        .correlate(Sheet).scalar_subquery()
    )
    rows = db.session.execute(
        select(Sheet, SheetMember.role, count, waiting).join(SheetMember, SheetMember.sheet_id == Sheet.id)
        .where(SheetMember.person_id == person_id, Sheet.survey_id.is_(None))
        .order_by(Sheet.changed_at.desc(), Sheet.id).limit(limit).offset(offset)
    )
    return [Listed(*row) for row in rows]
