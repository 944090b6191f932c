"""Thousands of invented people in rows: names, offices and places, and what they did in the online course."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from webapp.accounts import names
from webapp.accounts.models import GovernmentLevel, Organisation, OrganisationType, Person, PositionLevel, Sex
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.courses.content import Course, QuizKind
from webapp.learning.models import Enrolment
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent, ViewCount
from webapp.participation.rules import age_band
from webapp.places.models import Place

AT_ONCE = 2_000
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "建国", "秀英", "志强", "丽华", "文博", "海燕", "永康", "雨桐", "德明", "慧敏", "立新", "国栋", "春梅", "子轩", "桂香",
    "晓东", "玉兰", "俊杰", "雪梅", "明辉", "婷婷", "卫东", "红霞", "浩然", "淑珍", "庆华", "静怡", "振宇", "翠萍", "世杰",
    "丹", "磊", "敏", "涛", "洁", "勇", "娟", "超", "霞", "平",
)
OFFICES = (
    "发展和改革局", "统计局", "自然资源局", "住房和城乡建设局", "农业农村局", "民政局", "教育体育局", "卫生健康局", "财政局",
    "生态环境分局", "水务局", "文化和旅游局", "人力资源和社会保障局", "县委党校", "妇女联合会", "乡村振兴局",
)
SOCIETY = {"妇女联合会": OrganisationType.ASSOCIATION, "县委党校": OrganisationType.ACADEMIA}
LEVELS = (PositionLevel.STAFF, PositionLevel.JUNIOR, PositionLevel.MIDDLE, PositionLevel.SENIOR, PositionLevel.LEADING)


@dataclass(frozen=True)
class Somebody:
    """An invented person, with what participation events keep of them."""

    id: UUID
    place: Place
    level: int | None
    sex: Sex | None
    birth_year: int | None
    office: OrganisationType

    def event(self, kind: EventKind, at: datetime, source: str, **more: Any) -> dict[str, Any]:
        """A row of a participation event of this person."""
        year = at.astimezone(settings().programme_zone).year
        return {
            "id": new_id(), "kind": kind, "person_id": self.id, "happened_at": at, "recorded_at": at, "source": source, "course_id": None,
            "course_revision": None, "step_id": None, "training_id": None, "attempt_id": None, "place_id": self.place.id,
            "place_path": self.place.path, "organisation_type": self.office.value, "position_level": self.level,
            "sex": self.sex.value if self.sex else None, "age_band": age_band(self.birth_year, year), "language": "zh-Hans",
            "device": Device.COMPUTER, "channel": Channel.ONLINE, "graded": None, "minutes": None, "corrects_id": None, **more,
        }


def add(table: Any, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows, some thousand a statement; how many."""
    part: list[Mapping[str, Any]] = []
    count = 0
    for row in rows:
        part.append(row)
        count += 1
        if len(part) == AT_ONCE:
            db.session.execute(insert(table), part)
            part = []
    if part:
        db.session.execute(insert(table), part)
    return count


class Crowd:
    """Makes people. The same luck makes the same people."""

    def __init__(self, luck: random.Random, now: datetime) -> None:
        self._luck, self._now = luck, now
        rows = db.session.execute(select(Organisation.place_id, Organisation.name, Organisation.id))
        self._offices = {(place_id, name): key for place_id, name, key in rows}
        self._new_offices: list[dict[str, Any]] = []
        # Reading a name aloud costs more than the row: each is read once.
        self._read: dict[str, tuple[str, str]] = {}

    def people(self, places: Sequence[Place], levels: Sequence[int | None]) -> list[Somebody]:
        """One person a place and level of the two lists, which are as long as each other."""
        rows, made = [], []
        for place, level in zip(places, levels, strict=True):
            office = self._luck.choice(OFFICES)
            somebody = Somebody(
                new_id(), place, level, self._luck.choice((Sex.FEMALE, Sex.MALE, Sex.MALE, None)),
                self._luck.choice((None, self._luck.randint(1967, 2001), self._luck.randint(1970, 1995))),
                SOCIETY.get(office, OrganisationType.GOVERNMENT),
            )
            name = self._luck.choice(SURNAMES) + self._luck.choice(GIVEN)
            search, sort_key = self._known(name)
            rows.append({
                "id": somebody.id, "name": name, "search": search, "sort_key": sort_key, "language": "zh-Hans",
                "time_zone": "Asia/Shanghai", "place_id": place.id, "organisation_id": self._office(place, office),
                "position_level": level, "sex": somebody.sex, "birth_year": somebody.birth_year, "demo": True,
                "created_at": self._now - timedelta(days=400),
            })
            made.append(somebody)
        add(Organisation, self._new_offices)
        self._new_offices.clear()
        add(Person, rows)
        return made

    def _known(self, name: str) -> tuple[str, str]:
        if name not in self._read:
            self._read[name] = (names.search_text(name), names.sort_key(name))
        return self._read[name]

    def _office(self, place: Place, name: str) -> UUID:
        key = (place.id, name)
        if key not in self._offices:
            self._offices[key] = self._new_office(place, name)
        return self._offices[key]

    def _new_office(self, place: Place, name: str) -> UUID:
        kind = SOCIETY.get(name, OrganisationType.GOVERNMENT)
        search, sort_key = self._known(name)
        key = new_id()
        self._new_offices.append({
            "id": key, "name": name, "name_key": name.casefold(), "type": kind, "place_id": place.id, "created_at": self._now,
            "government_level": GovernmentLevel.COUNTY if kind is OrganisationType.GOVERNMENT else None, "search": search,
            "sort_key": sort_key,
        })
        return key


def moments(luck: random.Random, now: datetime, count: int) -> Iterator[datetime]:
    """Moments of office hours and evenings over the last eleven months, more of them lately."""
    for _each in range(count):
        back = timedelta(days=int(330 * (1 - luck.random() ** 0.7)) + 1)
        day = (now - back).replace(hour=0, minute=0, second=0, microsecond=0)
        # 8 to 22 o'clock in China.
        yield day + timedelta(minutes=luck.randint(0, 14 * 60))


@dataclass(frozen=True)
class Funnel:
    """How many people reach each stage; each stage is part of the one before it. `views` counts showings, of visitors too."""

    readers: int
    enrolled: int
    started: int
    submitted: int
    passed: int
    certified: int
    views: int


def learn(people: Sequence[Somebody], funnel: Funnel, course: Course, luck: random.Random, now: datetime) -> None:
    """What people did in the course: the first `funnel.readers` of them read, the first of these enrolled, and so on."""
    steps = [step.id for step in course.steps]
    quiz_id = next(quiz.id for quiz in course.quizzes.values() if quiz.kind is QuizKind.FINAL)
    begins = list(moments(luck, now, funnel.readers))
    shown = funnel.readers + (funnel.views - funnel.readers) // 2
    add(ParticipationEvent, _viewed(people[: funnel.readers], begins, shown, course, steps, luck))
    add(Enrolment, (
        {
            "id": new_id(), "person_id": somebody.id, "course_id": course.id, "enrolled_at": begun, "enrolled_revision": course.revision,
            "last_step_id": luck.choice(steps), "last_active_at": begun + timedelta(days=luck.randint(0, 20)), "completed_at": None,
            "completed_revision": None,
        }
        for somebody, begun in zip(people[: funnel.enrolled], begins, strict=False)
    ))
    stages = (
        (EventKind.ENROLLED, funnel.enrolled, 0, None, None), (EventKind.STARTED, funnel.started, 60, quiz_id, True),
        (EventKind.SUBMITTED, funnel.submitted, 100, quiz_id, True), (EventKind.PASSED, funnel.passed, 100, quiz_id, True),
        (EventKind.CERTIFIED, funnel.certified, 101, None, None),
    )
    add(ParticipationEvent, (
        somebody.event(
            kind, begun + timedelta(minutes=delay), f"demo:{somebody.id}:{kind.value}", course_id=course.id,
            course_revision=course.revision, step_id=step_id, graded=graded, device=luck.choice((Device.PHONE, Device.COMPUTER)),
        )
        for kind, count, delay, step_id, graded in stages
        for somebody, begun in zip(people[:count], begins, strict=False)
    ))
    add(ViewCount, _visits(funnel.views - shown, course, steps, luck, now))


def _viewed(
    people: Sequence[Somebody], begins: Sequence[datetime], shown: int, course: Course, steps: Sequence[str], luck: random.Random,
) -> Iterator[dict[str, Any]]:
    """Everybody views once, some of them again, until there are as many as wanted."""
    for number in range(shown):
        who = number if number < len(people) else luck.randrange(len(people))
        # What came first is read by more than what came last.
        step = steps[min(int(luck.expovariate(0.35)), len(steps) - 1)]
        yield people[who].event(
            EventKind.VIEWED, begins[who] + timedelta(minutes=luck.randint(0, 50)), f"demo:view:{number}", course_id=course.id,
            course_revision=course.revision, step_id=step, language="en" if luck.random() < 0.06 else "zh-Hans",
            device=luck.choice((Device.PHONE, Device.PHONE, Device.COMPUTER, Device.TABLET)),
        )


def _visits(count: int, course: Course, steps: Sequence[str], luck: random.Random, now: datetime) -> Iterator[dict[str, Any]]:
    """Showings to visitors without an account, as counts of days."""
    zone, left = settings().programme_zone, count
    while left > 0:
        at = next(moments(luck, now, 1))
        number = min(left, luck.randint(1, 60))
        left -= number
        yield {
            "id": new_id(), "day": at.astimezone(zone).date(), "recorded_at": at, "source": "demo", "course_id": course.id,
            "step_id": steps[min(int(luck.expovariate(0.35)), len(steps) - 1)], "place_id": None, "place_path": None,
            "language": "zh-Hans" if luck.random() < 0.9 else "en", "device": luck.choice((Device.PHONE, Device.COMPUTER)),
            "channel": Channel.ONLINE, "number": number,
        }
