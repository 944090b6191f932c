"""The table of rows that followed a place to its successor: what taking the operation back needs, and nothing longer."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, enum_column


class Follower(StrEnum):
    """What followed: a person, an organisation, a spell of a person that ended for a new one, or one that was amended."""

    PERSON = "person"
    ORGANISATION = "organisation"
    SPELL_ENDED = "spell_ended"
    SPELL_AMENDED = "spell_amended"


class PlaceFollow(Model):
    """A row that left a place when the operation was carried out. The row may be gone since, so its id is no foreign key."""

    __tablename__ = "place_follows"

    operation_id: Mapped[UUID] = mapped_column(ForeignKey("place_operations.id"), primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Follower] = mapped_column(enum_column(Follower, "follower"))
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
