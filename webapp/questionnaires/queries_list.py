"""Reads of lists of sheets: one's own, those that wait, and how many wait for feedback."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from webapp.accounts.finding import in_trees
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.questionnaires import definitions, queries_filled
from webapp.questionnaires.models import (
    MemberRole,
    QuestionnairePublication,
    Sheet,
    SheetConflict,
    SheetMember,
    SheetState,
)
from webapp.questionnaires.presenting import title_of

MOST_WAITING = 5


@dataclass(frozen=True)
class Line:
    """A sheet in its member's list. `filled` of the `asked` fields that are shown hold something; `others` are names of other members."""

    sheet: Sheet
    title: str
    role: MemberRole
    others: tuple[str, ...]
    open_conflicts: int
    filled: int
    asked: int


def own_count(person_id: UUID) -> int:
    """How many sheets somebody has a part in. One query."""
    return db.session.scalar(_own(person_id).with_only_columns(func.count())) or 0


def own(person_id: UUID, *, limit: int, offset: int = 0, only: ColumnElement[bool] | None = None) -> list[Line]:
    """Sheets somebody has a part in, the last changed first. Four queries at most, none but the first where there are none."""
    wanted = _own(person_id) if only is None else _own(person_id).where(only)
    rows = db.session.execute(wanted.order_by(Sheet.changed_at.desc(), Sheet.id).limit(limit).offset(offset)).all()
    if not rows:
        return []
    ids = [sheet.id for sheet, *_rest in rows]
    read = definitions.of_revisions({sheet.revision for sheet, *_rest in rows} | {row[3] for row in rows if row[3]})
    by_sheet = {
        sheet.id: definitions.of_sheet(sheet, published if published in read else None)
        for sheet, _role, _conflicts, published in rows if sheet.revision in read
    }
    others, filled = _names(ids, person_id), queries_filled.progress(by_sheet)
    return [
        Line(
            sheet, title_of(sheet, by_sheet[sheet.id]) if sheet.id in by_sheet else sheet.title or sheet.questionnaire_id, role,
            tuple(others.get(sheet.id, ())), open_conflicts, *filled.get(sheet.id, (0, 0)),
        )
        for sheet, role, open_conflicts, _published in rows
    ]


def _own(person_id: UUID) -> Select[Sheet, MemberRole, int, str | None]:
    clashes = (
        select(func.count()).select_from(SheetConflict).where(SheetConflict.sheet_id == Sheet.id, SheetConflict.settled_at.is_(None))
        .correlate(Sheet).scalar_subquery()
    )
    return (
        select(Sheet, SheetMember.role, clashes, QuestionnairePublication.revision)
        .join(SheetMember, SheetMember.sheet_id == Sheet.id)
        .outerjoin(QuestionnairePublication, QuestionnairePublication.questionnaire_id == Sheet.questionnaire_id)
        .where(SheetMember.person_id == person_id, Sheet.survey_id.is_(None))
    )


def _names(sheet_ids: Sequence[UUID], person_id: UUID) -> dict[UUID, list[str]]:
    """Names of the other members. One query."""
    found: dict[UUID, list[str]] = {}
    rows = db.session.execute(
        select(SheetMember.sheet_id, Person.name).join(Person, Person.id == SheetMember.person_id)
        .where(SheetMember.sheet_id.in_(sheet_ids), SheetMember.person_id != person_id)
        .order_by(SheetMember.joined_at, SheetMember.person_id)
    )
    for sheet_id, name in rows:
        found.setdefault(sheet_id, []).append(name)
    return found


def waiting_for_me(person_id: UUID) -> list[Line]:
    """Sheets somebody has to go on with: returned ones, and drafts they write. Four queries at most."""
    return own(person_id, limit=MOST_WAITING, only=to_go_on_with())


def to_go_on_with(sheet: Any = Sheet, member: Any = SheetMember) -> ColumnElement[bool]:
    """The condition that a sheet, joined with its members, waits for the member. Arguments: the classes or columns of their tables."""
    return or_(sheet.state == SheetState.RETURNED, and_(sheet.state == SheetState.DRAFT, member.role != MemberRole.COMMENTER))


def to_review_count(paths: Collection[str] | None, person_id: UUID) -> int:
    """How many sheets below these places (None: everywhere) wait for feedback, those one writes oneself apart. One query."""
    return db.session.scalar(reviewable(paths, person_id).where(Sheet.state == SheetState.SHARED).with_only_columns(func.count())) or 0


def reviewable(paths: Collection[str] | None, person_id: UUID) -> Select[UUID]:
    """Sheets that are or were handed in below these places, but not the reader's own."""
    shown = (SheetState.SHARED, SheetState.RETURNED, SheetState.DONE)
    mine = select(SheetMember.sheet_id).where(SheetMember.person_id == person_id, SheetMember.role != MemberRole.COMMENTER)
    wanted = select(Sheet.id).where(Sheet.state.in_(shown), Sheet.survey_id.is_(None), Sheet.anonymous.is_(False), Sheet.id.not_in(mine))
    scope = in_trees(Sheet.place_id, paths)
    return wanted if scope is None else wanted.where(scope)
