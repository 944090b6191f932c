"""Statistics over five years of a large programme on PostgreSQL: a million people in all counties, twelve million participation events.

The first snapshot, a day's refresh, pages over HTTP with eight clients when nothing is known in the processes and when they were
asked before, pivot tables, a million rows as a file, and the nightly check.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa

from bench import command, statistics_crowd
from bench.client import Browser
from bench.findings import Finding, percentile
from bench.people_list import administrator
from bench.scrape import token
from bench.stage import KEY, Running, Stage, say
from webapp import create_app
from webapp.cli_upgrade import bring_up
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.courses.catalogue import catalogue

FULL = {"people": 1_000_000, "events": 12_000_000, "views": 60_000_000, "trainings": 6_000}
QUICK = {"people": 50_000, "events": 600_000, "views": 3_000_000, "trainings": 300}
DAY, QUICK_DAY = 20_000, 1_000
ROWS, QUICK_ROWS = 1_000_000, 100_000
CLIENTS, TURNS, QUICK_TURNS = 8, 6, 3
REFRESH_S, WARM_MS, COLD_MS, MEDIAN_MS, PIVOT_MS = 60, 300, 1000, 50, 1000
REFRESH = ("statistics", "refresh")
FIRST_BYTE_MS, ROWS_MB = 1000, 200


def measure(stage: Stage) -> list[Finding]:
    """Everything, on a database and with a folder of its own."""
    address, data = stage.another("statistics"), stage.folder / "statistics"
    app = create_app(Settings(mode=Mode.TEST, data_dir=data, database_url=address, secret_key=KEY))
    with app.app_context():
        bring_up()
        begun = time.monotonic()
        last = statistics_crowd.fill(**(QUICK if stage.quick else FULL))
        filled = time.monotonic() - begun
        cookies, asked, shapes, rows = administrator(app), pages(), pivots(), _rows(QUICK_ROWS if stage.quick else ROWS)
        db.session.remove()
        db.engine.dispose()
    environment = stage.environment | {"LOCALGOALS_DATABASE_URL": address, "LOCALGOALS_DATA_DIR": str(data)}
    what = QUICK if stage.quick else FULL
    found = [Finding(
        f"statistics: {what['people']:,} people, {what['events']:,} events, {what['views']:,} views as counts", f"made in {filled:.0f} s",
    )]
    say("the first snapshot, and a day's refresh")
    found.append(_told("  first snapshot", command.run(environment, *REFRESH)))
    with app.app_context():
        statistics_crowd.a_day(last + timedelta(days=1), QUICK_DAY if stage.quick else DAY)
        db.session.remove()
        db.engine.dispose()
    seconds, busy, most = command.run(environment, *REFRESH)
    found.append(Finding(
        "  refresh after a day", f"{seconds:.0f} s ({busy:.0f} s of processor of its own), {most:.0f} MB", f"under {REFRESH_S} s",
        seconds < REFRESH_S,
    ))
    turns = QUICK_TURNS if stage.quick else TURNS
    for name, addresses in (("pages", asked), ("pivot tables", shapes)):
        say(f"{len(addresses)} {name}, {CLIENTS} clients")
        found += _read(stage, environment, cookies, name, addresses, turns)
    say("rows as a file")
    found += _file(stage, environment, cookies, rows)
    say("the nightly check")
    found.append(_told("  nightly check", command.run(environment, "scheduler", "--once", "check-statistics")))
    return found


def _told(what: str, measured: tuple[float, float, float]) -> Finding:
    seconds, busy, most = measured
    return Finding(what, f"{seconds:.0f} s ({busy:.0f} s of processor of its own), {most:.0f} MB")


def pages() -> dict[str, str]:
    """The listed slices, by what they are: 44 addresses of pages. Needs an application context."""
    province, city, county = (_place(path) for path in ("CN/330000/", "CN/330000/330500/", "CN/330000/330500/330521/"))
    course = catalogue().courses[0].id
    slices = {
        "all": "", "this year": "period=this-year", "last year": "period=last-year", "this quarter": "period=this-quarter",
        "last month": "period=last-month", "a quarter": "period=2024-Q3", "some days": "from=2025-03-10&to=2025-06-20",
        "this year, year before": "period=this-year&against=year", "province": f"place={province}", "city": f"place={city}",
        "county": f"place={county}", "province, this year": f"place={province}&period=this-year",
        "county, last year": f"place={county}&period=last-year", "level and above": "level=30",
        "county, level and above": f"place={county}&level=40", "women": "sex=female", "age": "age=36-45", "English": "language=en",
        "phone": "device=phone", "course": f"course={course}", "course, province": f"course={course}&place={province}",
        "organisation": "organisation=government", "onsite": "channel=onsite",
    }
    places = {
        "all": "", "province": f"place={province}", "city": f"place={city}", "county": f"place={county}", "this year": "period=this-year",
        "province, this year": f"place={province}&period=this-year", "province, level and above": f"place={province}&level=30",
        "province, women": f"place={province}&sex=female", "city, last quarter": f"place={city}&period=last-quarter",
        "province, year before": f"place={province}&period=last-year&against=year",
    }
    others = {
        "map": "map", "funnel": "funnel", "funnel, county": f"funnel?place={county}", "months": "time", "weeks": "time?by=week",
        "months, province": f"time?place={province}", "people": "people", "people, province": f"people?place={province}",
        "course": f"courses/{course}", "trainings, city": f"trainings?place={city}", "left behind": "left-behind",
    }
    return {
        **{f"overview, {name}": f"/statistics/?{query}" for name, query in slices.items()},
        **{f"places, {name}": f"/statistics/places?{query}" for name, query in places.items()},
        **{name: f"/statistics/{path}" for name, path in others.items()},
    }


def pivots() -> dict[str, str]:
    """Pivot tables of several shapes. Needs an application context."""
    province = _place("CN/330000/")
    shapes = {
        "province": {"rows": "province"}, "province, year": {"rows": "province", "columns": "year"},
        "level, sex": {"rows": "level", "columns": "sex"}, "month, course": {"rows": "month", "columns": "course"},
        "province and level, year": {"rows": "province", "rows2": "level", "columns": "year"},
        "age, organisation, women": {"rows": "age", "columns": "organisation", "sex": "female"},
        "counties of a province, year": {"rows": "county", "columns": "year", "place": province},
        "readers, quarter, device": {"rows": "quarter", "columns": "device", "figures": "views,readers"},
        "trainings of a province": {"rows": "training", "place": province, "figures": "attended,hours"},
        "all figures, level": {"rows": "level", "figures": "views,readers,enrolled,started,passed,attended,hours", "period": "last-year"},
    }
    return {name: f"/statistics/pivot?{urlencode(query)}" for name, query in shapes.items()}


def _place(path: str) -> str:
    return str(db.session.scalar(sa.text("SELECT id FROM places WHERE path = :path AND closed_on IS NULL"), {"path": path}))


def _rows(count: int) -> str:
    """Filter of the last days that hold so many events."""
    at = db.session.scalar(sa.text(
        "SELECT happened_at FROM participation_events ORDER BY happened_at DESC OFFSET :count LIMIT 1"
    ), {"count": count})
    return f"from={at.date().isoformat()}"


def _read(
    stage: Stage, environment: dict[str, str], cookies: dict[str, str], name: str, addresses: dict[str, str], turns: int,
) -> list[Finding]:
    """Milliseconds to the whole page in processes that have counted nothing yet, and in the same ones afterwards."""
    served = Running(stage.command(), environment, stage.folder / "statistics.log")
    try:
        cold, warm = run(served.url, cookies, addresses, turns)
    finally:
        served.stop()
    pivot = name == "pivot tables"
    limit = {"cold": PIVOT_MS if pivot else COLD_MS, "warm": PIVOT_MS if pivot else WARM_MS}
    found = []
    for state, waits in (("cold", cold), ("warm", warm)):
        times = [each for page in waits.values() for each in page]
        middle, most = percentile(times, 50), percentile(times, 95)
        what = f"  {len(addresses)} {name}, {CLIENTS} clients, {state}, p95"
        found.append(Finding(what, f"{most:.0f} ms", f"under {limit[state]} ms", most < limit[state]))
        if not pivot and state == "warm":
            found.append(Finding("    median", f"{middle:.0f} ms", f"under {MEDIAN_MS} ms", middle < MEDIAN_MS))
        slowest = max(waits, key=lambda page: percentile(waits[page], 95))
        found.append(Finding(f"    slowest: {slowest}", f"p95 {percentile(waits[slowest], 95):.0f} ms"))
    return found


Waits = dict[str, list[float]]


def run(url: str, cookies: dict[str, str], addresses: dict[str, str], turns: int) -> tuple[Waits, Waits]:
    """Milliseconds of every request by page: of the first turn of each client, and of the later ones. Each has an order of its own."""
    cold: Waits = {name: [] for name in addresses}
    warm: Waits = {name: [] for name in addresses}

    def client(number: int, waits: Waits, rounds: int) -> None:
        browser, order = Browser(url, cookies), list(addresses)
        for _round in range(rounds):
            for place in range(len(order)):
                name = order[(place + number * len(order) // CLIENTS) % len(order)]
                begun = time.perf_counter()
                browser.get(addresses[name])
                waits[name].append(1000 * (time.perf_counter() - begun))
        browser.close()

    for waits, rounds in ((cold, 1), (warm, turns)):
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda number, waits=waits, rounds=rounds: client(number, waits, rounds), range(CLIENTS)))
    return cold, warm


def _file(stage: Stage, environment: dict[str, str], cookies: dict[str, str], query: str) -> list[Finding]:
    """Rows of the last days as a file, from a server that has shown figures before: when it begins, and what the worker takes for it."""
    served = Running(stage.command(), environment, stage.folder / "statistics_rows.log")
    try:
        browser = Browser(served.url, cookies)
        for _each in range(4 * len(served.workers())):
            browser.get("/statistics/?sex=female")
            browser.close()
        page = browser.get(f"/statistics/rows?{query}").text
        before = {pid: _resident(pid) for pid in served.workers()}
        for pid in before:
            # So that the kernel's high mark begins anew.
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        begun = time.perf_counter()
        first, lines, size = 0.0, -1, 0
        fields = {"csrf_token": token(page), "people": "pseudonyms", "reason": "check"}
        for piece in browser.stream(f"/statistics/rows.csv?{query}", fields):
            first = first or 1000 * (time.perf_counter() - begun)
            lines, size = lines + piece.count(b"\n"), size + len(piece)
        taken = time.perf_counter() - begun
        more = max(command.peak(pid) - resident for pid, resident in before.items())
    finally:
        served.stop()
    return [
        Finding(f"  {lines:,} rows as CSV, first byte", f"{first:.0f} ms", f"under {FIRST_BYTE_MS} ms", first < FIRST_BYTE_MS),
        Finding("    memory of the worker meanwhile", f"{more:.0f} MB more", f"under {ROWS_MB} MB", more < ROWS_MB),
        Finding("    the whole file", f"{size / 1e6:.0f} MB in {taken:.0f} s"),
    ]


def _resident(pid: int) -> float:
    """Resident set of a process in MB (millions of bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
