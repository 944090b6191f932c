"""Invented trainings in each state, made through the services as a trainer would, so that every page has something true to show."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from webapp import demo_training_texts as texts
from webapp.accounts import services as accounts
from webapp.accounts.models import OrganisationType, Person, Role
from webapp.core.charts.shapes import figures as number
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import localised
from webapp.courses.content import Course
from webapp.courses.questionnaire.shipped import surveys
from webapp.demo_crowd import Crowd
from webapp.demo_participants import Group, fill
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.questionnaires import services_surveys
from webapp.reports import figures
from webapp.reports import queries as reports
from webapp.reports import services as report_services
from webapp.reports.models import Report
from webapp.reports.rules import Move, Right
from webapp.trainings import (
    agenda,
    completion,
    profile,
    records,
    services,
    services_agenda,
    services_notes,
    services_people,
    services_surrounding,
)
from webapp.trainings.models import AgendaItem, TestsNeeded, TrainerPart, Training, TrainingState
from webapp.trainings.models_learning import Moment, SurveyKind
from webapp.trainings.rules_agenda import Held, SessionPlan, minute_of, time_at
from webapp.trainings.rules_plan import Plan

SEED = 530900
S = TrainingState
LIFE = (S.NEGOTIATION, S.PREPARATION, S.ANNOUNCED, S.RUNNING, S.REPORTING, S.CLOSED)
# Position levels of a list: two thirds of middle level and above.
LEVELS = (30, 30, 20, 30, 40, 10, 30, 20, 30)
SEATS = 40


@dataclass(frozen=True)
class Cast:
    """Who acts, what is taught, and when it is."""

    course: Course
    trainer: Person
    partner: Person
    staff: Person
    crowd: Crowd
    luck: random.Random
    now: datetime

    @property
    def today(self) -> date:
        """The day where the trainings are."""
        return self.now.astimezone(settings().programme_zone).date()

    def at(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """A time of a day so many days from today, never after now."""
        moment = datetime.combine(self.today + timedelta(days=days), time(hour, minute), settings().programme_zone)
        return min(self.now, moment)


def load(*, course: Course, trainer: Person, staff: Person, learner: Person, now: datetime) -> None:
    """Trainings of the counties around the trainer: one in each state, one whose report is late, one that collides. The caller commits."""
    luck = random.Random(SEED)  # noqa: S311  invented lives, no secrets
    crowd = Crowd(luck, now)
    cast = Cast(course, trainer, _partner(crowd, now), staff, crowd, luck, now)
    _closed(cast, "530902")
    _late(cast, "530927")
    _reporting(cast, "530923")
    _running(cast, "530921")
    _announced(cast, "530922", learner)
    _colliding(cast, "530925")
    _cancelled(cast, "530926")
    _talks(cast)


def _partner(crowd: Crowd, now: datetime) -> Person:
    """A second trainer of the same city."""
    made = crowd.people([_place("530902")], [30])[0]
    person = db.session.get_one(Person, made.id)
    accounts.grant_role(
        person=person, role=Role.TRAINER, now=now - timedelta(days=380), actor_id=None, place=_place("530900"), reason="demo partner",
    )
    return person


def _place(code: str) -> Place:
    found = places.by_code("CN", code)
    assert found is not None
    return found


def _plan(cast: Cast, place: Place, first: int | None, **more: Any) -> Plan:
    """The plan of a training of two days that begins so many days from today."""
    day = None if first is None else cast.today + timedelta(days=first)
    steps = [step.id for step in cast.course.steps]
    called = localised(place.names, "zh-Hans")
    host = accounts.organisation_named(
        name=f"{called}发展和改革局", type=OrganisationType.GOVERNMENT, place_id=place.id, now=cast.now,
    )
    values: dict[str, Any] = {
        "place_id": place.id, "language": "zh-Hans", "zone": settings().programme_zone.key, "purpose": texts.PURPOSE, "host_id": host.id,
        "first_day": day, "last_day": day and day + timedelta(days=1), "venue": f"{called}委党校", "room": "报告厅", "room_capacity": 60,
        "address": f"{called}城区学府路（演示地址）", "accessibility": "一楼，有坡道和无障碍卫生间", "seats": SEATS,
        "courses": (cast.course.id,), "prework": tuple((cast.course.id, each) for each in steps[:2]), "test_course_id": cast.course.id,
        "exercises": ((cast.course.id, "plan-alignment"),), "least_minutes": 480, "tests_needed": TestsNeeded.AFTER,
    }
    return Plan(**{**values, **more})


def _make(cast: Cast, code: str, first: int, reached: TrainingState, **more: Any) -> Group:
    """A training with its agenda from the guide, brought as far as its announcement at the usual times before its first day."""
    place, actor = _place(code), cast.trainer.id
    begun = min(first, 0) - 55
    training = services.create(plan=_plan(cast, place, first, **more), actor_id=actor, now=cast.at(begun))
    services.set_part(
        training=records.locked(training.id), person_id=cast.partner.id, part=TrainerPart.CO, actor_id=actor, now=cast.at(begun, 10),
    )
    if reached is not S.NEGOTIATION:
        _move(cast, training, S.PREPARATION, cast.at(begun + 12))
        _agenda(cast, training, cast.at(begun + 14))
    return Group(training, cast.course, cast.trainer, cast.luck)


def _agenda(cast: Cast, training: Training, now: datetime) -> None:
    plan = next(each for each in cast.course.facilitation.plans if each.id == "two-days")
    assert training.first_day is not None
    wanted = [
        SessionPlan(
            training.first_day + timedelta(days=half.day - 1), half.usual_start, time_at(minute_of(half.usual_start) + half.minutes),
            localised(half.title, "zh-Hans"),
        )
        for half in plan.half_days
    ]
    made = services_agenda.take_over(
        training_id=training.id, course_id=cast.course.id, plan=plan, wanted=wanted, actor_id=cast.trainer.id, now=now,
    )
    items = db.session.scalars(select(AgendaItem).where(AgendaItem.session_id.in_([each.id for each in made])))
    for number_, item in enumerate(items):
        if item.course_id:
            item.leader_id = (cast.trainer.id, cast.partner.id)[number_ % 2]
    db.session.flush()


def _move(cast: Cast, training: Training, after: TrainingState, now: datetime, note: str = "") -> None:
    services.move(training=records.locked(training.id), after=after, note=note, actor_id=cast.trainer.id, now=now)


def _asked(cast: Cast, group: Group, people: int, announced: int) -> None:
    """A list comes, the training is announced and everybody is invited."""
    group.bring(cast.crowd, group.training.place, [LEVELS[each % len(LEVELS)] for each in range(people)], cast.at(announced - 1, 15))
    _move(cast, group.training, S.ANNOUNCED, cast.at(announced))
    group.invite(cast.at(announced, 10))


def _held(cast: Cast, code: str, first: int, people: int, absent: int, half_days: int = 4) -> Group:
    """A training that has begun: invited, registered, asked and tested before, and attended."""
    group = _make(cast, code, first, S.RUNNING)
    _asked(cast, group, people, first - 30)
    group.answer(cast.at(first - 29, 10), declined=2, silent=1)
    group.prepare(cast.at(first - 20))
    seated = group.seated()
    group.tell(SurveyKind.NEEDS, seated[: len(seated) * 4 // 5], cast.at(first - 14))
    group.read_ahead(seated[::3], 2, cast.at(first - 10))
    group.test(seated[: len(seated) - 2], Moment.BEFORE, 0.46, cast.at(first - 3))
    _move(cast, group.training, S.RUNNING, cast.at(first, 8, 30))
    group.be_there(half_days, cast.now, absent=absent)
    if half_days == 4:
        _move(cast, group.training, S.REPORTING, cast.at(first + 1, 18))
        group.prepare(cast.at(first + 1, 18, 5))
    return group


def _after(cast: Cast, group: Group, come: int, first: int, tested: int, satisfied: int) -> None:
    """Tests after and satisfaction, on the evening of the second day and the days after."""
    there = group.seated()[:come]
    group.test(there[:tested], Moment.AFTER, 0.74, cast.at(first + 1, 18, 20))
    group.tell(SurveyKind.SATISFACTION, there[:satisfied], cast.at(first + 2))
    completion.settle_by_itself(records.locked(group.training.id), cast.at(first + 3))


def _closed(cast: Cast, code: str) -> None:
    """Forty who came, everything in, the report published."""
    first = -46
    group = _held(cast, code, first, 43, 0)
    training = group.training
    _profile(cast, training, cast.at(first - 40))
    _notes(cast, training, first)
    _after(cast, group, SEATS, first, 38, 35)
    group.plan_actions(group.seated(), texts.plans(cast.today + timedelta(days=first)), cast.at(first + 5))
    _link, survey = services_surrounding.surveys_of(training.id)[SurveyKind.SATISFACTION]
    services_surveys.close(survey=services_surveys.locked(survey.id), actor_id=cast.trainer.id, now=cast.at(first + 8))
    _report(cast, training, first)
    _move(cast, training, S.CLOSED, cast.at(first + 13, 11))


def _profile(cast: Cast, training: Training, now: datetime) -> None:
    sheet = profile.begin(training=records.locked(training.id), lead=cast.trainer, now=now, actor_id=cast.trainer.id)
    fill(sheet, surveys()[profile.QUESTIONNAIRE], cast.trainer, texts.profile(str(training.place_id)), now)


def _notes(cast: Cast, training: Training, first: int) -> None:
    """The log of both days, and the agenda as held."""
    for day, text in enumerate((texts.DAY_ONE, texts.DAY_TWO)):
        services_notes.write_log(
            training, cast.today + timedelta(days=first + day), text, version=0, actor_id=cast.trainer.id, now=cast.at(first + day, 20),
        )
    sessions = agenda.sessions(training.id)
    for half, session in enumerate(sessions):
        found = db.session.scalars(
            select(AgendaItem).where(AgendaItem.session_id == session.id, AgendaItem.position >= 0).order_by(AgendaItem.position)
        )
        held = {item.id: Held(*texts.HELD_NOTES.get((half, item.position), (item.minutes, ""))) for item in found}
        services_agenda.record_held(
            training_id=training.id, session_id=session.id, version=session.version, held=held, actor_id=cast.trainer.id,
            now=cast.at(first + 1, 21),
        )


def _report(cast: Cast, training: Training, first: int) -> None:
    """Begun by the trainer, returned once by programme staff, then approved and published."""
    begun = cast.at(first + 9)
    report = report_services.begin(training=records.locked(training.id), person=cast.trainer, now=begun)
    _write(cast, training, begun, cast.today + timedelta(days=first))
    lead = frozenset({Right.WRITE, Right.PUBLISH})
    _step(training, report, Move.SUBMIT, lead, cast.trainer, cast.at(first + 10))
    why = "“训前训后对比”一段请写明哪一部分掌握最弱，并说明原因；建议清单请补上责任单位。"
    _step(training, report, Move.RETURN, frozenset({Right.REVIEW}), cast.staff, cast.at(first + 11), why)
    _step(training, report, Move.SUBMIT, lead, cast.trainer, cast.at(first + 12))
    _step(training, report, Move.APPROVE, frozenset({Right.REVIEW}), cast.staff, cast.at(first + 12, 16))
    _step(training, report, Move.PUBLISH, lead, cast.trainer, cast.at(first + 13))


def _write(cast: Cast, training: Training, now: datetime, day: date) -> None:
    """Put the final text in place of the first draft."""
    found = reports.opened(training.id, cast.trainer.id)
    assert found is not None
    sheet, counted = found.texts[0].sheet, figures.compute(training, now)
    tests, needs = counted["tests"], counted["surveys"]["needs"]
    weakest = min((each for each in tests["topics"] if each["after"] is not None), key=lambda each: float(each["after"]))
    said = texts.report({
        "registered": counted["counts"]["registered"], "plans": counted["counts"]["plans"], "needs": needs["answered"],
        "both": tests["both"], "before": number(round(tests["gain"]["before"], 1)), "after": number(round(tests["gain"]["after"], 1)),
        "weakest": localised(weakest["label"], "zh-Hans"), "day": day,
    })
    fill(sheet, surveys()["post-training-report"], cast.trainer, said, now)


def _step(
    training: Training, report: Report, move: Move, rights: frozenset[Right], person: Person, now: datetime, words: str = "",
) -> None:
    found = reports.opened(training.id, person.id)
    assert found is not None
    row = reports.locked(report.id)
    report_services.move(
        report=row, training=records.locked(training.id), found=found, wanted=move, rights=rights, words=words, version=row.version,
        person=person, now=now,
    )


def _late(cast: Cast, code: str) -> None:
    """Over for more than three weeks, and nobody has begun the report."""
    first = -24
    group = _held(cast, code, first, 23, 2)
    _after(cast, group, 18, first, 12, 9)


def _reporting(cast: Cast, code: str) -> None:
    """Over since some days: tests after are mostly in, satisfaction is asked, the report is begun."""
    first = -5
    group = _held(cast, code, first, 29, 2)
    _after(cast, group, 24, first, 19, 15)
    report_services.begin(training=records.locked(group.training.id), person=cast.trainer, now=cast.at(first + 3))


def _running(cast: Cast, code: str) -> None:
    """Its second day is today."""
    group = _held(cast, code, -1, 31, 1, half_days=2)
    services_notes.write_log(
        group.training, cast.today - timedelta(days=1), texts.DAY_ONE, version=0, actor_id=cast.partner.id, now=cast.at(-1, 20),
    )


def _announced(cast: Cast, code: str, learner: Person) -> None:
    """In nine days: invited, full, some wait; the needs survey is open and the first took the test before."""
    group = _make(cast, code, 9, S.ANNOUNCED, seats=24, link_open=True)
    group.add(learner, cast.at(-14, 14), "第一组")
    _asked(cast, group, 34, -13)
    group.answer(cast.at(-12), declined=2, silent=5)
    group.prepare(cast.at(-3))
    seated = group.seated()
    training = records.locked(group.training.id)
    services_people.say_needs(
        training, seated[4], diet="清真", access="", interpretation="", now=cast.at(-6), actor_id=seated[4].person_id,
    )
    services_people.say_needs(
        training, seated[7], diet="", access="行动不便，需靠近门口的座位", interpretation="", now=cast.at(-5), actor_id=seated[7].person_id,
    )
    others = [each for each in seated if each.person_id != learner.id]
    group.tell(SurveyKind.NEEDS, others[:14], cast.at(-3))
    group.read_ahead(others[:11], 2, cast.at(-4))
    group.test(others[2:9], Moment.BEFORE, 0.45, cast.at(-1))


def _colliding(cast: Cast, code: str) -> None:
    """Its first day is the second one of another training of the same trainer."""
    _make(cast, code, 10, S.PREPARATION)


def _cancelled(cast: Cast, code: str) -> None:
    """Called off after people had registered, with the reason."""
    group = _make(cast, code, 16, S.ANNOUNCED)
    _asked(cast, group, 16, -10)
    group.answer(cast.at(-9), silent=7)
    _move(cast, group.training, S.CANCELLED, cast.at(-2, 16), texts.CANCELLED)


def _talks(cast: Cast) -> None:
    """One city with which is talked, and another that prepares."""
    nothing = {"venue": "", "room": "", "room_capacity": None, "address": "", "accessibility": "", "seats": None}
    here = _plan(cast, _place("530900"), None, title="临沧市市级部门可持续发展目标本地化专题班", **nothing)
    services.create(plan=replace(here, purpose=texts.TALKS), actor_id=cast.trainer.id, now=cast.at(-8))
    next_door = services.create(plan=_plan(cast, _place("530800"), 38), actor_id=cast.staff.id, now=cast.at(-20))
    services.set_part(
        training=records.locked(next_door.id), person_id=cast.trainer.id, part=TrainerPart.LEAD, actor_id=cast.staff.id,
        now=cast.at(-20, 10),
    )
    _move(cast, next_door, S.PREPARATION, cast.at(-7))
