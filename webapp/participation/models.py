"""The table of participation events."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.places.models import PathText


class EventKind(StrEnum):
    """What can happen to a person."""

    VIEWED = "viewed"
    ENROLLED = "enrolled"
    STARTED = "started"
    SUBMITTED = "submitted"
    PASSED = "passed"
    CERTIFIED = "certified"
    INVITED = "invited"
    REGISTERED = "registered"
    ATTENDED = "attended"
    COMPLETED = "completed"
    # What it corrects did not happen, or was taken back. It counts as nothing itself.
    RETRACTED = "retracted"


class Device(StrEnum):
    """The kind of device, told by the browser's own name of itself."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How it reached us."""

    ONLINE = "online"
    ONSITE = "onsite"
    PAPER = "paper"
    IMPORT = "import"


class ParticipationEvent(Model):
    """One thing that happened. Never changed: a correction is a new row that names the old one.

    `source` names the row that caused it, so that a repeated request writes nothing twice.
    """

    __tablename__ = "participation_events"
    __table_args__ = (
        Index("ix_participation_events_kind_time", "kind", "happened_at"),
        Index("ix_participation_events_course", "course_id", "kind"),
        Index("ix_participation_events_training", "training_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind, "event_kind"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(120), unique=True)
    course_id: Mapped[str | None] = mapped_column(String(60))
    course_revision: Mapped[str | None] = mapped_column(String(64))
    step_id: Mapped[str | None] = mapped_column(String(60))
    training_id: Mapped[UUID | None]
    attempt_id: Mapped[UUID | None]
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    place_path: Mapped[str | None] = mapped_column(PathText, index=True)
    organisation_type: Mapped[str | None] = mapped_column(String(40))
    position_level: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(20))
    age_band: Mapped[str | None] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(20))
    device: Mapped[Device] = mapped_column(enum_column(Device, "device"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"))
    # Whether the quiz counts for completion; null where no quiz is meant. A practice check is not a test taken.
    graded: Mapped[bool | None]
    # Of attendance: how long. Another length is another event that corrects this one.
    minutes: Mapped[int | None]
    # Unique, or two corrections of one event would count as two.
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("participation_events.id"), unique=True)


class ViewCount(Model):
    """Showings of a course step to visitors without an account, of one day of the programme's zone and one kind of visit, as a number.

    They come from single events that were rolled up, and from counts of former years. Whoever has an account keeps their events.
    A row is never changed: more of the same kind is another row.
    """

    __tablename__ = "view_counts"
    __table_args__ = (CheckConstraint("number >= 0", name="number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    day: Mapped[date] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    # What it comes from, so that nothing is counted in twice: `views:<day>`, `past:<batch>`.
    source: Mapped[str] = mapped_column(String(80), index=True)
    course_id: Mapped[str | None] = mapped_column(String(60))
    step_id: Mapped[str | None] = mapped_column(String(60))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    place_path: Mapped[str | None] = mapped_column(PathText)
    language: Mapped[str] = mapped_column(String(20))
    device: Mapped[Device] = mapped_column(enum_column(Device, "device"))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"))
    number: Mapped[int]
