"""Tables of importing people: the staged rows of a file, and which column means what to whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Json, Model, enum_column
from webapp.core.ids import new_id


class ImportState(StrEnum):
    """Columns are being chosen; previewed; waiting for the job, which also carries on after a stop; done; stopped for good."""

    MAPPING = "mapping"
    READY = "ready"
    QUEUED = "queued"
    DONE = "done"
    STOPPED = "stopped"


class ImportRun(Model):
    """A file of people on its way in.

    The rows are staged here and applied in parts, each in a unit of work that also moves `done` on: whatever happens, every row
    went in whole or not at all, and the job carries on behind the last part. When it is done only the rows with problems stay,
    until they are swept with the run.
    """

    __tablename__ = "import_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[ImportState] = mapped_column(enum_column(ImportState, "import_state"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    head: Mapped[list[Any]] = mapped_column(Json)
    # [number of the row in the file, cells]
    rows: Mapped[list[Any]] = mapped_column(Json, deferred=True)
    # Field of each column, "" for none.
    columns: Mapped[list[Any]] = mapped_column(Json, default=list)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # [number of the row, sentence]
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)


class ImportColumns(Model):
    """What the columns of an administrator's files meant the last time: normalised heading to field."""

    __tablename__ = "import_columns"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    meanings: Mapped[dict[str, Any]] = mapped_column(Json)
