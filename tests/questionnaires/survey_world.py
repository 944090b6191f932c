"""A survey for tests: a short questionnaire of every kind of answer, and what makes a survey of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.questionnaires.sheet_definition import both, option
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import services_surveys
from webapp.questionnaires.models_surveys import SurveyMode
from webapp.questionnaires.services_surveys import Plan

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
QUESTIONS = Questionnaire.from_content({
    "id": "needs", "languages": ["zh-Hans", "en"], "title": both("Needs survey", "培训需求调查"),
    "summary": both("What you need.", "您的需求。"),
    "kind": "survey", "minutes": 5,
    "sections": [
        {"id": "work", "title": both("Your work", "您的工作"), "fields": [
            {"id": "know", "type": "scale", "label": both("How well do you know the goals?", "您对目标的了解程度"), "from": 1, "to": 5,
             "required": True},
            {"id": "used", "type": "single", "label": both("Have you used them?", "是否用过"), "other": True,
             "options": [option("yes", "Yes", "是"), option("no", "No", "否")]},
            {"id": "where", "type": "text", "label": both("Where?", "用在哪里"), "when": 'used == "yes"', "required": True},
            {"id": "topics", "type": "multiple", "label": both("Topics", "主题"), "max": 2,
             "options": [option("plan", "Planning", "规划"), option("data", "Data", "数据"), option("money", "Money", "资金")]},
            {"id": "order", "type": "ranking", "label": both("What comes first?", "先后次序"),
             "items": [option("water", "Water", "供水"), option("roads", "Roads", "道路")]},
        ]},
        {"id": "more", "title": both("More", "其他"), "fields": [
            {"id": "agree", "type": "matrix", "label": both("Do you agree?", "是否同意"),
             "rows": [option("time", "I have time", "有时间"), option("means", "I have means", "有条件")],
             "columns": [option("yes", "Yes", "是"), option("no", "No", "否")]},
            {"id": "past", "type": "table", "label": both("Earlier trainings", "以往培训"), "rows": {"max": 3, "start": 1}, "columns": [
                {"id": "what", "type": "text", "label": both("Training", "培训")},
                {"id": "days", "type": "number", "label": both("Days", "天数")},
            ]},
            {"id": "wish", "type": "long", "label": both("Anything else?", "其他意见"), "limit": 300},
        ]},
    ],
})
ANSWER = {"know": "4", "used": "no", "wish": "More examples, please."}


def make(cast, *, mode=SurveyMode.ANONYMOUS, people=("learner",), group="", questionnaire=QUESTIONS, **more):
    """A survey of the county that opened yesterday and closes in ten days, made by the trainer."""
    settings = {
        "title": "", "mode": mode, "place_id": cast.places.county.id, "opens_at": NOW - timedelta(days=1),
        "closes_at": NOW + timedelta(days=10), "remind_days": (7, 1), **more,
    }
    with unit_of_work():
        survey = services_surveys.create(questionnaire=questionnaire, plan=Plan(**settings), actor_id=cast.ids["trainer"], now=NOW)
        services_surveys.ask(survey=survey, people={cast.ids[name]: group for name in people}, actor_id=cast.ids["trainer"], now=NOW)
    return survey.id


def ticket_in(page):
    """The ticket of a page with the form."""
    return page.split('name="_ticket" value="')[1].split('"')[0]
