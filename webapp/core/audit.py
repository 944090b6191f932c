"""The audit trail: who did what to what, when. Ids only, never names; append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from webapp.core.database import Json, Model, db
from webapp.core.ids import new_id


class AuditEntry(Model):
    """One act. Person ids carry no foreign key: the trail outlives the row that names the person."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_kind", "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)


class AuditIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete an entry."""


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(_mapper: Mapper[AuditEntry], _connection: Connection, entry: AuditEntry) -> None:
    raise AuditIsAppendOnly(str(entry.id))


def record(
    *, actor_id: UUID | None, action: str, subject: tuple[str, object], now: datetime,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:
    """Add an entry in the caller's unit of work. `subject` is (kind, id); `before` and `after` hold ids and values, never names."""
    kind, subject_id = subject
    db.session.add(
        AuditEntry(at=now, actor_id=actor_id, action=action, subject_kind=kind, subject_id=str(subject_id), before=before, after=after)
    )
