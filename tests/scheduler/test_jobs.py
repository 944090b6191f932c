from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from structlog.testing import capture_logs

from webapp.accounts.models import MailToken, Person, Session, SignIn, TokenPurpose
from webapp.cli import commands
from webapp.core.database import db
from webapp.core.limits import LimitCounter, hit
from webapp.core.unit_of_work import unit_of_work
from webapp.scheduler.cli import scheduler
from webapp.scheduler.jobs import JOBS, Job, NoSuchJob, job_named, sweep_sessions
from webapp.scheduler.models import JobRun
from webapp.scheduler.services import run_job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def last_run(name):
    return db.session.get(JobRun, name, populate_existing=True)


def test_the_list_of_jobs_and_their_times():
    times = {job.name: job.every for job in JOBS}
    assert len(times) == len(JOBS), "two jobs of one name"
    assert times["deliver-mail"] == timedelta(seconds=10)
    assert times["sweep-limits"] == timedelta(hours=1)
    assert all(every >= timedelta(seconds=5) for every in times.values())
    with pytest.raises(NoSuchJob):
        job_named("dance")


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_with_nothing_to_do_and_can_be_repeated(database, at, job):
    at(NOON)
    for _time in range(2):
        assert run_job(database, job)
        row = last_run(job.name)
        assert (row.ok, row.error, row.count, row.started_at, row.finished_at) == (True, None, 0, NOON, NOON)


def test_what_a_job_writes_is_committed_and_counted(database, at):
    at(NOON)
    with unit_of_work():
        hit(key="somebody", limit=5, per=MINUTE, now=NOON)
    at(NOON + MINUTE)
    assert run_job(database, job_named("sweep-limits"))
    assert last_run("sweep-limits").count == 1
    assert db.session.scalar(select(func.count()).select_from(LimitCounter)) == 0


def test_a_failing_job_is_rolled_back_and_noted_by_the_class_of_its_error(database, at):
    at(NOON)

    def fail(now):
        hit(key="somebody", limit=5, per=MINUTE, now=now)
        raise LookupError("a name that no log may hold")

    assert not run_job(database, Job("fails", MINUTE, fail))
    row = last_run("fails")
    assert (row.ok, row.error, row.count, row.finished_at) == (False, "LookupError", None, NOON)
    assert db.session.scalar(select(func.count()).select_from(LimitCounter)) == 0
    assert run_job(database, Job("fails", MINUTE, lambda _now: 3))
    assert (last_run("fails").ok, last_run("fails").error, last_run("fails").count) == (True, None, 3)


def test_the_log_says_how_each_job_went(database, at):
    at(NOON)

    def fail(_now):
        raise LookupError

    with capture_logs() as lines:
        run_job(database, Job("fails", MINUTE, fail))
        run_job(database, Job("works", MINUTE, lambda _now: 3))
    failed, done = lines
    assert (failed["event"], failed["job"], type(failed["exc_info"])) == ("job_failed", "fails", LookupError)
    assert (done["event"], done["job"], done["count"]) == ("job_done", "works", 3)
    assert done["milliseconds"] >= 0


def test_a_job_that_found_nothing_to_do_is_no_line_of_a_usual_log(database, at):
    at(NOON)
    with capture_logs() as lines:
        run_job(database, Job("idles", MINUTE, lambda _now: 0))
        run_job(database, Job("works", MINUTE, lambda _now: 1))
    assert [line["job"] for line in lines] == ["works"]


def test_while_a_job_runs_its_row_says_so(database, at):
    at(NOON)
    seen = []

    def look(_now):
        row = last_run("looks")
        seen.append((row.started_at, row.finished_at, row.ok))
        return 0

    run_job(database, Job("looks", MINUTE, look))
    assert seen == [(NOON, None, None)]


def test_sessions_and_links_that_are_over_are_swept_a_day_later(database, at):
    day = timedelta(days=1)
    with unit_of_work():
        person = Person(name="Li", language="en", created_at=NOON)
        sign_in = SignIn(person=person, email="li@example.org", email_key="li@example.org", created_at=NOON)
        db.session.add_all([person, sign_in])
        db.session.flush()
        for expires_at, ended_at in ((NOON - day, None), (NOON + day, NOON - day), (NOON + day, None), (NOON - day / 2, None)):
            db.session.add(Session(sign_in_id=sign_in.id, created_at=NOON, expires_at=expires_at, ended_at=ended_at))
        for number, expires_at in enumerate((NOON - day, NOON)):
            db.session.add(
                MailToken(token_hash=str(number), sign_in_id=sign_in.id, purpose=TokenPurpose.RESET, created_at=NOON, expires_at=expires_at)
            )
    with unit_of_work():
        assert sweep_sessions(NOON) == 3
    assert db.session.scalar(select(func.count()).select_from(Session)) == 2
    assert db.session.scalar(select(func.count()).select_from(MailToken)) == 1


def test_one_job_is_run_from_the_command_line(database):
    done = CliRunner().invoke(commands, ["scheduler", "--once", "sweep-limits"], obj=lambda: database)
    assert (done.exit_code, done.output) == (0, "The job sweep-limits went well.\n")
    assert last_run("sweep-limits").ok


def test_a_failed_job_gives_the_command_line_its_exit_code(database, monkeypatch):
    def fail(_now):
        raise LookupError

    monkeypatch.setattr("webapp.scheduler.cli.job_named", lambda name: Job(name, MINUTE, fail))
    done = CliRunner().invoke(scheduler, ["--once", "sweep-limits"], obj=lambda: database)
    assert done.exit_code == 1
    assert "The job sweep-limits failed" in done.output


def test_an_unknown_job_is_answered_with_the_list():
    done = CliRunner().invoke(commands, ["scheduler", "--once", "dance"])
    assert done.exit_code == 2
    assert "deliver-mail" in done.output
