"""The record of a training with 500 participants: its overview, opened by one and by eight at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from uuid import UUID

import sqlalchemy as sa

from bench.client import Browser
from bench.findings import Finding, percentile
from bench.pages import queries
from bench.people_list import administrator
from bench.stage import Stage, say
from webapp.accounts.models import Person, SignIn
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.places.models import Place
from webapp.trainings import profile, services
from webapp.trainings.models import TestsNeeded, TrainingSession, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.rules_plan import Plan

PARTICIPANTS, CLIENTS = 500, 8
OPEN_MS, QUERIES = 300, 8
EMAIL = "trainings@bench.example"


def plant() -> UUID:
    """A training in the middle of its reporting, with everybody's attendance and tests. Needs an application context."""
    now, course = clock.now(), catalogue().courses[0]
    county = db.session.scalars(sa.select(Place).where(Place.code == "330521", Place.closed_on.is_(None))).one()
    lead = db.session.scalars(sa.select(Person).join(SignIn, SignIn.person_id == Person.id).where(SignIn.email == EMAIL)).one()
    first = (now - timedelta(days=30)).date()
    with unit_of_work():
        plan = Plan(
            place_id=county.id, language="zh-Hans", zone="Asia/Shanghai", first_day=first, last_day=first + timedelta(days=1),
            venue="县委党校", room="大教室", seats=PARTICIPANTS, courses=(course.id,), test_course_id=course.id, least_minutes=450,
            tests_needed=TestsNeeded.BOTH, least_score=60,
        )
        training = services.create(plan=plan, actor_id=lead.id, now=now)
        sessions = [
            TrainingSession(
                id=new_id(), training_id=training.id, day=first + timedelta(days=number // 2), starts=time(9 + 5 * (number % 2)),
                ends=time(12 + 5 * (number % 2)), secret=new_code(), changed_at=now,
            )
            for number in range(4)
        ]
        db.session.add_all(sessions)
        db.session.flush()
        for state in (TrainingState.PREPARATION, TrainingState.ANNOUNCED, TrainingState.RUNNING, TrainingState.REPORTING):
            services.move(training=training, after=state, note="", actor_id=lead.id, now=now)
        profile.begin(training=training, lead=lead, actor_id=lead.id, now=now)
        training_id, session_ids = training.id, [each.id for each in sessions]
        _people(training_id, session_ids, county.id, course.id, course.revision)
    return training_id


def _people(training_id: UUID, session_ids: list[UUID], place_id: UUID, course_id: str, revision: str) -> None:
    now = clock.now()
    people = [
        Person(id=new_id(), name=f"学员{number}", language="zh-Hans", place_id=place_id, created_at=now) for number in range(PARTICIPANTS)
    ]
    db.session.add_all(people)
    db.session.flush()
    seats = [
        Participant(
            id=new_id(), training_id=training_id, person_id=each.id, state=ParticipantState.REGISTERED, joined_by=JoinedBy.IMPORT,
            code=new_code(), form_before="ab"[number % 2], rounds=1, listed_at=now, invited_at=now, registered_at=now,
        )
        for number, each in enumerate(people)
    ]
    db.session.add_all(seats)
    db.session.flush()
    db.session.add_all([
        Attendance(session_id=session_id, participant_id=seat.id, presence=Presence.PRESENT, minutes=180, changed_at=now)
        for seat in seats for session_id in session_ids
    ])
    db.session.add_all([
        Sitting(
            id=new_id(), training_id=training_id, participant_id=seat.id, moment=moment, form=seat.form_before, course_id=course_id,
            course_revision=revision, language="zh-Hans", paper=[], maximum=20, started_at=now, submitted_at=now, score_thousandths=12_000,
        )
        for seat in seats for moment in Moment
    ])


def measure(stage: Stage) -> list[Finding]:
    """Milliseconds to the whole page, one reader and then eight; and its queries."""
    served, turns = stage.served, 10 if stage.quick else 40
    with stage.application.app_context():
        say(f"a training with {PARTICIPANTS} participants")
        cookies = administrator(stage.application, EMAIL)
        path = f"/trainings/{plant()}/?lang=zh-Hans"
    browsers = [Browser(served.url, cookies) for _each in range(CLIENTS)]
    for browser in browsers:
        browser.get(path)
    alone = [1000 * browsers[0].get(path).seconds for _time in range(turns)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        many = list(threads.map(lambda browser: [1000 * browser.get(path).seconds for _time in range(turns)], browsers))
    together, count = percentile([each for times in many for each in times], 99), queries(stage, browsers[0], path)
    slowest = percentile(alone, 99)
    return [
        Finding(
            f"the record of a training, {PARTICIPANTS} participants, p99", f"{slowest:.0f} ms", f"under {OPEN_MS} ms", slowest < OPEN_MS,
        ),
        Finding("  queries", str(count), f"at most {QUERIES}", count <= QUERIES),
        Finding(f"  {CLIENTS} readers at once, p99", f"{together:.0f} ms"),
    ]
