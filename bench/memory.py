"""What a worker holds after it has served everything there is."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.attempt import Attempt
from bench.findings import Finding
from bench.people import GRADUATE
from bench.stage import Stage

WORKER_MB = 110
SEATS = 8
TURNS = 3
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def measure(stage: Stage) -> list[Finding]:
    """Proportional set size of the larger worker: pages it shares with the other processes count in parts."""
    with ThreadPoolExecutor(SEATS) as threads:
        list(threads.map(lambda _seat: everything(stage), range(SEATS)))
    sizes = [size(pid) for pid in stage.served.workers()]
    assert len(sizes) == 2, sizes
    return [
        Finding("worker (PSS), the larger of two", f"{max(sizes):.0f} MB", f"under {WORKER_MB} MB", max(sizes) < WORKER_MB),
        Finding("  the other worker, the master", f"{min(sizes):.0f} MB, {size(stage.served.process.pid):.0f} MB"),
    ]


def everything(stage: Stage) -> None:
    """Every kind of page in both languages, a quiz and a certificate, on new connections, so that both workers have their part."""
    people = stage.people
    shown = f"/certificates/{people.certificate}"
    graduate = stage.learner(GRADUATE)
    paths = ["/", "/courses/", people.url, *people.lessons, people.final_quiz, "/me/", "/me/profile", "/me/account", "/verify", "/about"]
    for _turn in range(TURNS):
        for path in paths:
            for language in ("zh-Hans", "en"):
                graduate.get(f"{path}?lang={language}")
                graduate.close()
        for path in (shown, shown + ".json", shown + ".pdf"):
            graduate.get(path)
            graduate.close()
        somebody = stage.somebody()
        Attempt(somebody, people.final_quiz).at_once()
        somebody.close()


def size(pid: int) -> float:
    """Proportional set size of a process, in MB (millions of bytes)."""
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6
