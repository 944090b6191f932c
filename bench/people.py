"""The people of a run: a learner in the middle of a course, one with a certificate, and a crowd for the quizzes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING
from uuid import UUID

from webapp.accounts import services as accounts
from webapp.accounts.current import SEEN_KEY, SESSION_KEY
from webapp.accounts.models import OrganisationType, Person, PositionLevel, Session, SignIn
from webapp.certificates import queries as certificates
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, QuizKind, Step, StepKind
from webapp.learning import services as learning
from webapp.learning.models import Enrolment, StepProgress
from webapp.participation.models import Device
from webapp.participation.origin import Origin
from webapp.places import queries as places

if TYPE_CHECKING:
    from flask import Flask

PASSWORD = "seventeen goals by 2030"
LEARNER, GRADUATE = "learner@bench.example", "graduate@bench.example"
COUNTY = "330521"
ORIGIN = Origin("zh-Hans", Device.COMPUTER)


@dataclass(frozen=True)
class People:
    """Who there is. `crowd` are ids of sessions, each of somebody who has read all lessons and tried no final quiz."""

    app: Flask
    course: Course
    certificate: str
    crowd: SimpleQueue[UUID]

    @property
    def url(self) -> str:
        """Path of the course."""
        return f"/courses/{self.course.id}/"

    @property
    def lessons(self) -> list[str]:
        """Paths of its lessons."""
        return [f"{self.url}{step.id}/" for step in self.course.steps if step.kind is StepKind.LESSON]

    @property
    def exercises(self) -> list[str]:
        """Paths of its exercises."""
        return [f"{self.url}{step.id}/" for step in self.course.steps if step.kind is StepKind.EXERCISE]

    @property
    def final_quiz(self) -> str:
        """Path of its final quiz."""
        return next(f"{self.url}{quiz.id}/" for quiz in self.course.quizzes.values() if quiz.kind is QuizKind.FINAL)

    def next_cookies(self) -> dict[str, str]:
        """Cookies of somebody of the crowd who was not there yet."""
        return self.cookies_of(self.crowd.get_nowait())

    def cookies_of(self, session_id: UUID) -> dict[str, str]:
        """Cookies of a session."""
        values = {"_permanent": True, SEEN_KEY: int(clock.now().timestamp()), SESSION_KEY: str(session_id)}
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return {self.app.config["SESSION_COOKIE_NAME"]: signer.dumps(values)}


def settle(app: Flask, *, crowd: int) -> People:
    """Fill an upgraded database. Needs an application context."""
    course = catalogue().courses[0]
    queue: SimpleQueue[UUID] = SimpleQueue()
    with unit_of_work():
        learner, graduate = _person("沈佳宁", LEARNER), _person("王晓兰", GRADUATE)
        _learn(learner, course, course.steps[:3])
        _learn(graduate, course, course.steps)
        for session_id in _crowd(course, crowd):
            queue.put(session_id)
    return People(app, course, certificates.of_person(graduate.id)[0].code, queue)


def _person(name: str, email: str) -> Person:
    place, now = places.by_code("CN", COUNTY), clock.now()
    assert place is not None
    office = accounts.organisation_named(name="发展和改革局", type=OrganisationType.GOVERNMENT, place_id=place.id, now=now)
    person = accounts.create_person(
        name=name, language="zh-Hans", now=now, place=place, organisation=office, position_level=PositionLevel.MIDDLE
    )
    accounts.create_sign_in(person=person, email=email, now=now, password=PASSWORD, verified=True)
    return person


def _learn(person: Person, course: Course, steps: Sequence[Step]) -> None:
    now = clock.now()
    enrolment = learning.enrol(person=person, course=course, origin=ORIGIN, now=now)
    for step in steps:
        learning.finish_step(person=person, enrolment=enrolment, course=course, step=step, origin=ORIGIN, now=now)


def _crowd(course: Course, count: int) -> list[UUID]:
    """Rows straight into the tables: passwords of a thousand people would take a minute. Ids of their sessions."""
    now, place = clock.now(), places.by_code("CN", COUNTY)
    assert place is not None
    lessons = [step for step in course.steps if step.kind is StepKind.LESSON]
    people = [
        Person(id=new_id(), name=f"学员{number}", language="zh-Hans", place_id=place.id, position_level=20, created_at=now)
        for number in range(count)
    ]
    sign_ins = [
        SignIn(
            id=new_id(), person_id=person.id, email=f"crowd{number}@bench.example", email_key=f"crowd{number}@bench.example",
            verified_at=now, created_at=now,
        )
        for number, person in enumerate(people)
    ]
    sessions = [Session(id=new_id(), sign_in_id=row.id, created_at=now, expires_at=now + timedelta(days=1)) for row in sign_ins]
    enrolments = [
        Enrolment(
            id=new_id(), person_id=person.id, course_id=course.id, enrolled_at=now, enrolled_revision=course.revision, last_active_at=now
        )
        for person in people
    ]
    progress = [
        StepProgress(enrolment_id=row.id, step_id=step.id, opened_at=now, done_at=now, seconds=300)
        for row in enrolments for step in lessons
    ]
    for rows in (people, sign_ins, sessions, enrolments, progress):
        db.session.add_all(rows)
        db.session.flush()
    return [row.id for row in sessions]
