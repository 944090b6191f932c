"""Tables of what happens onsite: attendance with every mark that made it, the log of the day, files."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.core.storage import StoredFile


class Presence(StrEnum):
    """Whether somebody was there; unknown is what an undone first mark leaves."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class MarkChannel(StrEnum):
    """How a mark came: by the code on the projector, from the trainer's list, typed in from paper."""

    CODE = "code"
    LIST = "list"
    PAPER = "paper"


class MarkOutcome(StrEnum):
    """What became of a mark when it came: it holds; a newer one was there; somebody else says otherwise and a person must choose."""

    APPLIED = "applied"
    OLDER = "older"
    CONFLICT = "conflict"


class Attendance(Model):
    """Whether a participant was at a session, and for how many minutes. `clash_id` is a mark that says otherwise."""

    __tablename__ = "attendance"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes"), Index("ix_attendance_participant", "participant_id"))

    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id", ondelete="CASCADE"), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence, "presence"))
    minutes: Mapped[int] = mapped_column(default=0)
    arrived: Mapped[time | None]
    left: Mapped[time | None]
    version: Mapped[int] = mapped_column(default=1)
    # Counts the events of being there, for their sources: another length is another event.
    rounds: Mapped[int] = mapped_column(default=0)
    mark_id: Mapped[UUID | None]
    clash_id: Mapped[UUID | None]
    changed_at: Mapped[datetime]


class AttendanceMark(Model):
    """One mark, as a device made it: the id is the device's, so that sending it again finds it. Written once.

    `device_at` is what the device's clock said, `received_at` what ours did, `marked_at` the moment by our clock as far as the
    device's stopwatch tells it. `after` are the marks that the marker saw holding, as texts: it takes their place, and only
    theirs, in whatever order marks arrive. Arrived and left are None for the whole session.
    """

    __tablename__ = "attendance_marks"
    __table_args__ = (Index("ix_attendance_marks_session", "session_id", "participant_id", "received_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id", ondelete="CASCADE"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence, "mark_presence"))
    arrived: Mapped[time | None]
    left: Mapped[time | None]
    channel: Mapped[MarkChannel] = mapped_column(enum_column(MarkChannel, "mark_channel"))
    after: Mapped[list[Any]] = mapped_column(default=list)
    device: Mapped[str] = mapped_column(String(40), default="")
    device_at: Mapped[datetime]
    marked_at: Mapped[datetime]
    received_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    outcome: Mapped[MarkOutcome] = mapped_column(enum_column(MarkOutcome, "mark_outcome"))


class CheckInTicket(Model):
    """A ticket of a check-in page that was used: the hash of its number, so that it checks in one person once."""

    __tablename__ = "check_in_tickets"
    __table_args__ = (UniqueConstraint("session_id", "participant_id"),)

    ticket_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("training_sessions.id", ondelete="CASCADE"))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


class DayLog(Model):
    """What the trainers note of a day: how it went, what to do otherwise."""

    __tablename__ = "training_day_logs"

    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    changed_at: Mapped[datetime]


class TrainingFile(Model):
    """A photo or a file of a training. `in_report`: it is printed in the report; whoever can be seen in it agreed."""

    __tablename__ = "training_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    training_id: Mapped[UUID] = mapped_column(ForeignKey("trainings.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("training_sessions.id", ondelete="SET NULL"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"), index=True)
    caption: Mapped[str] = mapped_column(String(300), default="")
    in_report: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    added_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="raise_on_sql")


class MarkIsWritten(RuntimeError):
    """Somebody tried to change what a device sent."""


@event.listens_for(AttendanceMark, "before_update")
@event.listens_for(AttendanceMark, "before_delete")
def _refuse(_mapper: Mapper[AttendanceMark], _connection: Connection, mark: AttendanceMark) -> None:
    raise MarkIsWritten(str(mark.id))
