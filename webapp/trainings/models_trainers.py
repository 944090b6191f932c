"""Tables of trainers as such: what they offer and when they cannot. Whether somebody is qualified follows from what they did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.ids import new_id


class TrainerProfile(Model):
    """What a trainer says of themselves: languages they train in (tags), topics, and whether they can be asked."""

    __tablename__ = "trainer_profiles"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    languages: Mapped[list[Any]] = mapped_column(default=list)
    about: Mapped[str] = mapped_column(Text, default="")
    listed: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class TrainerAway(Model):
    """Days on which a trainer cannot, first and last included."""

    __tablename__ = "trainer_away"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days"), Index("ix_trainer_away_person", "person_id", "first_day"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
