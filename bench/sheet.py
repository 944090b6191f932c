"""A sheet of 400 fields: opened by one, and saved field by field by sixty-four people by the clock."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from bench.client import Browser
from bench.findings import Finding, percentile
from bench.pages import queries
from bench.scrape import token
from bench.stage import Stage, say
from webapp.accounts.models import Person, Session, SignIn
from webapp.core import clock
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import services, services_changes
from webapp.questionnaires.ledger import Wanted

FIELDS, PARTS = 400, 10
PEOPLE, EVERY = 64, 5.0
OPEN_MS, OPEN_KB, QUERIES, SAVE_MS = 300, 150, 8, 100
KINDS: tuple[tuple[Mapping[str, Any], Any], ...] = (
    ({"type": "text"}, "城乡供水一体化"), ({"type": "long", "limit": 2000}, "到2030年，农村自来水普及率达到98%。" * 4),
    ({"type": "number", "unit": {"en": "km", "zh-Hans": "公里"}}, "1137.5"), ({"type": "date"}, "2026-11-20"),
    ({"type": "single", "options": [{"id": each, "text": {"en": each, "zh-Hans": each}} for each in "abcd"]}, "a"),
    ({"type": "scale", "from": 1, "to": 5}, 3),
)


@dataclass(frozen=True)
class Seat:
    """A person's browser at a sheet of theirs."""

    browser: Browser
    url: str
    token: str


def definition() -> Questionnaire:
    """A questionnaire of 400 fields in ten parts."""
    listed = [
        {"id": f"field-{n}", "label": {"en": f"Question number {n}", "zh-Hans": f"第{n}题"}, **KINDS[n % len(KINDS)][0]}
        for n in range(FIELDS)
    ]
    size, words = FIELDS // PARTS, {"en": "Large", "zh-Hans": "大表"}
    return Questionnaire.from_content({
        "id": "bench-large", "languages": ["zh-Hans", "en"], "title": words, "summary": words, "kind": "document", "minutes": 60,
        "sections": [{"id": f"part-{n}", "title": words, "fields": listed[n * size : (n + 1) * size]} for n in range(PARTS)],
    })


def measure(stage: Stage) -> list[Finding]:
    """Opening a part, and saving one field."""
    stage.served  # noqa: B018  start it before the clock runs
    asked = definition()
    seats = [seat(stage, asked) for _each in range(PEOPLE)]
    opened = [seats[0].browser.get(f"{seats[0].url}part-3") for _time in range(20 if stage.quick else 100)]
    slowest, size = 1000 * percentile([each.seconds for each in opened], 99), len(opened[0].body) / 1000
    count = queries(stage, seats[0].browser, f"{seats[0].url}part-3")
    turns = 4 if stage.quick else 12
    say(f"sheet: {PEOPLE} people for {turns * EVERY:.0f} s")
    begin = time.perf_counter() + 1.0
    with ThreadPoolExecutor(PEOPLE) as threads:
        waited = [
            1000 * one for many in threads.map(lambda pair: saves(pair[1], begin + pair[0] * EVERY / PEOPLE, turns), enumerate(seats))
            for one in many
        ]
    p99 = percentile(waited, 99)
    what = f"a part of a sheet of {FIELDS} fields, p99 of {len(opened)}"
    return [
        Finding(what, f"{slowest:.0f} ms, {size:.0f} KB", f"under {OPEN_MS} ms and {OPEN_KB} KB", slowest < OPEN_MS and size < OPEN_KB),
        Finding("  queries", str(count), f"at most {QUERIES}", count <= QUERIES),
        Finding(f"a field saved, {PEOPLE} people, p99 of {len(waited)}", f"{p99:.0f} ms", f"under {SAVE_MS} ms", p99 < SAVE_MS),
        Finding("  median and slowest", f"{statistics.median(waited):.0f} ms, {max(waited):.0f} ms"),
    ]


def seat(stage: Stage, asked: Questionnaire) -> Seat:
    """Somebody of the crowd with an answered sheet, who has opened it."""
    session_id = UUID(str(stage.people.crowd.get_nowait()))
    stage.people.crowd.put(session_id)
    with stage.application.app_context(), unit_of_work():
        person = db.session.get_one(Person, db.session.get_one(SignIn, db.session.get_one(Session, session_id).sign_in_id).person_id)
        sheet = services.begin(questionnaire=asked, person=person, language="zh-Hans", now=clock.now())
        changes = [Wanted(uuid4(), each.id, 0, KINDS[n % len(KINDS)][1]) for n, each in enumerate(asked.fields)]
        services_changes.apply(sheet=sheet, questionnaire=asked, changes=changes, person_id=person.id, now=clock.now())
        url = f"/sheets/{sheet.id}/"
    browser = Browser(stage.served.url, stage.people.cookies_of(session_id))
    return Seat(browser, url, token(browser.get(f"{url}part-0").text))


def saves(place: Seat, first: float, turns: int) -> list[float]:
    """Save a field by the clock; seconds of each from the moment it was due."""
    waited, version = [], FIELDS
    for turn in range(turns):
        due = first + turn * EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
        change = {"id": str(uuid4()), "path": "field-1", "base": version, "value": f"第{turn}次修改：供水管网延伸到行政村。"}
        place.browser.post_json(f"{place.url}changes", {"since": version, "at": "field-1", "changes": [change]}, place.token)
        version += 1
        waited.append(time.perf_counter() - due)
    return waited
