"""Tables of invitation codes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation, Person
from webapp.core.database import Model
from webapp.core.ids import new_id
from webapp.places.models import Place


class InvitationCode(Model):
    """A code that somebody types to join: for a group with a limit, or for one person who is registered already.

    A group's code is kept as it is, for it gives no account by itself; of a person's code only the hash is kept.
    """

    __tablename__ = "invitation_codes"
    __table_args__ = (
        CheckConstraint("most_uses >= 1 AND uses >= 0 AND uses <= most_uses", name="uses"),
        CheckConstraint("person_id IS NULL OR (most_uses = 1 AND code IS NULL)", name="personal"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str | None] = mapped_column(String(20))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    most_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    made_by: Mapped[Person | None] = relationship(foreign_keys=[made_by_id], lazy="raise_on_sql")


class InvitationUse(Model):
    """Who joined by which code, once each."""

    __tablename__ = "invitation_uses"
    __table_args__ = (UniqueConstraint("invitation_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation_codes.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime]
