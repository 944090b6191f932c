"""How each job's last run went."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model


class JobRun(Model):
    """The last run of a job; `ok` and `finished_at` are null while it runs, or after its process was killed."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    error: Mapped[str | None] = mapped_column(String(120))
    count: Mapped[int | None]
    milliseconds: Mapped[int | None]
