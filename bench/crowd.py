"""Sixty-four learners at the quiz by the clock: each clicks every five seconds, however long the answers take."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.attempt import Attempt
from bench.findings import Finding, percentile
from bench.stage import Stage, say

LEARNERS = 64
EVERY = 5.0
CLICKS = 24
WAIT_MS = 100

Waited = tuple[str, float]


def measure(stage: Stage) -> list[Finding]:
    """Latency from the moment a click was due to the page that it leads to."""
    turns = 4 if stage.quick else 12
    stage.served  # noqa: B018  start it before the clock runs
    learners = [life(stage) for _each in range(LEARNERS)]
    with ThreadPoolExecutor(LEARNERS) as threads:
        # Somebody is at each point of an attempt when the clock starts.
        list(threads.map(lambda pair: [next(pair[1]) for _click in range(pair[0] % CLICKS)], enumerate(learners)))
        begin = time.perf_counter() + 1.0
        say(f"crowd: {LEARNERS} learners for {turns * EVERY:.0f} s")
        waited = [
            one for many in threads.map(lambda pair: clicks(pair[1], begin + pair[0] * EVERY / LEARNERS, turns), enumerate(learners))
            for one in many
        ]
    late = [1000 * seconds for _name, seconds in waited]
    p99 = percentile(late, 99)
    kinds = sorted({name for name, _seconds in waited})
    medians = ", ".join(f"{kind} {1000 * statistics.median(each for name, each in waited if name == kind):.0f}" for kind in kinds)
    return [
        Finding(f"answers saved singly, {LEARNERS} learners, p99 of {len(late)}", f"{p99:.0f} ms", f"under {WAIT_MS} ms", p99 < WAIT_MS),
        Finding("  median of each click", f"{medians} ms; slowest {max(late):.0f} ms"),
    ]


def life(stage: Stage) -> Iterator[str]:
    """One seat: somebody comes, makes an attempt and leaves to the next one. Yields the name of each click after it."""
    while True:
        browser = stage.somebody()
        attempt = Attempt(browser, stage.people.final_quiz)
        yield "open"
        yield from attempt.singly()
        browser.close()


def clicks(learner: Iterator[str], first: float, turns: int) -> list[Waited]:
    """Click by the clock; a click that is late because the one before it took long has waited since it was due."""
    waited = []
    for turn in range(turns):
        due = first + turn * EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
        name = next(learner)
        waited.append((name, time.perf_counter() - due))
    return waited
