"""The list of jobs and their times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from webapp.accounts import services_imports
from webapp.accounts.models import MailToken, Session, SignUp
from webapp.accounts.services_erasure import erase_due
from webapp.accounts.services_sessions import sweep_traces
from webapp.certificates.jobs import issue_training_certificates
from webapp.core import audit_chain, idempotency, limits
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.mail.jobs import deliver_due, sweep_sent
from webapp.learning.services import sweep_reports
from webapp.participation import rolling
from webapp.places.operations import carry_out_due
from webapp.portal.audit_settings import note_settings
from webapp.questionnaires import jobs as surveys
from webapp.questionnaires.digest import send_digests
from webapp.questionnaires.files import sweep as sweep_files
from webapp.questionnaires.services_results import keep_due
from webapp.quizzes.jobs import close_expired
from webapp.scheduler import retention
from webapp.statistics import jobs as statistics
from webapp.statistics import mailing, publications
from webapp.trainings import importing, jobs_people, jobs_tests, notices
from webapp.trainings.jobs_surveys import prepare_training_surveys


@dataclass(frozen=True)
class Job:
    """A deed that is done again and again. `run` takes the present and returns how many things it did.

    Every job must be safe to run twice at once: a leader that has lost its lock may still be finishing one.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], int]


# What failed is tried again after so long the first time, the second and from then on.
AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))


def again_after(job: Job, failures: int) -> timedelta | None:
    """How long after it failed so many times in a row a job is tried again; None where it waits for its own time."""
    if not failures:
        return None
    wait = AGAIN[min(failures, len(AGAIN)) - 1]
    return wait if wait < job.every else None


def sweep_sessions(now: datetime) -> int:
    """Delete sessions, mailed links and sign-ups that are over; the number deleted."""
    over = now - retention.SESSIONS_KEPT
    sessions = db.session.execute(delete(Session).where(or_(Session.expires_at <= over, Session.ended_at <= over)))
    tokens = db.session.execute(delete(MailToken).where(MailToken.expires_at <= over))
    asked = db.session.execute(delete(SignUp).where(SignUp.expires_at <= over))
    return int(sessions.rowcount + tokens.rowcount + asked.rowcount)  # type: ignore[attr-defined]


JOBS = (
    Job("deliver-mail", timedelta(seconds=10), deliver_due),
    Job("close-expired-attempts", timedelta(minutes=1), close_expired),
    Job("import-people", timedelta(seconds=5), services_imports.carry_out_due),
    Job("count-surveys", timedelta(seconds=15), keep_due),
    Job("refresh-statistics", timedelta(minutes=5), statistics.refresh_due),
    Job("roll-up-views", timedelta(days=1), rolling.roll_up),
    Job("publish-statistics", timedelta(seconds=5), publications.carry_out_due),
    Job("check-statistics", timedelta(days=1), statistics.check),
    Job("mail-statistics", timedelta(days=1), mailing.send_due),
    Job("carry-out-place-changes", timedelta(minutes=10), carry_out_due),
    Job("verify-audit", timedelta(hours=1), audit_chain.verify_next),
    Job("note-settings", timedelta(days=1), note_settings),
    Job("sweep-limits", timedelta(hours=1), limits.sweep),
    Job("sweep-idempotency-keys", timedelta(hours=1), idempotency.sweep),
    Job("sweep-sessions", timedelta(hours=6), sweep_sessions),
    Job("sweep-sign-in-traces", timedelta(hours=6), sweep_traces),
    Job("sweep-reading-reports", timedelta(days=1), sweep_reports),
    Job("sweep-sent-mail", timedelta(days=1), sweep_sent),
    Job("prepare-training-surveys", timedelta(minutes=3), prepare_training_surveys),
    Job("issue-training-certificates", timedelta(minutes=5), issue_training_certificates),
    Job("send-surveys", timedelta(minutes=1), surveys.send_surveys),
    Job("import-participants", timedelta(seconds=5), importing.carry_out_due),
    Job("sweep-participant-data", timedelta(hours=6), jobs_people.sweep),
    Job("send-training-mails", timedelta(minutes=1), notices.send_due),
    Job("send-training-tests", timedelta(minutes=1), jobs_tests.due_tests),
    Job("send-sheet-digests", timedelta(minutes=10), send_digests),
    Job("mix-survey-answers", timedelta(hours=6), surveys.mix_answers),
    Job("sweep-files", timedelta(hours=6), sweep_files),
    Job("erase-people", timedelta(hours=1), erase_due),
    Job("retention", timedelta(days=1), retention.run),
)


class NoSuchJob(KeyError):
    """No job has this name."""


def job_named(name: str) -> Job:
    """The job of that name. Raises `NoSuchJob`."""
    for job in JOBS:
        if job.name == name:
            return job
    raise NoSuchJob(name)
