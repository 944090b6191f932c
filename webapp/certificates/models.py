"""The table of certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Json, Model
from webapp.core.ids import new_id


class Certificate(Model):
    """An award, once a person, award and edition. `printed` freezes what stands on it; later edits change nothing."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("person_id", "award", "edition"),
        CheckConstraint("(course_id IS NULL) <> (training_id IS NULL)", name="of_one"),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked_with_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    award: Mapped[str] = mapped_column(String(80), index=True)
    edition: Mapped[str] = mapped_column(String(20))
    # Of a course or of a training.
    course_id: Mapped[str | None] = mapped_column(String(60))
    course_revision: Mapped[str | None] = mapped_column(String(64))
    training_id: Mapped[UUID | None] = mapped_column(ForeignKey("trainings.id"), index=True)
    printed: Mapped[dict[str, Any]] = mapped_column(Json)
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    revoke_reason: Mapped[str | None] = mapped_column(String(300))
