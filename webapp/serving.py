"""The web server: gunicorn, started from here, with the scheduler beside its workers where that is asked for."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from prometheus_client import values
from prometheus_client.multiprocess import mark_process_dead
from sqlalchemy.orm import configure_mappers

from webapp.core.database import db
from webapp.loading import loading

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.workers.base import Worker

log = structlog.get_logger(__name__)

GRACE_SECONDS = 30
RESTART_SECONDS = 2.0
# Whoever waits for the first page should not wait for fonts as well.
PATIENCE_SECONDS = 1.0
# The number that glibc's <malloc.h> gives the parameters.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
ARENAS = 2
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  gunicorn's heartbeat files: a disk may block for seconds
_SIGNAL = re.compile(r"SIG[A-Z0-9]+|\d+")


class ServerLog(Logger):  # type: ignore[misc]
    """Gunicorn's own messages as our log lines: warnings and worse, without addresses of pages or people."""

    def critical(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """The server is in trouble."""
        log.critical("server", reason=_safe(msg, args))

    def error(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """Something failed."""
        log.error("server", reason=_safe(msg, args))

    def warning(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """Something is odd."""
        log.warning("server", reason=_safe(msg, args))

    def exception(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """Something failed with an exception."""
        log.error("server", reason=_safe(msg, args), exc_info=sys.exc_info()[1])

    def info(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """What gunicorn tells of its start and end."""
        log.debug("server", reason=_safe(msg, args))

    def debug(self, msg: Any, *args: Any, **_kwargs: Any) -> None:
        """Nobody reads it."""


def _safe(message: Any, arguments: tuple[Any, ...]) -> str:
    """The message with numbers and names of signals filled in; anything else may come from a request."""
    if not isinstance(message, str):
        return type(message).__name__
    kept = tuple(argument if _SIGNAL.fullmatch(str(argument)) else "…" for argument in arguments)
    try:
        filled = message % kept if kept else message
    except TypeError:
        filled = message
    # Gunicorn puts the sender's address and what was sent straight into this one.
    return filled.split(" from ip=")[0]


class Master(Arbiter):  # type: ignore[misc]
    """Gunicorn's master, which also keeps one scheduler process and ends it with the server."""

    app: Server
    scheduler_pid = 0
    scheduler_wanted = True
    scheduler_not_before = 0.0

    def manage_workers(self) -> None:
        """Called every second."""
        super().manage_workers()
        if self.app.with_scheduler and self.scheduler_wanted:
            self.keep_scheduler()

    def keep_scheduler(self) -> None:
        """Start the scheduler, again if it has died, but not in a circle."""
        if self._scheduler_lives() or time.monotonic() < self.scheduler_not_before:
            return
        self.scheduler_not_before = time.monotonic() + RESTART_SECONDS
        self.scheduler_pid = os.fork()
        if self.scheduler_pid == 0:
            self._be_scheduler()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002  gunicorn's signature
        """End the workers and the scheduler; those that do not end in time are killed."""
        self.scheduler_wanted = False
        self._signal_scheduler(signal.SIGTERM)
        super().stop(graceful)
        deadline = time.monotonic() + (GRACE_SECONDS if graceful else RESTART_SECONDS)
        while self._scheduler_lives() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self._scheduler_lives():
            self._signal_scheduler(signal.SIGKILL)

    def _scheduler_lives(self) -> bool:
        if not self.scheduler_pid:
            return False
        try:
            ended, _status = os.waitpid(self.scheduler_pid, os.WNOHANG)
        except ChildProcessError:
            # Gunicorn collects every child that ends, and may have been faster.
            ended = self.scheduler_pid
        if ended:
            self.scheduler_pid = 0
        return not ended

    def _signal_scheduler(self, number: int) -> None:
        if self._scheduler_lives():
            os.kill(self.scheduler_pid, number)

    def _be_scheduler(self) -> None:
        """The life of the child process; does not return."""
        status = 1
        try:
            for number in (*self.SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for listener in self.LISTENERS:
                listener.close()
            for worker in self.WORKERS.values():
                worker.tmp.close()
            # APScheduler and the jobs of all rooms: the server itself starts faster without.
            from webapp.scheduler.runner import run  # noqa: PLC0415

            app = self.app.wsgi()
            forget_connections(app)
            run(app, parent=self.pid)
            status = 0
        except Exception as error:
            log.critical("scheduler_died", exc_info=error)
        finally:
            sys.stderr.flush()
            os._exit(status)


class Server(BaseApplication):  # type: ignore[misc]
    """Our application in gunicorn's hands. `socket` is the number of a listening socket."""

    def __init__(
        self, make_app: Callable[[], Flask], *, socket: int, url: str, workers: int, threads: int, metrics: Path, with_scheduler: bool,
        reload: bool,
    ) -> None:
        self.make_app = make_app
        self.url = url
        self.metrics = metrics
        self.with_scheduler = with_scheduler
        self.options = {
            "bind": f"fd://{socket}", "workers": workers, "threads": threads, "worker_class": "gthread",
            # Loaded once and shared by all workers; when reloading, each worker loads what is new.
            "preload_app": not reload, "reload": reload,
            "graceful_timeout": GRACE_SECONDS, "timeout": 30,
            # On a slow network the next page is asked for seconds later.
            "keepalive": 15,
            "limit_request_line": 4094, "limit_request_fields": 100, "limit_request_field_size": 8190,
            # Which proxies are believed is a setting of the application; gunicorn believes none.
            "forwarded_allow_ips": "", "secure_scheme_headers": {},
            "accesslog": None, "logger_class": ServerLog, "control_socket_disable": True,
            "worker_tmp_dir": str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK) else None,
            "when_ready": self.say_ready, "post_fork": self.begin_worker, "child_exit": self.end_worker, "on_exit": self.clean_up,
        }
        super().__init__()

    def load_config(self) -> None:
        """Options from here only: no file, no environment variable, no command line of gunicorn's."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, ready to be shared by forked processes."""
        # What is loaded now stays: looking for garbage in it would later copy its pages into every worker.
        keep_memory_small()
        with loading():
            app = self.make_app()
            from webapp.courses.catalogue import read_ahead  # noqa: PLC0415  loaded with the application

            with app.app_context():
                # Shared by the workers, which would each do both at their first page.
                configure_mappers()
                read_ahead()
                # Connections that starting has used; a connection has one process.
                db.engine.dispose()
            gc.freeze()
        return app

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises `SystemExit`."""
        if self.options["reload"]:
            # The master loads no application, which would have set up the logs.
            told = structlog.make_filtering_bound_logger(logging.INFO)
            structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr), wrapper_class=told)
        Master(self).run()

    def say_ready(self, _master: Master) -> None:
        """The line that people and scripts wait for."""
        print(f"LocalGoals serves {self.url}", flush=True)  # noqa: T201

    def begin_worker(self, _master: Master, _worker: Worker) -> None:
        """In the new process: connections of the master are not its own; what takes long to load is loaded while it answers."""
        if self.callable is not None:
            forget_connections(self.callable)
        later = Timer(PATIENCE_SECONDS, load_printing)
        later.daemon = True
        later.start()

    def end_worker(self, _master: Master, worker: Worker) -> None:
        """In the master: gauges of a process that is gone no longer count."""
        mark_process_dead(worker.pid, str(self.metrics))  # type: ignore[no-untyped-call]

    def clean_up(self, _master: Master) -> None:
        """In the master, at the very end."""
        shutil.rmtree(self.metrics, ignore_errors=True)


def keep_memory_small() -> None:
    """Give large blocks back to the system at once.

    A password's hash takes some 20 MB for a moment; glibc would learn from the first one to keep such blocks, one a thread.
    """
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, 1 << 20)
        # Threads share the interpreter's lock, so that a pool of memory for each would only keep more pieces of it.
        library.mallopt(M_ARENA_MAX, ARENAS)


def load_printing() -> None:
    """Load fonts and library of the printed certificate before somebody waits for one."""
    from webapp.certificates.pdf import warm_up  # noqa: PLC0415  that is what is late on purpose

    warm_up()


def forget_connections(app: Flask) -> None:
    """Drop the inherited pool without closing what the other process may use."""
    with app.app_context():
        db.engine.dispose(close=False)


def count_in(folder: Path) -> None:
    """Count for the metrics in files of this folder, one a process, so that any worker can add them up. Call before the first count."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library chose when it was imported, before the folder was known.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
