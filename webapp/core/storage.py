"""Files that people hand in: content by its hash on the disk, what it is called in one row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id


class StoredFile(Model):
    """A file that somebody handed in. Its name is the person's own word for it and can be erased."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    stored_at: Mapped[datetime] = mapped_column(index=True)
