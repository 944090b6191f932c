"""Tables of what people were at which time, of other names of organisations, and of changes that can be undone."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Organisation
from webapp.core.database import Json, Model, enum_column
from webapp.core.ids import new_id
from webapp.places.models import Place

STILL = text("valid_until IS NULL")


class PersonSpell(Model):
    """Where a person worked, and as what, from one day until before another. The spells of a person follow without overlap.

    The first change of somebody without spells writes two: what was so far (from `BEGINNING`) and what is new. The last spell
    equals the person's row. Participation events keep their own copy of the moment and never look here.
    """

    __tablename__ = "person_spells"
    __table_args__ = (
        Index("uq_person_spells_open", "person_id", unique=True, sqlite_where=STILL, postgresql_where=STILL),
        UniqueConstraint("person_id", "valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="dates"),
        CheckConstraint("position_level IS NULL OR position_level IN (10, 20, 30, 40, 50)", name="position_level"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    position_level: Mapped[int | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class OrganisationAlias(Model):
    """Another name of an organisation in its place: a former one, a short one, the one of an organisation merged into it."""

    __tablename__ = "organisation_aliases"
    __table_args__ = (UniqueConstraint("organisation_id", "name_key"), Index("ix_organisation_aliases_name_key", "name_key"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class ChangeKind(StrEnum):
    """What was done to many rows at once."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    MOVED = "moved"
    ORGANISATIONS_MERGED = "organisations_merged"
    PEOPLE_MERGED = "people_merged"


class BulkChange(Model):
    """What one action did to which rows, with what undoing needs: ids and values, never names."""

    __tablename__ = "bulk_changes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind, "change_kind"))
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    rows: Mapped[list[Any]] = mapped_column(Json)
    undone_at: Mapped[datetime | None]


class DifferentPeople(Model):
    """Two people who look alike and are not one, as somebody found out: they are not shown as possible duplicates again.

    The ids stand in their order, so that a pair is there once.
    """

    __tablename__ = "different_people"
    __table_args__ = (CheckConstraint("first_id <= second_id", name="order"),)

    first_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    marked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    marked_at: Mapped[datetime]
