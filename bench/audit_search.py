"""The audit trail, searched by administrators of everything and of one county, over ten million entries on PostgreSQL."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import quote

import sqlalchemy as sa

from bench import people_list
from bench.client import Browser
from bench.findings import Finding, percentile
from bench.stage import KEY, Running, Stage, say
from webapp import create_app
from webapp.accounts.models import Person
from webapp.cli_upgrade import bring_up
from webapp.core import clock
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.portal.audit_words import ACTIONS

ENTRIES, QUICK = 10_000_000, 500_000
PEOPLE = 100_000
TURNS = 8
WAIT_MS = 500

WHO = "INSERT INTO bench_who SELECT row_number() OVER (ORDER BY id) - 1, id, place_id FROM people"
# One in a thousand acts is of the rarer kinds; the last hundred people are administrators, one of whom does most.
TRAIL = """
INSERT INTO audit_entries (id, number, at, actor_id, action, subject_kind, subject_id, place_id, channel, network, hash)
SELECT gen_random_uuid(), t.i,
       timestamptz '2021-01-01' + t.i * interval '15 seconds', actor.id, (CAST(:actions AS text[]))[t.action], 'person',
       subject.id::text, subject.place_id, 'web', '192.0.2.0/24', repeat('0', 64)
FROM (SELECT i, floor(random() * :people)::int AS subject, floor(power(random(), 3) * 100)::int AS actor,
             1 + floor(power(random(), 6) * :kinds)::int AS action
      FROM generate_series(:first, :last) AS i) AS t
JOIN bench_who AS subject ON subject.i = t.subject JOIN bench_who AS actor ON actor.i = t.actor
"""


def fill(entries: int) -> None:
    """Add entries of people who are there. Indices are made afterwards, which takes a fraction of the time."""
    actions = sorted(ACTIONS)
    with db.engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL synchronous_commit = on"))
        connection.execute(sa.text("CREATE TEMP TABLE bench_who (i int PRIMARY KEY, id uuid, place_id uuid)"))
        count = connection.execute(sa.text(WHO)).rowcount
        made = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_entries' AND indexname LIKE 'ix%'"
        indices = connection.execute(sa.text(made)).all()
        for name, _definition in indices:
            connection.execute(sa.text(f'DROP INDEX "{name}"'))
        connection.execute(sa.text("ANALYZE bench_who"))
        values = {"people": count, "kinds": len(actions), "actions": actions, "first": 1000, "last": 999 + entries}
        connection.execute(sa.text(TRAIL), values)
        say("and their indices")
        connection.execute(sa.text("SET LOCAL maintenance_work_mem = '1GB'"))
        for _name, definition in indices:
            connection.execute(sa.text(definition))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE audit_entries"))


def searches() -> dict[str, str]:
    """What administrators ask for, by what it is. Needs an application context."""
    ids = db.session.scalars(sa.select(Person.id).order_by(Person.id).limit(100)).all()
    name = db.session.scalar(sa.select(Person.name).where(Person.id == ids[0]))
    rare, common = max(ACTIONS), min(ACTIONS)
    day = clock.now().date() - timedelta(days=900)
    return {
        "all": "", "busiest actor": f"?actor={ids[0]}", "actor by name": f"?actor={name}", "subject": f"?subject={ids[50]}",
        "subject by name": f"?subject={name}", "common act": f"?action={common}", "rare act": f"?action={rare}",
        "rare act of one": f"?action={rare}&actor={ids[99]}", "days": f"?from={day}&to={day + timedelta(days=3)}",
        "rare act before a day": f"?action={rare}&to={day}", "act and subject": f"?action={common}&subject={ids[50]}",
        "nobody": "?actor=qqqq",
    }


def measure(stage: Stage) -> list[Finding]:
    """Milliseconds from request to the whole page, one after another, for both administrators."""
    entries = QUICK if stage.quick else ENTRIES
    address = stage.another("audit_search")
    app = create_app(Settings(mode=Mode.TEST, data_dir=stage.folder / "audit", database_url=address, secret_key=KEY))
    with app.app_context():
        bring_up()
        people_list.fill(PEOPLE)
        say(f"adding {entries:,} entries")
        fill(entries)
        everywhere = people_list.administrator(app)
        county = people_list.administrator(app, email="county@bench.example", everywhere=False)
        asked = searches()
        db.session.remove()
        db.engine.dispose()
    served = Running(stage.command(), stage.environment | {"LOCALGOALS_DATABASE_URL": address}, stage.folder / "audit.log")
    try:
        waits = {
            f"{whose}: {name}": _waits(Browser(served.url, cookies), query)
            for whose, cookies in (("everywhere", everywhere), ("county", county)) for name, query in asked.items()
        }
    finally:
        served.stop()
    slowest = max(percentile(each, 95) for each in waits.values())
    found = [
        Finding(f"  {name}", f"median {percentile(each, 50):.0f} ms, 95 % {percentile(each, 95):.0f} ms") for name, each in waits.items()
    ]
    measured = f"95 % of the slowest within {slowest:.0f} ms ({entries:,} entries)"
    return [Finding("search in the audit trail", measured, f"{WAIT_MS} ms", slowest <= WAIT_MS), *found]


def _waits(browser: Browser, query: str) -> list[float]:
    waits = []
    for turn in range(TURNS + 1):
        begun = time.perf_counter()
        browser.get(quote(f"/admin/audit/{query}", safe="/?=&-"))
        if turn:
            waits.append(1000 * (time.perf_counter() - begun))
    browser.close()
    return waits
