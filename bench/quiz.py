"""Eight learners at the final quiz, against eight readers of the floor, with the same client."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TypeVar

from bench import floor
from bench.attempt import Attempt
from bench.findings import Finding, percentile
from bench.stage import Stage, say

LEARNERS = 8
PAGES = 12
SUBMIT_MS = 60

T = TypeVar("T")


def measure(stage: Stage) -> list[Finding]:
    """Rounds of the floor and of attempts in turn: how many floor pages of time an attempt takes."""
    each = LEARNERS * (4 if stage.quick else 12)
    seconds = 1.0 if stage.quick else 3.0
    stage.served  # noqa: B018  both before the clock runs, and by one thread
    stage.served_floor  # noqa: B018
    done(stage, LEARNERS * 2)
    floor_page(stage, 1.0)
    ratios, whole, work, requests = [], [], [], dict[str, list[float]]()
    for turn in range(stage.rounds):
        before = stage.processor_seconds(stage.served_floor)
        below, pages_read = floor_page(stage, seconds)
        floor_work = (stage.processor_seconds(stage.served_floor) - before) / pages_read
        before = stage.processor_seconds(stage.served)
        attempts = done(stage, each)
        work.append((stage.processor_seconds(stage.served) - before) / len(attempts) / floor_work)
        mean = statistics.mean(time for time, _times in attempts)
        start_page = statistics.mean(times["start page"] for _time, times in attempts)
        ratios.append(mean / below)
        whole.append((mean + start_page) / below)
        for _time, times in attempts:
            for name, value in times.items():
                requests.setdefault(name, []).append(value)
        say(f"quiz, round {turn + 1}: an attempt {mean * 1000:.0f} ms, a floor page {below * 1000:.1f} ms, ratio {ratios[-1]:.1f}")
    pages, submit = statistics.median(ratios), 1000 * percentile(requests["submit"], 99)
    medians = ", ".join(f"{name} {1000 * statistics.median(times):.0f}" for name, times in requests.items())
    what = f"submit, {LEARNERS} learners, p99 of {len(requests['submit'])}"
    return [
        Finding(f"attempt of 20 questions, {LEARNERS} learners", f"{pages:.1f} floor pages", f"at most {PAGES}", pages <= PAGES),
        Finding("  with the page before it", f"{statistics.median(whole):.1f} floor pages"),
        Finding("  its processor time, with the page before it", f"{statistics.median(work):.1f} floor pages"),
        Finding("  median of each request", f"{medians} ms"),
        Finding(what, f"{submit:.0f} ms", f"under {SUBMIT_MS} ms", submit < SUBMIT_MS),
    ]


def done(stage: Stage, attempts: int) -> list[tuple[float, dict[str, float]]]:
    """So many attempts by `LEARNERS` at a time, each by somebody else: seconds of each, whole and by request."""
    left = count(attempts, -1)

    def learn(_number: int) -> list[tuple[float, dict[str, float]]]:
        made = []
        while next(left) > 0:
            browser = stage.somebody()
            attempt = Attempt(browser, stage.people.final_quiz)
            made.append((attempt.at_once(), attempt.times))
            browser.close()
        return made

    return [one for many in at_once(learn) for one in many]


def floor_page(stage: Stage, seconds: float) -> tuple[float, int]:
    """Mean time of a floor page while `LEARNERS` read it as fast as they can, in seconds; and how many they read."""
    browsers = [stage.floor_user() for _each in range(LEARNERS)]
    ends = time.perf_counter() + seconds

    def read(number: int) -> list[float]:
        browser, times = browsers[number], []
        while time.perf_counter() < ends:
            times.append(browser.get(floor.PAGE).seconds)
        browser.close()
        return times

    times = [one for many in at_once(read) for one in many]
    return statistics.mean(times), len(times)


def at_once(work: Callable[[int], T]) -> list[T]:
    """The same work by `LEARNERS` threads that begin together."""
    gate = threading.Barrier(LEARNERS)

    def begin(number: int) -> T:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(LEARNERS) as threads:
        return list(threads.map(begin, range(LEARNERS)))
