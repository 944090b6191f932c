"""What invented participants of a training do, through the services: they register, take tests, answer surveys and are there."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.courses.content import Course, StepKind
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.paths import cell_path, row_path
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse
from webapp.demo_crowd import Crowd
from webapp.learning import services as learning
from webapp.places.models import Place
from webapp.questionnaires import definitions, order_keys, services_answers, services_changes
from webapp.questionnaires import services as sheets
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Sheet, SheetState
from webapp.questionnaires.queries import stored
from webapp.quizzes.grading import Response
from webapp.quizzes.responses import Given, Stamp
from webapp.trainings import agenda, records, services_attendance, services_people, services_surrounding, services_tests
from webapp.trainings.attendance_rules import Said
from webapp.trainings.models import Training
from webapp.trainings.models_learning import Moment, SurveyKind
from webapp.trainings.models_onsite import MarkChannel, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.services_attendance import Sent

LEVELS = ("new", "heard", "explain", "done", "teach")
SKILLS = ("explain", "targets", "align", "priorities", "data", "voices", "report", "cooperate", "facilitate")
CONTENT = ("relevant", "clear", "local", "practice", "own-plan", "voice")
AGREES = ("neither", "agree", "agree", "agree", "strongly-agree", "strongly-agree")
TOPICS = ("alignment", "indicators", "priorities", "finance", "cases", "reporting", "participation", "basics")
GROUPS = ("第一组", "第二组", "第三组", "第四组", "第五组")
ABLE_TO = (
    "把本局明年的工作计划与具体目标逐条对上", "会给规划任务选可以统计的指标", "回去给科室讲一次课", "写好规划中期评估里的对照部分",
    "弄清哪些目标归我们县管", "学会怎样听取山区村群众的意见",
)
PROBLEMS = (
    "高山片区旱季饮水靠拉，涉及9个村民小组", "茶厂加工尾水直排，群众反映多年", "乡镇卫生院缺人，慢病老人配药要跑县城",
    "外出务工人员多，村里剩下老人和孩子", "",
)
CHANGES = (
    "练习时间再长一些，对照表做得太赶",
    "多讲云南本地的案例", "希望有一次线上答疑", "课件提前一天发给大家", "分组时把同一条线的部门放在一起",
)
INSIGHTS = ("我们的供水任务对应6.1，但缺少分村数据", "同一项任务可以同时服务好几个目标", "指标写得含糊，到头来没法评估", "")


def right_response(question: Question) -> Response:
    """The response that earns all points."""
    match question:
        case Single():
            return question.right_option.id
        case TrueFalse():
            return "true" if question.answer else "false"
        case Multiple():
            return [option.id for option in question.options if option.right]
        case Matching():
            return {pair.id: pair.id for pair in question.pairs}
        case Ordering():
            return {item.id: place for place, item in enumerate(question.items, 1)}
        case Numeric():
            return str(question.answer)


def wrong_response(question: Question) -> Response | None:
    """A response of somebody who does not know; None leaves it open."""
    match question:
        case Single():
            return next(option.id for option in question.options if option.id != question.right_option.id)
        case TrueFalse():
            return "false" if question.answer else "true"
        case _:
            return None


@dataclass
class Group:
    """The people of one training, acting one after the other. `people` are those on its list, in the order of the list."""

    training: Training
    course: Course
    trainer: Person
    luck: random.Random
    people: list[Participant] = field(default_factory=list)

    def bring(self, crowd: Crowd, place: Place, levels: Sequence[int], now: datetime) -> None:
        """Invented officials of a place come onto the list, one a position level."""
        made = crowd.people([place] * len(levels), list(levels))
        found = {row.id: row for row in db.session.scalars(select(Person).where(Person.id.in_([each.id for each in made])))}
        for number, somebody in enumerate(made):
            self.add(found[somebody.id], now, GROUPS[number % len(GROUPS)])

    def add(self, person: Person, now: datetime, group: str = "") -> Participant:
        """Somebody comes onto the list."""
        training = records.locked(self.training.id)
        row = services_people.list_person(
            training, person, joined_by=JoinedBy.IMPORT, now=now, actor_id=self.trainer.id, group=group,
        )
        self.people.append(row)
        return row

    def invite(self, now: datetime) -> None:
        """Everybody on the list is asked."""
        training = records.locked(self.training.id)
        for each in self.people:
            services_people.invite(
                training, each, each.person, now=now, origin=services_people.origin_of(each.person), actor_id=self.trainer.id,
            )

    def answer(self, first: datetime, *, declined: int = 0, silent: int = 0) -> None:
        """Those who were asked register, some hours apart; the last ones decline, or say nothing at all."""
        training = records.locked(self.training.id)
        asked = [each for each in self.people if each.state is ParticipantState.INVITED]
        say_no = asked[len(asked) - declined - silent : len(asked) - silent]
        for number, each in enumerate(asked[: len(asked) - declined - silent]):
            services_people.register(
                training, each.person, JoinedBy.IMPORT, now=first + timedelta(minutes=47 * number),
                origin=services_people.origin_of(each.person),
            )
        for each in say_no:
            services_people.decline(training, each, now=first + timedelta(days=2), actor_id=each.person_id)

    def seated(self) -> list[Participant]:
        """Those who have a seat."""
        order = {each.id: place for place, each in enumerate(self.people)}
        found = db.session.scalars(
            select(Participant).where(Participant.training_id == self.training.id, Participant.state == ParticipantState.REGISTERED)
            .options(joinedload(Participant.person, innerjoin=True)).execution_options(populate_existing=True)
        )
        return sorted(found, key=lambda each: order[each.id])

    def prepare(self, now: datetime) -> None:
        """Bring the surveys to what they should be."""
        services_surrounding.prepare(records.locked(self.training.id), now)

    def read_ahead(self, people: Sequence[Participant], lessons: int, now: datetime) -> None:
        """Some do the steps that were asked of them beforehand."""
        steps = [step for step in self.course.steps if step.kind is StepKind.LESSON][:lessons]
        for number, each in enumerate(people):
            at, origin = now + timedelta(minutes=31 * number), services_people.origin_of(each.person)
            enrolment = learning.enrol(person=each.person, course=self.course, origin=origin, now=at)
            for step in steps[: self.luck.randint(1, lessons)]:
                learning.finish_step(person=each.person, enrolment=enrolment, course=self.course, step=step, origin=origin, now=at)

    def test(self, people: Sequence[Participant], moment: Moment, skill: float, now: datetime) -> None:
        """People take a test; `skill` is the chance to know a question. Topics are not equally easy, the last one is hard."""
        training = records.locked(self.training.id)
        sittings = services_tests.open_sittings(training=training, participants=people, moment=moment, language="zh-Hans", now=now)
        for number, each in enumerate(people):
            sitting, at = sittings[each.id], now + timedelta(minutes=3 * number)
            own = min(0.97, max(0.1, self.luck.gauss(skill, 0.12)))
            given = [
                Given(place, right_response(asked.question) if self.luck.random() < own else wrong_response(asked.question))
                for place, asked in enumerate(services_tests.paper_of(sitting), 1)
            ]
            services_tests.save(sitting=sitting, given=given, stamp=Stamp(int(at.timestamp() * 1000)), now=at)
            services_tests.submit(sitting=sitting, now=at)

    def tell(self, kind: SurveyKind, people: Sequence[Participant], now: datetime) -> None:
        """People answer a survey of the training."""
        _link, survey = services_surrounding.surveys_of(self.training.id)[kind]
        questionnaire = definitions.of_revision(survey.revision)
        if kind is SurveyKind.SATISFACTION:
            for each in people:
                ticket = secrets.token_urlsafe(16)
                services_answers.mark(survey=survey, person_id=each.person_id, ticket=ticket)
                services_answers.store(survey=survey, values=self._satisfaction(), ticket=ticket, dimensions={})
            return
        codes = services_answers.make_codes(survey=survey, people=[each.person_id for each in people])
        for number, (code, _person_id) in enumerate(codes):
            services_answers.use_code(
                survey=survey, questionnaire=questionnaire, code=code, values=self._needs(), language="zh-Hans",
                now=now + timedelta(minutes=37 * number),
            )

    def _needs(self) -> dict[str, Any]:
        luck = self.luck
        said: dict[str, Any] = {
            "department": luck.choice(("planning", "finance", "statistics", "rural", "social", "environment", "township")),
            "tasks": luck.sample(("write-plan", "projects", "data", "reports", "monitor"), 2),
            "previous": luck.choice(("none", "none", "talk", "online")), "topics": luck.sample(TOPICS[:6], 3),
            "able-to": luck.choice(ABLE_TO), "problem": luck.choice(PROBLEMS) or None, "support": luck.randint(2, 5),
            "plan-role": luck.choice(("write", "carry-out", "check", "know")), "plan-mentions": luck.choice(("words", "unknown")),
        }
        return said | {f"skills/{each}": LEVELS[min(3, max(0, round(luck.gauss(0.8, 0.7))))] for each in SKILLS}

    def _satisfaction(self) -> dict[str, Any]:
        luck = self.luck
        said: dict[str, Any] = {
            "overall": luck.choice((7, 8, 8, 9, 9, 10)), "recommend": luck.choice((7, 8, 9, 9, 10)),
            "confidence": luck.choice((3, 4, 4, 5)), "commitment": luck.choice((3, 4, 4, 5)),
            "pace": luck.choice(("right", "right", "right", "fast")),
            "duration": luck.choice(("right", "right", "short")), "change": luck.choice(CHANGES), "insight": luck.choice(INSIGHTS) or None,
            "most-useful": luck.choice(("own-plan", "own-plan", "groups", "cases", "exchange")),
            "obstacles": luck.sample(("time", "data", "money", "colleagues"), 2),
        }
        said |= {f"content/{each}": luck.choice(AGREES) for each in CONTENT}
        return said | {f"skills/{each}": LEVELS[min(4, max(1, round(luck.gauss(2.3, 0.6))))] for each in SKILLS}

    def be_there(self, half_days: int, now: datetime, *, absent: int = 0) -> None:
        """Attendance of the first half-days, noted on the trainer's list. The last `absent` with a seat never come; some come late."""
        training, seated = records.locked(self.training.id), self.seated()
        for number, session in enumerate(agenda.sessions(training.id)[:half_days]):
            at = min(now, services_attendance.starts_at(training, session) + timedelta(minutes=25))
            marks = [
                Sent(new_id(), each.id, self._said(session.starts, place, len(seated) - absent, number), device_at=at)
                for place, each in enumerate(seated)
            ]
            services_attendance.apply_marks(
                training, session, marks, channel=MarkChannel.LIST, person_id=self.trainer.id,
                origin=services_people.origin_of(self.trainer), now=at,
            )

    def _said(self, starts: time, place: int, come: int, half_day: int) -> Said:
        if place >= come or (half_day and self.luck.random() < 0.05):
            return Said(Presence.ABSENT)
        if self.luck.random() < 0.08:
            return Said(Presence.PRESENT, arrived=starts.replace(minute=starts.minute + 20))
        return Said(Presence.PRESENT)

    def plan_actions(self, people: Sequence[Participant], plans: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Some hand in a personal action plan."""
        exercise = self.course.exercise("personal-action-plan")
        for each, values in zip(people, plans, strict=False):
            sheet_id = sheets.begin_exercise(person=each.person, course=self.course, exercise=exercise, language="zh-Hans", now=now)
            sheet = db.session.get_one(Sheet, sheet_id)
            fill(sheet, exercise.questionnaire, each.person, values, now)
            sheets.move(sheet=sheet, to=SheetState.SHARED, person_id=each.person_id, now=now)


def fill(sheet: Sheet, questionnaire: Questionnaire, person: Person, values: Mapping[str, Any], now: datetime) -> None:
    """Write values onto a sheet: fields by id, tables as tuples of rows, which take the place of those that are there."""
    wanted: dict[str, Any] = {}
    there = Answers(questionnaire, stored(sheet.id).values)
    for name, value in values.items():
        if not isinstance(value, tuple):
            wanted[name] = value
            continue
        rows = list(there.rows(name))
        for number, at in enumerate(order_keys.spread("", "", len(value))):
            row = rows[number] if number < len(rows) else f"demo{number:04d}"
            wanted[row_path(name, row)] = {"at": at}
            wanted |= {cell_path(name, row, column): said for column, said in value[number].items()}
    known = {path: value for path, value in wanted.items() if questionnaire.field(path.partition("/")[0])}
    changes = [Wanted(new_id(), path, sheet.version, value) for path, value in known.items()]
    services_changes.apply(sheet=sheet, questionnaire=questionnaire, changes=changes, person_id=person.id, now=now)
