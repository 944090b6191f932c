"""Invented people for looking around: those who sign in, and some forty who learned, were tested and certified."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from webapp import demo_programme, demo_trainings
from webapp.accounts import services as accounts
from webapp.accounts.models import OrganisationType, Person, PositionLevel, Role, Sex, SignIn
from webapp.core import clock
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.content import Course, QuizKind, StepKind
from webapp.demo_participants import right_response
from webapp.learning import services as learning
from webapp.learning.models import Enrolment
from webapp.participation.models import Device
from webapp.participation.origin import Origin
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.questionnaires import demo as sheets
from webapp.questionnaires import demo_surveys
from webapp.quizzes import queries as quizzes
from webapp.quizzes import services as quizzing
from webapp.quizzes.questions import read_paper
from webapp.quizzes.responses import Given, Stamp


class HoldsRealPeople(DomainError):
    """The database holds people who are not invented; nothing was changed."""

    def __init__(self, count: int) -> None:
        held = "1 person who is not a demo person" if count == 1 else f"{count} people who are not demo people"
        super().__init__(f"This database holds {held}. The demo was not loaded and nothing was changed.")


@dataclass(frozen=True)
class Part:
    """One of the people who sign in: what to call them, where they work and what they may do."""

    login: str
    name: str
    county: str
    office: str
    level: PositionLevel
    role: Role | None = None
    role_place: str | None = None


PARTS = (
    Part("learner", "沈佳宁", "330521", "发展和改革局", PositionLevel.MIDDLE),
    Part("trainer", "陆文涛", "530902", "市委党校培训处", PositionLevel.MIDDLE, Role.TRAINER, "530900"),
    Part("author", "Anna Lindqvist", "330502", "课程编写组", PositionLevel.SENIOR, Role.AUTHOR, None),
    Part("staff", "周敏", "330106", "项目办公室", PositionLevel.SENIOR, Role.STAFF, None),
    Part("admin", "顾远", "330106", "项目技术组", PositionLevel.SENIOR, Role.ADMINISTRATOR, None),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("晓兰", "建国", "秀英", "志强", "丽华", "文博", "海燕", "永康", "雨桐", "德明", "慧敏", "立新", "国栋", "春梅", "子轩", "桂香")
COUNTIES = ("330521", "330522", "330523", "330502", "330421", "330782", "431002", "431003", "530902", "530921", "450302", "450323")
OFFICES = ("发展和改革局", "统计局", "自然资源局", "住房和城乡建设局", "农业农村局", "民政局")
CROWD = 40
# Somebody of the crowd who works in a county of the trainer.
NEIGHBOUR = 8
SEED = 20161137


def load(*, course: Course, password_hash: str, now: datetime, programme: bool = False, newcomers: bool = False) -> int:
    """Add the demo people in one unit of work, or give those that are there the new password; the number of them.

    `programme` adds the thousands of a national programme. `newcomers`: beside demo people that are there already others may
    be, who signed up to try it. Raises `HoldsRealPeople`.
    """
    there = db.session.scalar(select(Person.id).where(Person.demo).limit(1)) is not None
    real = db.session.scalar(select(func.count()).select_from(Person).where(Person.demo.is_(False))) or 0
    if real and not (there and newcomers):
        raise HoldsRealPeople(real)
    with unit_of_work():
        if not there:
            people = _people_who_sign_in(password_hash, now - timedelta(days=60))
            crowd = _crowd(course, now)
            sheets.load(
                learner=people["learner"], colleague=people["author"], trainer=people["trainer"], neighbour=crowd[NEIGHBOUR], now=now,
            )
            demo_surveys.load(learner=people["learner"], staff=people["staff"], crowd=crowd, now=now)
            if programme:
                demo_trainings.load(
                    course=course, trainer=people["trainer"], staff=people["staff"], learner=people["learner"], now=now,
                )
                demo_programme.load(course=course, now=now)
        else:
            _give_password(password_hash)
    return db.session.scalar(select(func.count()).select_from(Person).where(Person.demo)) or 0


def _give_password(password_hash: str) -> None:
    for person in db.session.scalars(select(Person).where(Person.demo)):
        sign_in = db.session.scalar(select(SignIn).where(SignIn.person_id == person.id))
        if sign_in is not None:
            sign_in.password_hash = password_hash


def _place(code: str | None) -> Place | None:
    return places.by_code("CN", code) if code else None


def _people_who_sign_in(password_hash: str, now: datetime) -> dict[str, Person]:
    people = {}
    for part in PARTS:
        people[part.login] = person = _person(part.name, _place(part.county), part.office, part.level, None, None, now)
        accounts.create_sign_in(person=person, email=f"{part.login}@demo.example", now=now, password_hash=password_hash, verified=True)
        if part.role is not None:
            accounts.grant_role(person=person, role=part.role, now=now, actor_id=None, place=_place(part.role_place), reason="demo")
    return people


def _person(
    name: str, place: Place | None, office: str, level: PositionLevel, sex: Sex | None, birth_year: int | None, now: datetime
) -> Person:
    organisation = accounts.organisation_named(
        name=office, type=OrganisationType.GOVERNMENT, place_id=place.id if place else None, now=now
    )
    return accounts.create_person(
        name=name, language="zh-Hans", now=now, place=place, organisation=organisation, position_level=level, sex=sex,
        birth_year=birth_year, demo=True,
    )


def _crowd(course: Course, now: datetime) -> list[Person]:
    """People without a sign-in who took part over the last weeks, the same at every loading."""
    luck, people = random.Random(SEED), []  # noqa: S311  invented lives, no secrets
    for index in range(CROWD):
        begun = now - timedelta(days=luck.uniform(2, 50))
        name = luck.choice(SURNAMES) + GIVEN[index % len(GIVEN)]
        person = _person(
            name, _place(COUNTIES[index % len(COUNTIES)]), luck.choice(OFFICES), luck.choice(list(PositionLevel)),
            luck.choice([Sex.FEMALE, Sex.MALE, None]), luck.choice([None, luck.randint(1968, 2000)]), begun,
        )
        people.append(person)
        with clock.at(begun):
            _learn(person, course, begun, luck)
    return people


def _learn(person: Person, course: Course, begun: datetime, luck: random.Random) -> None:
    origin = Origin(luck.choice(["zh-Hans", "zh-Hans", "zh-Hans", "en"]), luck.choice([Device.PHONE, Device.PHONE, Device.COMPUTER]))
    enrolment = learning.enrol(person=person, course=course, origin=origin, now=begun)
    endurance, skill = luck.random(), luck.uniform(0.55, 1.0)
    moment = begun
    for step in course.steps:
        if luck.random() > 0.55 + endurance / 2:
            return
        moment += timedelta(minutes=luck.uniform(6, 90))
        learning.report_reading(
            view_id=new_id(), seconds=luck.uniform(60, 900), course=course, step=step, person=person, origin=origin, now=moment
        )
        if step.kind is StepKind.LESSON:
            learning.finish_step(person=person, enrolment=enrolment, course=course, step=step, origin=origin, now=moment)
            continue
        if step.kind is StepKind.EXERCISE:
            learning.hand_in(person=person, enrolment=enrolment, course=course, exercise_id=step.id, origin=origin, now=moment)
            continue
        tries = 2 if course.quiz(step.id).kind is QuizKind.FINAL else 1
        for _each in range(tries):
            moment += timedelta(hours=luck.uniform(1, 20))
            if _attempt(person, enrolment, course, step.id, origin, moment, skill, luck):
                break
            skill = min(1.0, skill + 0.15)


def _attempt(
    person: Person, enrolment: Enrolment, course: Course, quiz_id: str, origin: Origin, moment: datetime, skill: float, luck: random.Random
) -> bool:
    known = quizzes.starting(person.id, course.id, quiz_id)
    begun = quizzing.start(
        person=person, enrolment=enrolment, past=known.past, course=course, quiz=course.quiz(quiz_id), wanted=None, origin=origin,
        now=moment, seed=luck.getrandbits(60),
    )
    found = quizzes.attempt_with_owner_locked(person.id, course.id, quiz_id, begun.number)
    assert found is not None
    asked = read_paper(found.attempt.paper, course)
    given = [Given(number, right_response(each.question)) for number, each in enumerate(asked, 1) if luck.random() < skill]
    later = moment + timedelta(minutes=15)
    quizzing.save(attempt=found.attempt, given=given, stamp=Stamp(int(later.timestamp() * 1000)), now=later)
    quizzing.submit(owned=found, course=course, origin=origin, now=later)
    return bool(found.attempt.passed)


def person_of(login: str) -> UUID:
    """The demo person who signs in with that name. One query."""
    return db.session.scalars(select(SignIn.person_id).where(SignIn.email == f"{login}@demo.example")).one()


def accounts_shown() -> Sequence[str]:
    """Addresses of the people who sign in."""
    return [f"{part.login}@demo.example" for part in PARTS]
