"""Tables of operations on places: what was asked, when it holds, and what is needed to take it back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Json, Model, enum_column
from webapp.core.ids import new_id


class OperationKind(StrEnum):
    """What can be done to places."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    CLOSE = "close"


class Part(StrEnum):
    """What a place is to an operation."""

    CHANGED = "changed"
    CLOSED = "closed"
    HEIR = "heir"
    MADE = "made"
    PARENT = "parent"


class PlaceOperation(Model):
    """One operation, valid from a day on. Planned until that day, then carried out; or taken back; or refused when its day came.

    `asked` is the request as JSON, `before` the rows as they were and `after` a hash of the rows as it left them.
    """

    __tablename__ = "place_operations"
    __table_args__ = (
        Index("ix_place_operations_due", "done_at", "valid_from"),
        CheckConstraint("done_at IS NULL OR refused IS NULL", name="done_or_refused"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[OperationKind] = mapped_column(enum_column(OperationKind, "place_operation_kind"))
    country: Mapped[str] = mapped_column(ForeignKey("countries.code"))
    valid_from: Mapped[date]
    asked: Mapped[dict[str, Any]]
    # A person's id; people live in a room above this one.
    actor_id: Mapped[UUID | None]
    planned_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    refused: Mapped[str | None] = mapped_column(String(400))
    undone_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[str | None] = mapped_column(String(64))

    @property
    def waits(self) -> bool:
        """Whether its day is still to come."""
        return self.done_at is None and self.undone_at is None and self.refused is None


class PlaceOperationPart(Model):
    """A place that an operation concerns, for the history of the place."""

    __tablename__ = "place_operation_parts"

    operation_id: Mapped[UUID] = mapped_column(ForeignKey("place_operations.id"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True, index=True)
    part: Mapped[Part] = mapped_column(enum_column(Part, "place_operation_part"))
