"""Tables of those who take part: invited, registered, waiting; and of the lists that trainers bring."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from webapp.accounts.models import Person
from webapp.core.database import Json, Model, enum_column
from webapp.core.ids import new_id


class ParticipantState(StrEnum):
    """Named by a trainer; asked; applied and to be approved; has a seat; waits for one; said no; took it back; was refused."""

    LISTED = "listed"
    INVITED = "invited"
    APPLIED = "applied"
    REGISTERED = "registered"
    WAITING = "waiting"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class JoinedBy(StrEnum):
    """How somebody came onto the list."""

    TRAINER = "trainer"
    IMPORT = "import"
    LINK = "link"
    WALK_IN = "walk_in"
    SUBSTITUTE = "substitute"


class Participant(Model):
    """A person of a training, once each.

    `code` opens their own page without a sign-in and stands on their paper forms. `queue` orders the waiting list. `form_before` is
    the form drawn for the test before; the other one comes after. `rounds` counts registrations, for the sources of events.
    """

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("training_id", "person_id"),
        Index("ix_participants_state", "training_id", "state", "queue"),
        CheckConstraint("(state = 'waiting') = (queue IS NOT NULL)", name="queue"),
        CheckConstraint("form_before IN ('a', 'b')", name="form_before"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[ParticipantState] = mapped_column(enum_column(ParticipantState, "participant_state"))
    joined_by: Mapped[JoinedBy] = mapped_column(enum_column(JoinedBy, "joined_by"))
    code: Mapped[str] = mapped_column(String(24), unique=True)
    queue: Mapped[int | None]
    group: Mapped[str] = mapped_column(String(120), default="")
    form_before: Mapped[str] = mapped_column(String(1))
    rounds: Mapped[int] = mapped_column(default=0)
    listed_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    # The sequence of the calendar entry that was mailed last; None before the first.
    calendar_sent: Mapped[int | None]
    substitute_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    diet: Mapped[str] = mapped_column(String(200), default="")
    access: Mapped[str] = mapped_column(String(300), default="")
    interpretation: Mapped[str] = mapped_column(String(200), default="")
    needs_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    # When the link to each test was mailed, and the newest reminder of one: the claim by which each goes out once.
    test_before_sent_at: Mapped[datetime | None]
    test_after_sent_at: Mapped[datetime | None]
    test_reminded_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class ListState(StrEnum):
    """Where a list is on its way in."""

    MAPPING = "mapping"
    READY = "ready"
    QUEUED = "queued"
    DONE = "done"
    STOPPED = "stopped"


class ParticipantList(Model):
    """A list of people that a trainer pasted or uploaded, from its columns to the last row. Rows go a week after it."""

    __tablename__ = "participant_lists"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[ListState] = mapped_column(enum_column(ListState, "list_state"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    head: Mapped[list[Any]] = mapped_column(Json)
    columns: Mapped[list[Any]] = mapped_column(Json)
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    rows: Mapped[list[Any]] = deferred(mapped_column(Json))
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    problems: Mapped[list[Any]] = mapped_column(Json)
    finished_at: Mapped[datetime | None]
