"""Tables of response sheets: the current values, the log of every change, people, comments, conflicts, files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from webapp.core.database import Json, Model, enum_column
from webapp.core.ids import new_id

PATH_LENGTH = 200
SURVEYED = text("survey_id IS NOT NULL")
OPEN = text("settled_at IS NULL")
# Where anonymous answers lie, and who has answered, rows stand in the order of their keys, not in that in which they came.
IN_ORDER_OF_KEYS = {"sqlite_with_rowid": False}


class SheetState(StrEnum):
    """Being written; shown to a trainer (an exercise: handed in); given back with words; accepted."""

    DRAFT = "draft"
    SHARED = "shared"
    RETURNED = "returned"
    DONE = "done"


class MemberRole(StrEnum):
    """What somebody may do with a sheet; its owner also says who else may."""

    OWNER = "owner"
    EDITOR = "editor"
    COMMENTER = "commenter"


class Outcome(StrEnum):
    """What became of a change: it is the value now, went into it, or waits beside it for somebody to choose."""

    APPLIED = "applied"
    MERGED = "merged"
    CONFLICT = "conflict"


class Sheet(Model):
    """One filled-in copy of a questionnaire.

    `version` counts the changes that took effect; each cell keeps the one that last touched it. `revision` is the
    definition under which it was last written. An anonymous sheet has no member and no log, a random id, and as its times
    the day on which its survey opened.
    """

    __tablename__ = "sheets"
    __table_args__ = (
        Index("ix_sheets_course", "course_id", "step_id"),
        Index("ix_sheets_survey", "survey_id", "id", sqlite_where=SURVEYED, postgresql_where=SURVEYED),
        CheckConstraint("(course_id IS NULL) = (step_id IS NULL)", name="step"),
        CheckConstraint("version >= 0 AND changes >= version", name="version"),
        IN_ORDER_OF_KEYS,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    questionnaire_id: Mapped[str] = mapped_column(String(60), index=True)
    revision: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(20))
    state: Mapped[SheetState] = mapped_column(enum_column(SheetState, "sheet_state"), default=SheetState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    # How many changes were acknowledged, those in conflict included: the number of the last one.
    changes: Mapped[int] = mapped_column(default=0)
    anonymous: Mapped[bool] = mapped_column(default=False)
    course_id: Mapped[str | None] = mapped_column(String(60))
    step_id: Mapped[str | None] = mapped_column(String(60))
    survey_id: Mapped[UUID | None] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"))
    # Where it belongs: decides which trainers and staff may read it once it is shared.
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    # Of a survey: organisation type, position level, sex and place of the moment of the answer, by their names.
    dimensions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    join_code: Mapped[str | None] = mapped_column(String(20), unique=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
    shared_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class SheetMember(Model):
    """Somebody who writes or comments on a sheet, with the page last seen, and the field they are at just now."""

    __tablename__ = "sheet_members"

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[MemberRole] = mapped_column(enum_column(MemberRole, "member_role"))
    joined_at: Mapped[datetime]
    section_id: Mapped[str | None] = mapped_column(String(60))
    at_path: Mapped[str | None] = mapped_column(String(PATH_LENGTH))
    seen_at: Mapped[datetime | None]


class SheetCell(Model):
    """The current value at a path; JSON null where something was there and was cleared, or where a row was removed."""

    __tablename__ = "sheet_cells"
    __table_args__ = (Index("ix_sheet_cells_field", "field_id", "sheet_id"), IN_ORDER_OF_KEYS)

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(PATH_LENGTH), primary_key=True)
    field_id: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(Json)
    version: Mapped[int]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    changed_at: Mapped[datetime]


class SheetChange(Model):
    """One change that was acknowledged, in the order of `number` within its sheet. Written once, never changed.

    The id is the writer's, so that sending it again finds it. `version` is the sheet's version that it made, None for a
    conflict; `result` is what the cell held afterwards.
    """

    __tablename__ = "sheet_changes"
    __table_args__ = (
        UniqueConstraint("sheet_id", "number"),
        Index("ix_sheet_changes_path", "sheet_id", "path", "number"),
        CheckConstraint("(outcome = 'conflict') = (version IS NULL)", name="conflict"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    number: Mapped[int]
    path: Mapped[str] = mapped_column(String(PATH_LENGTH))
    base: Mapped[int]
    version: Mapped[int | None]
    value: Mapped[Any] = mapped_column(Json)
    result: Mapped[Any] = mapped_column(Json)
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome, "change_outcome"))
    revision: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    device_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class LogIsAppendOnly(RuntimeError):
    """Somebody tried to change an acknowledged change."""


@event.listens_for(SheetChange, "before_update")
def _refuse(_mapper: Mapper[SheetChange], _connection: Connection, entry: SheetChange) -> None:
    raise LogIsAppendOnly(str(entry.id))


class SheetConflict(Model):
    """A change that met another one at the same place, until somebody settles it."""

    __tablename__ = "sheet_conflicts"
    __table_args__ = (
        Index("ix_sheet_conflicts_open", "sheet_id", "path", sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("settled_at IS NOT NULL OR settled_by_id IS NULL", name="settled"),
    )

    change_id: Mapped[UUID] = mapped_column(ForeignKey("sheet_changes.id", ondelete="CASCADE"), primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(PATH_LENGTH))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)


class SheetComment(Model):
    """Words about a field (or, without a path, about the sheet), and the replies to them. Feedback of a trainer is one too."""

    __tablename__ = "sheet_comments"
    __table_args__ = (Index("ix_sheet_comments_sheet", "sheet_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    path: Mapped[str | None] = mapped_column(String(PATH_LENGTH))
    reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("sheet_comments.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    feedback: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)


class SheetMove(Model):
    """A state that a sheet came into: who moved it there, and when."""

    __tablename__ = "sheet_moves"
    __table_args__ = (Index("ix_sheet_moves_sheet", "sheet_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"))
    state: Mapped[SheetState] = mapped_column(enum_column(SheetState, "move_state"))
    version: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]


class ExerciseSheet(Model):
    """The sheet on which a person does an exercise: one each, and one for all members of a group."""

    __tablename__ = "exercise_sheets"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    course_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), index=True)


class SheetFile(Model):
    """A file that was put on a sheet."""

    __tablename__ = "sheet_files"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"), primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("sheets.id", ondelete="CASCADE"), index=True)
    field_id: Mapped[str] = mapped_column(String(60))


class QuestionnairePublication(Model):
    """The pointer every worker follows: this revision is the questionnaire, instead of the shipped file (if there is one)."""

    __tablename__ = "questionnaire_publications"

    questionnaire_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.hash"), index=True)
    published_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)


class QuestionnaireDraft(Model):
    """What an author is building. `version` grows with every saved change: who saves over another's is told."""

    __tablename__ = "questionnaire_drafts"

    questionnaire_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    content: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
