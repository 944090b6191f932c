"""Signed-in pages against the floor, in requests per second."""

from __future__ import annotations

import re
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import event

from bench import floor
from bench.client import Browser
from bench.findings import Finding
from bench.stage import Stage, say
from webapp.core.database import db

CONNECTIONS = 8
SHARE = 80
QUERIES = 3
_RATE = re.compile(r"Requests/sec:\s*([0-9.]+)")
_COUNT = re.compile(r"(\d+) requests in")
_FAULTS = re.compile(r"(Non-2xx|Socket errors).*")


@dataclass(frozen=True)
class Run:
    """Requests per second, and milliseconds of processor time that workers and database spent on each: steadier on a busy machine."""

    rate: float
    work: float


def measure(stage: Stage) -> list[Finding]:
    """Each page in turn with the floor, several times; the median of the ratios counts."""
    people, learner, user = stage.people, stage.learner(), stage.floor_user()
    paths = {"lesson page": people.lessons[1], "course page": people.url, "/me/": "/me/"}
    seconds = 1 if stage.quick else 4
    plain = len(user.get(floor.PAGE).body)
    findings = [Finding("floor: one page", f"{plain / 1000:.1f} kB, {CONNECTIONS} connections, 2 workers of 4 threads")]
    for path in (floor.PAGE, *paths.values()):
        run(stage, user if path == floor.PAGE else learner, path, 1)
    runs: dict[str, list[tuple[Run, Run]]] = {name: [] for name in paths}
    for turn in range(stage.rounds):
        for name, path in paths.items():
            runs[name].append((run(stage, user, floor.PAGE, seconds), run(stage, learner, path, seconds)))
        shares = (f"{name} {100 * runs[name][-1][1].rate / runs[name][-1][0].rate:.0f} %" for name in paths)
        say(f"pages, round {turn + 1}: {', '.join(shares)}")
    for name, path in paths.items():
        share = 100 * statistics.median(here.rate / below.rate for below, here in runs[name])
        size = len(learner.get(path).body) / 1000
        rate = statistics.median(here.rate for _below, here in runs[name])
        measured = f"{share:.0f} % of the floor ({rate:.0f}/s, {size:.0f} kB)"
        findings.append(Finding(f"{name}, signed in", measured, f"at least {SHARE} %", share >= SHARE))
    floors = [below for pairs in runs.values() for below, _here in pairs]
    findings.append(Finding("  the floor", f"{statistics.median(each.rate for each in floors):.0f}/s"))
    work = {"floor": floors} | {name: [here for _below, here in pairs] for name, pairs in runs.items()}
    times = ", ".join(f"{name} {statistics.median(each.work for each in all_):.2f}" for name, all_ in work.items())
    findings.append(Finding("  processor time of a page, with the database", f"{times} ms"))
    for name, path in paths.items():
        count = queries(stage, learner, path)
        limited = name == "lesson page"
        findings.append(Finding(f"{name}, queries", str(count), f"at most {QUERIES}" if limited else "", not limited or count <= QUERIES))
    return findings


def run(stage: Stage, browser: Browser, path: str, seconds: int) -> Run:
    """Ask for a page as fast as it comes, with this browser's cookies. Raises RuntimeError for a failed request."""
    host, port = browser.address
    server = stage.served_floor if path == floor.PAGE else stage.served
    answer = browser.get(path)
    if b"\r\nset-cookie" in answer.head.lower():
        raise RuntimeError(f"{path} sets a cookie at every request")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Cookie: {browser.cookie_header}", f"http://{host}:{port}{path}"]
    before = stage.processor_seconds(server)
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    fault = _FAULTS.search(told)
    if fault:
        raise RuntimeError(f"{path}: {fault[0]}")
    rate, count = _RATE.search(told), _COUNT.search(told)
    assert rate is not None, told
    assert count is not None, told
    return Run(float(rate[1]), 1000 * (stage.processor_seconds(server) - before) / int(count[1]))


def queries(stage: Stage, browser: Browser, path: str) -> int:
    """Statements that the page sends to the database, counted in this process with the same cookies."""
    client = stage.application.test_client()
    for name, value in browser.cookies.items():
        client.set_cookie(name, value)
    with stage.application.app_context(), counting() as seen:
        answer = client.get(path)
    assert answer.status_code == 200, answer.status
    return len(seen)


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that were sent meanwhile. Needs an application context."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
