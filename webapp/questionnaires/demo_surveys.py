"""Surveys of invented people: one that waits for the learner's answer, and an anonymous one that is over and shows its results."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import (
    Cell,
    Field,
    LongField,
    MatrixField,
    MultipleField,
    RankingField,
    ScaleField,
    SingleField,
)
from webapp.courses.questionnaire.paths import cell_path
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import services_answers, services_changes, services_surveys, surveys_dimensions
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.services_surveys import Plan

Values = dict[str, Any]
SEED = 1117
# Answered and asked; the anonymous one has to show something of groups, too.
NAMED, ANSWERED = 9, 27
WORDS = {
    "insight": (
        "指标不是越多越好，先看数据从哪里来。", "原来我们的厕所改造同时关系到好几个具体目标。", "协同和取舍要摆到桌面上讲。",
        "“不让任何一个人掉队”要先知道谁掉队了。",
    ),
    "most-useful-why": ("回去就能用在规划对照上。", "练习和本县的事项接得上。"),
    "change": ("案例再多一些西部的县。", "练习时间再长一点。", "多留些讨论的时间。", "请把讲义提前发给我们。", "没有，照这样就好。"),
    "missing": ("怎样跟部门要数据。", "预算怎样和目标挂钩。"),
    "able-to": (
        "给本局明年的工作计划做一张目标对接表。", "说清楚我们乡镇的项目对应哪些具体目标。", "把分散在各部门的数据理成一张表。",
        "回来能给同事讲半天课。",
    ),
    "doubts": ("离实际工作太远。", "又多一套报表。"),
    "words": ("谢谢各位老师。",),
}


def load(*, learner: Person, staff: Person, crowd: Sequence[Person], now: datetime) -> None:
    """Two surveys with their answers. About three hundred statements."""
    needs, satisfaction = surveys().get("needs-survey"), surveys().get("satisfaction-survey")
    luck = random.Random(SEED)  # noqa: S311  invented people, not secrets
    if satisfaction is not None:
        _over(satisfaction, staff, crowd, luck, now)
    if needs is not None:
        _open(needs, staff, learner, [each for each in crowd if each.place_id == learner.place_id], luck, now)


def _open(one: Questionnaire, staff: Person, learner: Person, others: Sequence[Person], luck: random.Random, now: datetime) -> None:
    opened = now - timedelta(days=4)
    plan = Plan("", SurveyMode.NAMED, learner.place_id, opened, now + timedelta(days=10))
    survey = _ask(one, plan, staff, {learner: "发展和改革局", **dict.fromkeys(others[:NAMED], "其他部门")})
    for person in others[: NAMED // 2]:
        at = opened + timedelta(hours=luck.randrange(2, 90))
        sheet = db.session.get_one(
            Sheet, services_answers.begin(survey=survey, questionnaire=one, person=person, language="zh-Hans", now=at),
        )
        changes = [Wanted(new_id(), path, 0, value) for path, value in answers(one, luck).items()]
        services_changes.apply(sheet=sheet, questionnaire=one, changes=changes, person_id=person.id, now=at)
        services_answers.hand_in(survey=survey, questionnaire=one, person_id=person.id, now=at)


def _over(one: Questionnaire, staff: Person, crowd: Sequence[Person], luck: random.Random, now: datetime) -> None:
    plan = Plan("10月在线学习满意度调查", SurveyMode.ANONYMOUS, None, now - timedelta(days=30), now - timedelta(days=9))
    survey = _ask(one, plan, staff, dict.fromkeys(crowd, "在线学员"))
    for person in luck.sample(list(crowd), min(ANSWERED, len(crowd))):
        ticket = f"demo {luck.getrandbits(64)}"
        dimensions = surveys_dimensions.of_person(survey, person.id)
        services_answers.mark(survey=survey, person_id=person.id, ticket=ticket)
        services_answers.store(survey=survey, values=answers(one, luck), ticket=ticket, dimensions=dimensions)


def _ask(one: Questionnaire, plan: Plan, staff: Person, people: dict[Person, str]) -> Survey:
    survey = services_surveys.create(questionnaire=one, plan=plan, actor_id=staff.id, now=plan.opens_at)
    services_surveys.ask(survey=survey, people={each.id: group for each, group in people.items()}, actor_id=staff.id, now=plan.opens_at)
    # Nobody is there to read a mail.
    db.session.execute(update(SurveyPerson).where(SurveyPerson.survey_id == survey.id).values(invited_at=plan.opens_at))
    survey.announced_at = plan.opens_at
    return survey


def answers(one: Questionnaire, luck: random.Random) -> Values:
    """What somebody who is rather content would answer: all that is asked of everybody, and some of the open questions."""
    found: Values = {}
    for section in one.sections:
        for field in section.fields if not section.when else ():
            if not field.when:
                found |= _answer(field, luck)
    return found


def _answer(field: Field, luck: random.Random) -> Values:
    if isinstance(field, MatrixField) and field.cell is Cell.CHOICE:
        last = len(field.columns) - 1
        return {cell_path(field.id, row.id): field.columns[_upper(0, last, luck)].id for row in field.rows}
    value = _one_value(field, luck)
    return {} if value is None else {field.id: value}


def _one_value(field: Field, luck: random.Random) -> Any:
    value: Any = None
    if isinstance(field, ScaleField):
        value = _upper(field.first, field.last, luck)
    elif isinstance(field, SingleField):
        value = luck.choice(field.options).id
    elif isinstance(field, MultipleField):
        least = max(field.min or 1, 1)
        chosen = luck.sample(range(len(field.options)), luck.randint(least, max(least, min(field.max or 3, 3))))
        value = [field.options[at].id for at in sorted(chosen)]
    elif isinstance(field, RankingField):
        value = luck.sample([item.id for item in field.items], field.top or len(field.items))
    elif isinstance(field, LongField) and field.id in WORDS and (field.required or luck.random() < 1 / 3):
        value = luck.choice(WORDS[field.id])
    return value


def _upper(low: int, high: int, luck: random.Random) -> int:
    """A number of the range, more often of its upper half."""
    return round(luck.triangular(low, high, low + 0.75 * (high - low)))
