"""Running a job, and keeping how it went."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock
from webapp.core.audit_origin import AuditChannel, through
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.core.upsert import insert_for
from webapp.scheduler.models import JobRun

if TYPE_CHECKING:
    from flask import Flask

    from webapp.scheduler.jobs import Job

log = structlog.get_logger(__name__)


def run_job(app: Flask, job: Job) -> bool:
    """Run a job in an application context and a unit of work of its own; whether it went well. Never raises."""
    began = time.perf_counter()
    with app.app_context():
        started_at = clock.now()
        _note(job, started_at, ok=None, error=None, count=None, finished_at=None, milliseconds=None)
        count, error = _attempt(job, started_at)
        milliseconds = round((time.perf_counter() - began) * 1000)
        if error is None:
            # Some look every few seconds and find nothing, and whoever runs the demo wants to read where to click first.
            (log.info if count else log.debug)("job_done", job=job.name, count=count, milliseconds=milliseconds)
        else:
            log.error("job_failed", job=job.name, milliseconds=milliseconds, exc_info=error)
        _note(
            job, started_at, ok=error is None, error=type(error).__name__[:120] if error else None, count=count,
            finished_at=clock.now(), milliseconds=milliseconds,
        )
    return error is None


def _attempt(job: Job, now: datetime) -> tuple[int | None, Exception | None]:
    try:
        with through(AuditChannel.JOB), unit_of_work():
            return job.run(now), None
    except Exception as error:  # noqa: BLE001  one job's fault, whatever it is, must not stop the others
        return None, error


def _note(job: Job, started_at: datetime, **values: Any) -> None:
    """Write the job's row; where even that fails the log has said why the job did."""
    row = {"started_at": started_at, **values}
    statement = insert_for(JobRun).values(job=job.name, **row).on_conflict_do_update(index_elements=["job"], set_=row)
    try:
        with unit_of_work():
            db.session.execute(statement)
    except SQLAlchemyError as error:
        log.error("job_run_not_noted", job=job.name, exc_info=error)  # noqa: TRY400  our logs keep no message
