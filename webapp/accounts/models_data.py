"""Tables of a person's say over their data: consent to a version of the notice, and the wish to be erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id

PENDING = text("undone_at IS NULL AND done_at IS NULL")
IN_FORCE = text("withdrawn_at IS NULL")


class Consent(Model):
    """Somebody read a version of the privacy notice and agreed, in a language; withdrawing ends it and keeps that it was."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("uq_consents_in_force", "person_id", "version", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ErasureRequest(Model):
    """A person asked to be erased; until `due_at` they can think better of it."""

    __tablename__ = "erasure_requests"
    __table_args__ = (
        Index("uq_erasure_requests_pending", "person_id", unique=True, sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_erasure_requests_due", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    keep_certificates: Mapped[bool]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    # Why it could not be done when it was due, as a word; it is tried again.
    stopped: Mapped[str | None] = mapped_column(String(60))
