"""Reads of the page on which a sheet is filled in: few queries, whatever the number of fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, union_all

from webapp.accounts.models import Organisation, Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.storage import StoredFile
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.questionnaires.models import (
    MemberRole,
    QuestionnairePublication,
    Sheet,
    SheetCell,
    SheetChange,
    SheetComment,
    SheetConflict,
    SheetFile,
    SheetMember,
)
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.queries import PRESENT, MemberLine

MOST_FOUND = 12


@dataclass(frozen=True)
class Opened:
    """A sheet as one person opens it: `role` is None for somebody who is no member; `published` a revision that replaces the file.

    `survey` is the one it answers.
    """

    sheet: Sheet
    place: Place | None
    published: str | None
    members: tuple[MemberLine, ...]
    role: MemberRole | None
    section_id: str | None
    survey: Survey | None


@dataclass(frozen=True)
class Talk:
    """What is said at one path: all comments and replies, and the threads that are still open."""

    said: int
    open: int


NO_TALK = Talk(0, 0)


@dataclass(frozen=True)
class Uploaded:
    """A file on a sheet by its name, size in bytes, and media type."""

    id: UUID
    name: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Names:
    """What ids in values are called: organisations and places by id, files with what is known of them."""

    organisations: Mapping[str, str]
    files: Mapping[str, Uploaded]
    places: Mapping[str, str]


def opened(sheet_id: UUID, person_id: UUID, now: datetime) -> Opened | None:
    """A sheet with its place, its members and the revision that was published for it. One query."""
    rows = db.session.execute(
        select(Sheet, Place, QuestionnairePublication.revision, Survey, SheetMember, Person.name)
        .outerjoin(Survey, Survey.id == Sheet.survey_id).outerjoin(Place, Place.id == Sheet.place_id)
        .outerjoin(QuestionnairePublication, QuestionnairePublication.questionnaire_id == Sheet.questionnaire_id)
        .outerjoin(SheetMember, SheetMember.sheet_id == Sheet.id).outerjoin(Person, Person.id == SheetMember.person_id)
        .where(Sheet.id == sheet_id).order_by(SheetMember.joined_at, SheetMember.person_id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    members = [(row, name) for *_sheet, row, name in rows if row is not None]
    mine = next((row for row, _name in members if row.person_id == person_id), None)
    return Opened(
        rows[0][0], rows[0][1], rows[0][2], tuple(member_line(row, name, now) for row, name in members), mine.role if mine else None,
        mine.section_id if mine else None, rows[0][3],
    )


def member_line(row: SheetMember, name: str, now: datetime) -> MemberLine:
    """A member by name; where they are only while they are there."""
    present = row.seen_at is not None and row.seen_at > now - PRESENT
    return MemberLine(row.person_id, name, row.role, row.at_path if present else None, present)


def talks(sheet_id: UUID) -> dict[str, Talk]:
    """How much is said at each path; about the whole sheet under the empty path. One query."""
    rows = db.session.execute(
        select(
            SheetComment.path, func.count(),
            func.count().filter(SheetComment.reply_to_id.is_(None), SheetComment.resolved_at.is_(None)),
        ).where(SheetComment.sheet_id == sheet_id).group_by(SheetComment.path)
    )
    return {path or "": Talk(said, unresolved) for path, said, unresolved in rows}


def writers(sheet_id: UUID) -> dict[UUID, str]:
    """Names of those whose change waits in an open conflict. One query."""
    rows = db.session.execute(
        select(Person.id, Person.name).join(SheetChange, SheetChange.person_id == Person.id)
        .join(SheetConflict, SheetConflict.change_id == SheetChange.id)
        .where(SheetConflict.sheet_id == sheet_id, SheetConflict.settled_at.is_(None)).distinct()
    )
    return {row.id: row.name for row in rows}


def names(sheet_id: UUID, *, organisations: Collection[str], files: bool, at: Collection[str], language: str) -> Names:
    """What ids in values are called. Two queries at most: organisations with files, and places."""
    parts = []
    if organisations:
        ids = [UUID(each) for each in organisations]
        parts.append(select(Organisation.id, Organisation.name, literal(-1), literal("")).where(Organisation.id.in_(ids)))
    if files:
        parts.append(
            select(StoredFile.id, StoredFile.name, StoredFile.size, StoredFile.media_type)
            .join(SheetFile, SheetFile.file_id == StoredFile.id).where(SheetFile.sheet_id == sheet_id)
        )
    rows: list[Any] = [tuple(row) for row in db.session.execute(union_all(*parts) if len(parts) > 1 else parts[0])] if parts else []
    called = places.full_names([UUID(each) for each in at], language) if at else {}
    return Names(
        {str(row_id): name for row_id, name, size, _type in rows if size < 0},
        {str(row_id): Uploaded(row_id, name, size, media_type) for row_id, name, size, media_type in rows if size >= 0},
        {str(place_id): name for place_id, name in called.items()},
    )


def cells_of(sheet_id: UUID, fields: Collection[str]) -> dict[str, tuple[Any, int]]:
    """Value and version of every cell of some fields. One query."""
    rows = db.session.execute(
        select(SheetCell.path, SheetCell.value, SheetCell.version).where(SheetCell.sheet_id == sheet_id, SheetCell.field_id.in_(fields))
    )
    return {path: (value, version) for path, value, version in rows}


def values_at(sheet_id: UUID, paths: Iterable[str], version: int) -> dict[str, Any]:
    """What each path held when the sheet had this version; paths that held nothing are left out. One query, none for no paths."""
    wanted = set(paths)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(SheetChange.path, SheetChange.result)
        .where(SheetChange.sheet_id == sheet_id, SheetChange.path.in_(wanted), SheetChange.version <= version).order_by(SheetChange.number)
    )
    return {row.path: row.result for row in rows}


def revisions_of(sheet_id: UUID, paths: Collection[str]) -> dict[str, str]:
    """The definition under which each of these paths was last written. One query."""
    rows = db.session.execute(
        select(SheetChange.path, SheetChange.revision).where(SheetChange.sheet_id == sheet_id, SheetChange.path.in_(paths))
        .order_by(SheetChange.number)
    )
    return {row.path: row.revision for row in rows}


def organisations_called(words: str, place_id: UUID | None) -> list[tuple[UUID, str]]:
    """Organisations by the beginning or a part of their name, those of a place first; merged ones not. One query."""
    key = words.strip().casefold()[:60]
    if not key:
        return []
    wanted = select(Organisation.id, Organisation.name).where(
        Organisation.merged_into_id.is_(None),
        Organisation.name_key.contains(key, autoescape=True) | Organisation.search.contains(key, autoescape=True),
    )
    near = (Organisation.place_id == place_id).desc() if place_id else Organisation.sort_key
    found = db.session.execute(wanted.order_by(near, Organisation.sort_key, Organisation.id).limit(MOST_FOUND))
    return [(row.id, row.name) for row in found]


def file_of(sheet_id: UUID, file_id: UUID) -> tuple[StoredFile, str] | None:
    """A file of this sheet and the field it was put at. One query."""
    row = db.session.execute(
        select(StoredFile, SheetFile.field_id).join(SheetFile, SheetFile.file_id == StoredFile.id)
        .where(SheetFile.sheet_id == sheet_id, StoredFile.id == file_id)
    ).first()
    return None if row is None else (row[0], row[1])


def stored_bytes(sheet_id: UUID) -> int:
    """How much the files of a sheet take, in bytes. One query."""
    total = select(func.coalesce(func.sum(StoredFile.size), 0)).join(SheetFile, SheetFile.file_id == StoredFile.id)
    return int(db.session.scalar(total.where(SheetFile.sheet_id == sheet_id)) or 0)
