"""The jobs and how their last runs went."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, render_template
from sqlalchemy import select

from webapp.accounts import access
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n
from webapp.scheduler import labels
from webapp.scheduler.jobs import AGAIN, JOBS, Job, again_after
from webapp.scheduler.models import JobRun

bp = Blueprint("scheduler", __name__, template_folder="templates")

# A job that runs every ten seconds may miss a beat; one that missed three is not at work.
MISSED = 3
LEAST_WAIT = timedelta(minutes=2)


@dataclass(frozen=True)
class JobRow:
    """A job as the page shows it; `state` is a word of the badges, `said` what it means here."""

    name: str
    label: str
    every: str
    state: str
    said: str
    run: JobRun | None
    again: str


def row_of(job: Job, run: JobRun | None, now: datetime) -> JobRow:
    """How a job stands at a moment."""
    label = str(labels.JOBS.get(job.name, job.name))
    return JobRow(job.name, label, in_words(job.every), *state_of(job, run, now), run, again_of(job, run))


def state_of(job: Job, run: JobRun | None, now: datetime) -> tuple[str, str]:
    """Failed, overdue, running, done, or never run."""
    if run is None:
        return "todo", _("Not run yet")
    if run.ok is False:
        return "late", _("Failed")
    if now - run.started_at > max(MISSED * job.every, job.every + LEAST_WAIT):
        return "late", _("Overdue")
    return ("now", _("Running")) if run.ok is None else ("done", _("Done"))


def again_of(job: Job, run: JobRun | None) -> str:
    """When a failed job is tried again, where that is before its own time."""
    if run is None or run.ok is not False or again_after(job, len(AGAIN)) is None:
        return ""
    return _n("Tried again within %(num)d minute", "Tried again within %(num)d minutes", int(AGAIN[-1].total_seconds()) // 60)


def in_words(every: timedelta) -> str:
    """10 seconds, 1 minute, 6 hours, 1 day."""
    seconds = int(every.total_seconds())
    if seconds % 86_400 == 0:
        return _n("every day", "every %(num)d days", seconds // 86_400)
    if seconds % 3_600 == 0:
        return _n("every hour", "every %(num)d hours", seconds // 3_600)
    if seconds % 60 == 0:
        return _n("every minute", "every %(num)d minutes", seconds // 60)
    return _n("every second", "every %(num)d seconds", seconds)


@bp.get("/admin/jobs/")
@allow(access.administer_everywhere)
def jobs() -> str:
    """Every job with its last run. One query."""
    runs = {run.job: run for run in db.session.scalars(select(JobRun))}
    now = clock.now()
    rows = [row_of(job, runs.get(job.name), now) for job in JOBS]
    return render_template("scheduler/jobs.html", rows=rows, asleep=all(row.state in ("late", "todo") for row in rows))
