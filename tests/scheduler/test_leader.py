import json
import os
import select
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile

import sqlalchemy as sa

from tests.conftest import settings_for_tests
from webapp.core.database import db
from webapp.scheduler.leadership import leadership
from webapp.scheduler.models import JobRun

PATIENCE = 30

# A scheduler whose one job says when it begins and ends, and in between waits for the word to go on.
CHILD = """
import os, sys
from datetime import timedelta
from webapp import create_app
from webapp.scheduler.jobs import Job
from webapp.scheduler.runner import run
out, go = int(sys.argv[1]), int(sys.argv[2])
def work(now):
    os.write(out, f"{os.getpid()} begins\\n".encode())
    os.read(go, 1)
    os.write(out, f"{os.getpid()} ends\\n".encode())
    return 1
def fail(now):
    raise LookupError
run(create_app(), jobs=(Job("works", timedelta(seconds=0.05), work), Job("fails", timedelta(seconds=0.05), fail)))
"""

# A daily job that fails twice before it goes well, and a scheduler that does not wait long to begin and to try again.
DAILY = """
import os, sys
from datetime import timedelta
from webapp import create_app
from webapp.scheduler import jobs, runner
runner.START_WITHIN, runner.LOOK_AROUND, jobs.AGAIN = timedelta(0), 0.01, (timedelta(milliseconds=10),)
out, go, tries = int(sys.argv[1]), int(sys.argv[2]), []
def work(now):
    tries.append(now)
    os.write(out, f"{os.getpid()} {'fails' if len(tries) < 3 else 'works'}\\n".encode())
    if len(tries) < 3:
        raise LookupError
    return 1
runner.run(create_app(), jobs=(jobs.Job("daily", timedelta(days=1), work),))
"""


def environment_of(app):
    here = app.extensions["settings"]
    variables = {"MODE": "test", "DATA_DIR": str(here.data_dir), "DATABASE_URL": here.database_url, "SECRET_KEY": here.secret_key}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCALGOALS_")}
    return kept | {f"LOCALGOALS_{name}": value for name, value in variables.items()}


class Schedulers:
    """Scheduler processes that report into one pipe and take their leave to go on from another."""

    def __init__(self, app, stack, log):
        self.app, self.stack, self.log = app, stack, log
        self.reports, self.out = os.pipe()
        self.go, self.leave = os.pipe()
        for end in (self.reports, self.out, self.go, self.leave):
            stack.callback(os.close, end)
        self.unread = ""

    def start(self, program=CHILD):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.out), str(self.go)], env=environment_of(self.app), pass_fds=(self.out, self.go),
            stderr=self.log,
        )
        self.stack.callback(process.wait, PATIENCE)
        self.stack.callback(process.kill)
        return process

    def next(self):
        """The next report: (pid, word)."""
        while "\n" not in self.unread:
            assert select.select([self.reports], [], [], PATIENCE)[0], "no scheduler reports"
            self.unread += os.read(self.reports, 4096).decode()
        line, self.unread = self.unread.split("\n", 1)
        pid, word = line.split()
        return int(pid), word

    def logged(self):
        """The lines of all logs, each of which must be one of ours."""
        self.log.seek(0)
        return [json.loads(line) for line in self.log]

    def let_go_on(self, times=1):
        os.write(self.leave, b"." * times)


@contextmanager
def schedulers(app):
    # To append: the programs and this one share the place in the file.
    with TemporaryFile("a+") as log, ExitStack() as stack:
        yield Schedulers(app, stack, log)


def test_two_processes_never_overlap_and_the_other_takes_over_when_the_leader_is_killed(committed):
    with schedulers(committed) as all_of_them:
        processes = {process.pid: process for process in (all_of_them.start(), all_of_them.start())}
        leader, word = all_of_them.next()
        assert word == "begins"
        for _run in range(5):
            all_of_them.let_go_on()
            assert all_of_them.next() == (leader, "ends")
            assert all_of_them.next() == (leader, "begins")
        assert all(process.poll() is None for process in processes.values()), "the other stands by"

        killed = processes.pop(leader)
        killed.send_signal(signal.SIGKILL)
        killed.wait(PATIENCE)
        heir = next(iter(processes))
        assert all_of_them.next() == (heir, "begins")
        all_of_them.let_go_on()
        assert all_of_them.next() == (heir, "ends")
        processes[heir].terminate()
        all_of_them.let_go_on(1000)
        assert processes[heir].wait(PATIENCE) == 0
        failed = db.session.get(JobRun, "fails")
        assert (failed.ok, failed.error) == (False, "LookupError")


def test_a_scheduler_that_is_asked_to_end_finishes_the_running_job_first(committed):
    with schedulers(committed) as all_of_them:
        process = all_of_them.start()
        assert all_of_them.next() == (process.pid, "begins")
        process.terminate()
        all_of_them.let_go_on(1000)
        assert all_of_them.next() == (process.pid, "ends")
        assert process.wait(PATIENCE) == 0
        works = db.session.get(JobRun, "works")
        assert (works.ok, works.count) == (True, 1)


def test_a_job_that_is_still_running_when_its_time_comes_again_is_left_out_without_a_word(committed):
    with schedulers(committed) as all_of_them:
        process = all_of_them.start()
        assert all_of_them.next() == (process.pid, "begins")
        # The other job goes on failing meanwhile: when it has been told again, the first one's time has come again, too.
        while len(all_of_them.logged()) < 5:
            select.select([], [], [], 0.05)
        process.terminate()
        all_of_them.let_go_on(1000)
        assert process.wait(PATIENCE) == 0
        assert {line["event"] for line in all_of_them.logged()} == {"scheduler_leads", "job_failed", "job_done", "scheduler_steps_down"}


def test_a_daily_job_that_failed_is_tried_again_long_before_the_next_day(committed):
    with schedulers(committed) as all_of_them:
        process = all_of_them.start(DAILY)
        assert [all_of_them.next()[1] for _try in range(3)] == ["fails", "fails", "works"]
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert db.session.get(JobRun, "daily").ok


def test_only_one_at_a_time_holds_the_lock(committed):
    here = committed.extensions["settings"]
    first, second = leadership(here), leadership(here)
    assert first.take()
    assert first.held()
    assert not second.take()
    assert not second.held()
    first.give_up()
    assert not first.held()
    assert second.take()
    second.give_up()


def test_a_leader_notices_that_its_lock_is_gone(committed):
    here = committed.extensions["settings"]
    first, second = leadership(here), leadership(here)
    assert first.take()
    if db.engine.dialect.name == "sqlite":
        (here.data_dir / "scheduler.lock").unlink()
    else:
        with db.engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"))
    assert not first.held()
    assert second.take()
    first.give_up()
    assert second.held()
    assert not first.take()
    second.give_up()


def test_an_unreachable_database_is_nobodys_leadership(tmp_path):
    nowhere = leadership(settings_for_tests(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none"))
    assert not nowhere.take()
    assert not nowhere.held()
