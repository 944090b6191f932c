"""What a worker holds after it has served everything there is."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.attempt import Attempt
from bench.findings import Finding
from bench.people import GRADUATE
from bench.stage import Stage

WORKER_MB = 110
SEATS = 4
TURNS = 2
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def measure(stage: Stage) -> list[Finding]:
    """Proportional set size of the larger worker: pages it shares with the other processes count in parts."""
    workers = stage.served.workers()
    for worker in workers:
        with alone(worker, workers), ThreadPoolExecutor(SEATS) as threads:
            list(threads.map(lambda _seat: everything(stage), range(SEATS)))
    sizes = [size(pid) for pid in workers]
    return [
        Finding("worker (PSS), the larger of two", f"{max(sizes):.0f} MB", f"under {WORKER_MB} MB", max(sizes) < WORKER_MB),
        Finding("  the other worker, the master", f"{min(sizes):.0f} MB, {size(stage.served.process.pid):.0f} MB"),
    ]


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


def everything(stage: Stage) -> None:
    """A sign-in, every kind of page in both languages, a quiz and a certificate."""
    people = stage.people
    shown = f"/certificates/{people.certificate}"
    paths = ["/", "/courses/", people.url, *people.lessons, people.final_quiz, "/me/", "/me/profile", "/me/account", "/verify", "/about"]
    for _turn in range(TURNS):
        # Each time anew: checking a password takes 19 MB for a moment, in every thread, and the second time shows whether they stay.
        graduate = stage.learner(GRADUATE)
        for path in paths:
            for language in ("zh-Hans", "en"):
                graduate.get(f"{path}?lang={language}")
        for path in (shown, shown + ".json", shown + ".pdf"):
            graduate.get(path)
        somebody = stage.somebody()
        Attempt(somebody, people.final_quiz).at_once()
        somebody.close()
        graduate.close()


def size(pid: int) -> float:
    """Proportional set size of a process, in MB (millions of bytes)."""
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
