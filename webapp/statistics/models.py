"""Tables of statistics: what was precomputed, frozen, checked; saved views and their mails; what was planned; and the past."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Person
from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.places.models import PathText, Place


class Cadence(StrEnum):
    """How often a view is mailed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class PastKind(StrEnum):
    """Totals as somebody reported them, or a list of people."""

    TOTALS = "totals"
    PEOPLE = "people"


class PastState(StrEnum):
    """Sent and looked at, brought in, or taken back."""

    SENT = "sent"
    BROUGHT = "brought"
    TAKEN_BACK = "taken-back"


class Snapshot(Model):
    """A columnar copy of all participation, for counting. `cut_off` is the moment up to which it holds every row."""

    __tablename__ = "statistic_snapshots"

    number: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(String(80))
    cut_off: Mapped[datetime]
    rows: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]


class Answer(Model):
    """A figure, or a table of figures, that was counted from a snapshot once."""

    __tablename__ = "statistic_answers"

    snapshot: Mapped[int] = mapped_column(ForeignKey("statistic_snapshots.number", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class SavedView(Model):
    """A statistics page as somebody set it up: the page and its query, under a name. `shared`: staff of the place see it too."""

    __tablename__ = "statistic_views"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(120))
    page: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    created_at: Mapped[datetime]
    # Deleting can be undone for a while; until then the row stays and nobody but its owner sees it.
    deleted_at: Mapped[datetime | None]


class Mailing(Model):
    """A saved view that is mailed to its owner after each month or quarter. `sent_until` is the last day of what went out last."""

    __tablename__ = "statistic_mailings"
    __table_args__ = (UniqueConstraint("view_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    view_id: Mapped[UUID] = mapped_column(ForeignKey("statistic_views.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    cadence: Mapped[Cadence] = mapped_column(enum_column(Cadence, "cadence"))
    created_at: Mapped[datetime]
    sent_until: Mapped[date | None]


class Goal(Model):
    """What a place plans to reach in a year, for one figure."""

    __tablename__ = "statistic_goals"
    __table_args__ = (UniqueConstraint("place_id", "year", "figure"), CheckConstraint("planned >= 0", name="planned"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    year: Mapped[int]
    figure: Mapped[str] = mapped_column(String(40))
    planned: Mapped[int] = mapped_column(BigInteger)
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    set_at: Mapped[datetime]

    place: Mapped[Place] = relationship(lazy="raise_on_sql")


class ClosedPeriod(Model):
    """A period whose figures were published: they stay as they are; what changed since is listed beside them."""

    __tablename__ = "statistic_periods"
    __table_args__ = (UniqueConstraint("first", "last"), CheckConstraint("last >= first", name="days"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    first: Mapped[date]
    last: Mapped[date]
    cut_off: Mapped[datetime]
    # By path of the place ("" for all), then by figure; with the versions of the definitions.
    figures: Mapped[dict[str, Any]]
    closed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    closed_at: Mapped[datetime]
    published: Mapped[bool] = mapped_column(default=False)

    closed_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class Publication(Model):
    """A closed period on its way to the public page: asked for once, prepared by the job. `done` of `total` numbers are guarded so far."""

    __tablename__ = "statistic_publications"

    period_id: Mapped[UUID] = mapped_column(ForeignKey("statistic_periods.id", ondelete="CASCADE"), primary_key=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class PastBatch(Model):
    """Participation of former years, brought in at once and taken back at once. Kept apart from what was recorded here.

    `held` are the rows that were sent, until they are brought in. `trainings` are those of a list of people: [id, place, first
    day, title]; they are no trainings of this site.
    """

    __tablename__ = "statistic_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[PastState] = mapped_column(enum_column(PastState, "past_state"))
    kind: Mapped[PastKind] = mapped_column(enum_column(PastKind, "past_kind"))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    brought_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    brought_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    trainings: Mapped[list[Any]] = mapped_column(default=list)
    held: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)

    brought_by: Mapped[Person] = relationship(lazy="raise_on_sql")


class PastTotal(Model):
    """A total of a batch: a figure of a place in a period, as it was reported."""

    __tablename__ = "statistic_past_totals"
    __table_args__ = (
        UniqueConstraint("batch_id", "place_id", "first", "last", "figure"), CheckConstraint("value >= 0", name="value"),
        CheckConstraint("last >= first", name="days"), Index("ix_statistic_past_totals_place", "place_path", "first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("statistic_batches.id", ondelete="CASCADE"))
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), index=True)
    place_path: Mapped[str] = mapped_column(PathText)
    first: Mapped[date]
    last: Mapped[date]
    figure: Mapped[str] = mapped_column(String(40))
    value: Mapped[int] = mapped_column(BigInteger)

    place: Mapped[Place] = relationship(lazy="raise_on_sql")


class Check(Model):
    """A nightly comparison of the fast counts with those made anew from the events: how many figures, and which differed."""

    __tablename__ = "statistic_checks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    compared: Mapped[int]
    differences: Mapped[list[Any]]
