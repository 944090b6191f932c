"""How long a start takes, from the command to a page in the reader's hands."""

from __future__ import annotations

import resource
import socket
import statistics
import subprocess
import time

from bench.client import Browser
from bench.findings import Finding
from bench.stage import PATIENCE, Stage

START_SECONDS = 1.0


def measure(stage: Stage) -> list[Finding]:
    """Median of several starts of `localgoals serve`, after one that left byte code and static files behind."""
    path = stage.people.lessons[0]
    once(stage, path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    times = [once(stage, path) for _turn in range(stage.rounds)]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    middle = statistics.median(times)
    work = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(times)
    what = f"start to first response, median of {len(times)}"
    return [
        Finding(what, f"{middle:.2f} s", f"under {START_SECONDS:g} s", middle < START_SECONDS),
        Finding("  processor time of a start and its end", f"{work:.2f} s"),
    ]


def once(stage: Stage, path: str) -> float:
    """Seconds from the command to the first lesson page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    process = subprocess.Popen(stage.command(port), env=stage.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        browser = Browser(f"http://127.0.0.1:{port}")
        while True:
            try:
                browser.get(path)
            except ConnectionError:
                if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                    raise
                time.sleep(0.002)
                continue
            return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(PATIENCE)
