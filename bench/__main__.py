"""`python -m bench [part ...] [--quick]`: measures, prints the table, and ends with 1 if a budget is missed."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable

from bench import (
    audit_search,
    certificate,
    check_in,
    crowd,
    first_visit,
    memory,
    pages,
    people_import,
    people_list,
    quiz,
    registration,
    report,
    results,
    sheet,
    start,
    statistics,
    training_record,
)
from bench.findings import Finding, table
from bench.stage import Stage, say

# In this order, so that the memory of the workers is measured after everything else.
PARTS: dict[str, Callable[[Stage], list[Finding]]] = {
    "pages": pages.measure,
    "quiz": quiz.measure,
    "crowd": crowd.measure,
    "sheet": sheet.measure,
    "certificate": certificate.measure,
    "start": start.measure,
    "visit": first_visit.measure,
    "people-list": people_list.measure,
    "people-import": people_import.measure,
    "audit-search": audit_search.measure,
    "results": results.measure,
    "statistics": statistics.measure,
    "training-record": training_record.measure,
    "check-in": check_in.measure,
    "registration": registration.measure,
    "report": report.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Measure what was asked for; 0 if every budget is met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of {', '.join(PARTS)}; without any, all of them")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements, for a first look")
    asked = parser.parse_args()
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; the parts are {', '.join(PARTS)}")
    # So that whoever ends a run early also ends what it has started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    begun, findings = time.monotonic(), list[Finding]()
    with Stage(quick=asked.quick) as stage:
        for name, measure in PARTS.items():
            if name in asked.parts or not asked.parts:
                say(name)
                findings += measure(stage)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    missed = sum(not each.met for each in findings)
    print(table(findings))
    print(f"\n{len(os.sched_getaffinity(0))} cores, load {load}; {time.monotonic() - begun:.0f} s; budgets missed: {missed}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
