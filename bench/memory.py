"""What a worker holds after it has served everything that there is for a learner."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from bench.attempt import Attempt
from bench.findings import Finding
from bench.people import GRADUATE
from bench.scrape import token
from bench.stage import Running, Stage

WORKER_MB = 110
SEATS = 4
TURNS = 2
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def measure(stage: Stage) -> list[Finding]:
    """Proportional set size of the larger worker: pages it shares with the other processes count in parts.

    The server is one of its own: pages of other roles are loaded by the worker that is asked for them, and other parts of the run
    have asked the common one for those. What its workers hold is told as well.
    """
    assert stage.people
    served = Running(stage.command(), stage.environment, stage.folder / "memory.log")
    try:
        workers = served.workers()
        for worker in workers:
            with alone(worker, workers), ThreadPoolExecutor(SEATS) as threads:
                list(threads.map(lambda _seat: everything(stage, served), range(SEATS)))
        sizes, master = [size(pid) for pid in workers], size(served.process.pid)
    finally:
        served.stop()
    found = [
        Finding("worker (PSS), the larger of two", f"{max(sizes):.0f} MB", f"under {WORKER_MB} MB", max(sizes) < WORKER_MB),
        Finding("  the other worker, the master", f"{min(sizes):.0f} MB, {master:.0f} MB"),
    ]
    if "served" in vars(stage):
        others = [size(pid) for pid in stage.served.workers()]
        found.append(Finding("  workers that served the other parts of this run", ", ".join(f"{each:.0f} MB" for each in others)))
    return found


@contextmanager
def alone(worker: int, workers: list[int]) -> Iterator[None]:
    """Hold the other workers for the few seconds in which this one serves everything; left to chance, one might serve it all."""
    others = [pid for pid in workers if pid != worker]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def everything(stage: Stage, served: Running) -> None:
    """A sign-in, every kind of page in both languages, a sheet, a quiz and a certificate."""
    people = stage.people
    shown = f"/certificates/{people.certificate}"
    steps = [*people.lessons, *people.exercises, people.final_quiz]
    paths = ["/", "/courses/", people.url, *steps, "/me/", "/me/profile", "/me/account", "/verify", "/about"]
    for _turn in range(TURNS):
        # Each time anew: checking a password takes 19 MB for a moment, in every thread, and the second time shows whether they stay.
        graduate = stage.learner(GRADUATE, served)
        for path in paths:
            for language in ("zh-Hans", "en"):
                graduate.get(f"{path}?lang={language}")
        for exercise in people.exercises:
            form = {"csrf_token": token(graduate.get("/me/profile").text)}
            sheet = graduate.get(graduate.post(exercise + "sheet", form).location, status=HTTPStatus.SEE_OTHER).location
            for language in ("zh-Hans", "en"):
                graduate.get(f"{sheet}?lang={language}")
        for path in (shown, shown + ".json", shown + ".pdf"):
            graduate.get(path)
        somebody = stage.somebody(served)
        Attempt(somebody, people.final_quiz).at_once()
        somebody.close()
        graduate.close()


def size(pid: int) -> float:
    """Proportional set size of a process, in MB (millions of bytes)."""
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
