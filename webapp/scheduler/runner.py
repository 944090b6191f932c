"""The scheduler's process: wait to be the leader, lead, step down."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from webapp.core.config import settings
from webapp.scheduler.jobs import JOBS, Job, again_after
from webapp.scheduler.leadership import Leadership, leadership
from webapp.scheduler.services import run_job

if TYPE_CHECKING:
    from flask import Flask

log = structlog.get_logger(__name__)

LOOK_AROUND = 0.5
# A slow mail server must not keep quizzes from closing.
THREADS = 4
START_WITHIN = timedelta(seconds=60)


class SchedulerLog(logging.Handler):
    """What the library that keeps the times tells, as our log lines: errors by their class. They may quote what a job was given."""

    def __init__(self) -> None:
        # That a job still runs when its time comes again is no news: it is left out once, by intention.
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        log.error("scheduler", exc_info=record.exc_info[1] if record.exc_info else None)


class Stop:
    """Whether to end: a signal came, or the process that this one belongs to is gone."""

    def __init__(self, parent: int | None = None) -> None:
        self._asked = False
        self._parent = parent

    def listen(self) -> None:
        """End at SIGTERM and SIGINT."""
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        # Nothing but a flag: a signal may arrive while any lock is held.
        self._asked = True

    def asked(self) -> bool:
        """Whether to end now."""
        return self._asked or (self._parent is not None and os.getppid() != self._parent)


def run(app: Flask, jobs: Sequence[Job] = JOBS, parent: int | None = None) -> None:
    """Run the jobs whenever this process is the leader. Main thread only.

    Returns after SIGTERM, or when the process `parent` is gone, as soon as running jobs are done.
    """
    stop = Stop(parent)
    stop.listen()
    told = logging.getLogger("apscheduler")
    told.handlers, told.propagate = [SchedulerLog()], False
    lock = leadership(settings(app))
    try:
        while not stop.asked():
            if lock.take():
                log.info("scheduler_leads", worker=os.getpid())
                _lead(app, jobs, lock, stop)
                log.info("scheduler_steps_down", worker=os.getpid())
                lock.give_up()
            else:
                time.sleep(LOOK_AROUND)
    finally:
        lock.give_up()


def _lead(app: Flask, jobs: Sequence[Job], lock: Leadership, stop: Stop) -> None:
    """Run the jobs until the leadership is lost or the end is asked for."""
    scheduler = BlockingScheduler(executors={"default": ThreadPoolExecutor(THREADS)}, timezone="UTC")
    failures: Counter[str] = Counter()
    again: SimpleQueue[tuple[str, datetime]] = SimpleQueue()

    def work(job: Job) -> None:
        failures[job.name] = 0 if run_job(app, job) else failures[job.name] + 1
        wait = again_after(job, failures[job.name])
        if wait is not None:
            again.put((job.name, datetime.now(UTC) + wait))

    for job in jobs:
        # A daily job must run also where the process never lives for a day.
        first = datetime.now(UTC) + min(job.every, START_WITHIN)
        scheduler.add_job(
            work, IntervalTrigger(seconds=job.every.total_seconds(), timezone="UTC"), args=(job,), id=job.name,
            next_run_time=first, coalesce=True, max_instances=1, misfire_grace_time=None,
        )

    def watch() -> None:
        while not stop.asked() and lock.held():
            # Here and not where the job ran: to end, the scheduler waits for that one while it holds what this needs.
            while not again.empty():
                name, moment = again.get()
                scheduler.modify_job(name, next_run_time=moment)
            time.sleep(LOOK_AROUND)
        # Waits for the jobs that are running.
        scheduler.shutdown(wait=True)

    watcher = threading.Thread(target=watch, name="scheduler-watch", daemon=True)
    scheduler.add_listener(lambda _event: watcher.start(), mask=EVENT_SCHEDULER_STARTED)
    scheduler.start()
    watcher.join()
