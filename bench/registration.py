"""Five hundred people who register for 30 seats at the same moment, and a list of 1,137 people that a trainer brings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bench.client import Browser
from bench.findings import Finding, percentile
from bench.people import COUNTY
from bench.scrape import token
from bench.stage import Stage, say
from webapp.accounts.models import OrganisationType, Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.places import queries as places
from webapp.trainings import importing
from webapp.trainings.models import TrainerPart, Training, TrainingState, TrainingTrainer
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.records import locked

PEOPLE, SEATS, THREADS, WITHIN = 500, 30, 100, 60
ROWS, IMPORT_SECONDS = 1_137, 30


def measure(stage: Stage) -> list[Finding]:
    """Both; the numbers that must be exact are budgets like the times."""
    return [*_registrations(stage), *_list(stage)]


def _registrations(stage: Stage) -> list[Finding]:
    url, count = stage.served.url, PEOPLE // 5 if stage.quick else PEOPLE
    training_id, codes = _invited(stage, count)
    with ThreadPoolExecutor(THREADS) as threads:
        ready = list(threads.map(lambda code: _opened(url, code), codes))
        say(f"registration: {count} people at once for {SEATS} seats")
        begun = time.perf_counter()
        waited = [1000 * each for each in threads.map(lambda one: _press(*one), ready)]
        seconds = time.perf_counter() - begun
    with stage.application.app_context():
        states = sa.select(Participant.state, Participant.queue).where(Participant.training_id == training_id).order_by(Participant.queue)
        rows = db.session.execute(states).all()
        events = db.session.scalar(sa.select(sa.func.count()).where(
            ParticipationEvent.training_id == training_id, ParticipationEvent.kind == EventKind.REGISTERED))
    seated = sum(state is ParticipantState.REGISTERED for state, _queue in rows)
    queue = [number for state, number in rows if state is ParticipantState.WAITING]
    ordered = queue == list(range(1, count - SEATS + 1))
    return [
        Finding(f"{count} registrations at once for {SEATS} seats", f"{seconds:.1f} s", f"{WITHIN} s", seconds < WITHIN),
        Finding("  people with a seat, and registrations counted", f"{seated}, {events}", f"exactly {SEATS}", seated == events == SEATS),
        Finding("  waiting list", f"{len(queue)}, {'in order' if ordered else 'out of order'}", f"{count - SEATS}, in order", ordered),
        Finding("  from the press of the button to the answer, median and p99",
                f"{percentile(waited, 50):.0f} ms, {percentile(waited, 99):.0f} ms"),
    ]


def _invited(stage: Stage, count: int) -> tuple[UUID, Sequence[str]]:
    """A training with few seats, and the codes of those who were invited to it."""
    now = clock.now()
    with stage.application.app_context(), unit_of_work():
        training, people = _training(count, SEATS)
        codes = [new_code() for _each in people]
        db.session.add_all([
            Participant(
                id=new_id(), training_id=training.id, person_id=person.id, state=ParticipantState.INVITED, joined_by=JoinedBy.IMPORT,
                code=code, form_before="a", listed_at=now, invited_at=now,
            )
            for person, code in zip(people, codes, strict=True)
        ])
        return training.id, codes


def _training(count: int, seats: int | None) -> tuple[Training, list[Person]]:
    now, place = clock.now(), places.by_code("CN", COUNTY)
    assert place is not None
    people = [Person(id=new_id(), name=f"学员{n}", language="zh-Hans", place_id=place.id, created_at=now) for n in range(count)]
    db.session.add_all(people)
    db.session.flush()
    first = (now + timedelta(days=30)).date()
    training = Training(
        id=new_id(), code=new_code(), state=TrainingState.ANNOUNCED, place_id=place.id, language="zh-Hans", zone="Asia/Shanghai",
        first_day=first, last_day=first, venue="县委党校", seats=seats, created_by_id=people[0].id, created_at=now, changed_at=now,
    )
    db.session.add(training)
    db.session.flush()
    db.session.add(TrainingTrainer(training_id=training.id, person_id=people[0].id, part=TrainerPart.LEAD, added_at=now))
    return training, people


def _opened(url: str, code: str) -> tuple[Browser, str, str]:
    """Somebody who has the question on the screen and the finger on the button."""
    browser, path = Browser(url), f"/trainings/mine/{code}"
    page = browser.get(f"{path}?ask=register")
    browser.close()
    return browser, f"{path}/register", token(page.text)


def _press(browser: Browser, path: str, secret: str) -> float:
    begun = time.perf_counter()
    browser.post(path, {"csrf_token": secret})
    seconds = time.perf_counter() - begun
    browser.close()
    return seconds


def _list(stage: Stage) -> list[Finding]:
    """From the file to everybody registered: preview and job, as the trainer waits for them."""
    people = (f"人员{n:04},第{n % 40}局,138{n:08},list{n}@bench.example,{'男女'[n % 2]},第{n % 20}组" for n in range(ROWS))
    lines = ["姓名,单位,手机,邮箱,性别,分组", *people]
    say(f"a list of {ROWS:,} people")
    with stage.application.app_context():
        with unit_of_work():
            training, trainers = _training(1, None)
            training_id, trainer_id = training.id, trainers[0].id
        times = []
        for _time in range(2):
            begun = time.perf_counter()
            list_id = _staged(training_id, trainer_id, "\n".join(lines).encode("gb18030"))
            importing.carry_out(list_id)
            times.append(time.perf_counter() - begun)
        count = db.session.scalar(sa.select(sa.func.count()).where(
            Participant.training_id == training_id, Participant.state == ParticipantState.REGISTERED))
    return [
        Finding(
            f"list of {ROWS:,} people, registered at once", f"{times[0]:.1f} s", f"under {IMPORT_SECONDS} s", times[0] < IMPORT_SECONDS,
        ),
        Finding("  the same list again", f"{times[1]:.1f} s", f"under {IMPORT_SECONDS} s", times[1] < IMPORT_SECONDS),
        Finding("  people registered after both", f"{count:,}", f"exactly {ROWS:,}", count == ROWS),
    ]


def _staged(training_id: UUID, trainer_id: UUID, data: bytes) -> UUID:
    now = clock.now()
    with unit_of_work():
        training = locked(training_id)
        kept = importing.stage(training=training, data=data, actor_id=trainer_id, now=now)
        importing.prepare(
            kept=kept, training=training, columns=kept.columns, how=importing.How.REGISTER, organisation_type=OrganisationType.GOVERNMENT,
            language="zh-Hans", now=now,
        )
        importing.confirm(kept=kept, training=training, now=now)
        return kept.id
