"""Two hundred people check in within one minute, each by the clock: scan, open the page, press the button."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import time as wall
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bench.client import Browser
from bench.findings import Finding, percentile
from bench.people import COUNTY
from bench.scrape import token
from bench.stage import Stage, say
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.trainings import check_in
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

PEOPLE, MINUTE = 200, 60.0
BUDGET_MS = 200
THREADS = 40
_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


@dataclass(frozen=True)
class Room:
    """A session that is on, and the codes of those who come to it."""

    session_id: UUID
    secret: str
    codes: Sequence[str]


def measure(stage: Stage) -> list[Finding]:
    """From the moment that each was due until they are in."""
    stage.served  # noqa: B018  start it before the clock runs
    count = PEOPLE // 4 if stage.quick else PEOPLE
    room = prepared(stage, count)
    say(f"check-in: {count} people in {MINUTE * count / PEOPLE:.0f} s")
    begin, gap = time.perf_counter() + 1.0, MINUTE / PEOPLE
    with ThreadPoolExecutor(THREADS) as threads:
        both = list(threads.map(lambda n: enter(stage, room, room.codes[n], begin + n * gap), range(count)))
    opened, entered = ([1000 * pair[which] for pair in both] for which in (0, 1))
    with stage.application.app_context():
        present = db.session.scalar(
            sa.select(sa.func.count()).where(Attendance.session_id == room.session_id, Attendance.presence == Presence.PRESENT)
        )
    p99, p99_open = percentile(entered, 99), percentile(opened, 99)
    return [
        Finding(f"check-in, {count} people at 200 a minute, p99", f"{p99:.0f} ms", f"under {BUDGET_MS} ms", p99 < BUDGET_MS),
        Finding("  the page behind the code, p99", f"{p99_open:.0f} ms", f"under {BUDGET_MS} ms", p99_open < BUDGET_MS),
        Finding("  median and slowest", f"{statistics.median(entered):.0f} ms, {max(entered):.0f} ms"),
        Finding("  people who are in", str(present), f"exactly {count}", present == count),
    ]


def prepared(stage: Stage, count: int) -> Room:
    """A running training whose session began a while ago, with people who have a code each."""
    now = clock.now()
    # A zone in which it is around noon, so that the session does not run into another day.
    hours = (12 - now.hour + 12) % 24 - 12
    local = now + timedelta(hours=hours)
    with stage.application.app_context(), unit_of_work():
        place = places.by_code("CN", COUNTY)
        assert place is not None
        codes = [new_code() for _each in range(count)]
        people = [Person(id=new_id(), name=f"学员{n}", language="zh-Hans", place_id=place.id, created_at=now) for n in range(count)]
        db.session.add_all(people)
        db.session.flush()
        training = Training(
            id=new_id(), code=new_code(), state=TrainingState.RUNNING, place_id=place.id, language="zh-Hans", zone=f"Etc/GMT{-hours:+d}",
            first_day=local.date(), last_day=local.date(), created_by_id=people[0].id, created_at=now, changed_at=now,
        )
        db.session.add(training)
        db.session.flush()
        session = TrainingSession(
            id=new_id(), training_id=training.id, day=local.date(), starts=wall(local.hour), ends=wall(local.hour + 4), secret=new_code(),
            changed_at=now,
        )
        db.session.add(session)
        db.session.add_all([
            Participant(
                id=new_id(), training_id=training.id, person_id=person.id, state=ParticipantState.REGISTERED, joined_by=JoinedBy.IMPORT,
                code=code, form_before="a", listed_at=now, registered_at=now, rounds=1,
            )
            for person, code in zip(people, codes, strict=True)
        ])
        return Room(session.id, session.secret, codes)


def enter(stage: Stage, room: Room, code: str, due: float) -> tuple[float, float]:
    """Open the page behind the current code and check in; seconds of both, the first from the moment it was due."""
    time.sleep(max(0.0, due - time.perf_counter()))
    browser, url = Browser(stage.served.url), f"/check-in/{room.session_id}"
    page = browser.get(f"{url}/{check_in.link_code(room.secret, check_in.step_of(clock.now()))}")
    opened = time.perf_counter() - due
    found = _TICKET.search(page.text)
    assert found is not None
    begun = time.perf_counter()
    browser.post(url, {"csrf_token": token(page.text), "ticket": found[1], "by": "code", "code": code}, status=200)
    entered = time.perf_counter() - begun
    browser.close()
    return opened, entered
