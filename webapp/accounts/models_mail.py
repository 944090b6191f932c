"""The table of regular mails that somebody no longer wants."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model


class StoppedMail(Model):
    """A kind of regular mail that a person stopped; without a row they get it."""

    __tablename__ = "stopped_mails"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    stopped_at: Mapped[datetime]
