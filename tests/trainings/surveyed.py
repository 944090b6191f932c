"""A training whose surveys are answered, for tests of pages."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import definitions, jobs, personal_codes, services_answers
from webapp.trainings import agenda, records, services_surrounding
from webapp.trainings.models import Training
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS, ENDS = datetime.combine(FIRST_DAY, time(9), SHANGHAI), datetime.combine(LAST_DAY, time(17), SHANGHAI)
SKILLS = ("explain", "targets", "align", "priorities", "data", "voices", "report", "cooperate", "facilitate")
LEVELS = ("new", "heard", "explain", "done", "teach")


def skills(level: int) -> dict[str, str]:
    """The same level, from 0, for every skill."""
    return {f"skills/{each}": LEVELS[level] for each in SKILLS}


def needs(number: int) -> dict[str, Any]:
    """An answer to the needs survey."""
    topics = ["priorities", "finance", "alignment"] if number % 2 else ["priorities", "indicators", "cases"]
    return {
        "department": "planning", "tasks": ["data"], "previous": "none", "topics": topics, "able-to": f"Words number {number}",
        "problem": "Wells in the hills", **skills(number % 2),
    }


def satisfaction(number: int) -> dict[str, Any]:
    """An answer to the satisfaction survey."""
    return {
        "overall": 8 + number % 3, "recommend": 9, "confidence": 4, "commitment": 4, "change": "More time", "pace": "right",
        **{f"content/{row}": "agree" for row in ("relevant", "clear", "local", "practice", "own-plan", "voice")}, **skills(2 + number % 2),
    }


def follow_up(number: int) -> dict[str, Any]:
    """An answer to the follow-up after three months."""
    return {
        "used": "often" if number % 2 else "some", "actions": ["told-colleagues", "alignment"], "action-plan": "half",
        "obstacles": ["time"], **skills(3),
    }


ANSWERS = {SurveyKind.NEEDS: needs, SurveyKind.SATISFACTION: satisfaction, SurveyKind.FOLLOW_UP_3: follow_up}


def prepare(training: Training, now: datetime = NOW) -> None:
    """Make the surveys, put them to people and invite them."""
    with unit_of_work():
        services_surrounding.prepare(records.locked(training.id), now)
    jobs.send_surveys(now)
    db.session.expire_all()


def answer(training: Training, kind: SurveyKind, participants: list[Participant], now: datetime) -> None:
    """Let people who cannot sign in answer with their codes."""
    _link, survey = services_surrounding.surveys_of(training.id)[kind]
    questionnaire = definitions.of_revision(survey.revision)
    for number, each in enumerate(participants):
        with unit_of_work():
            services_answers.use_code(
                survey=survey, questionnaire=questionnaire, code=personal_codes.code_of(survey.id, each.person_id),
                values=ANSWERS[kind](number), language="zh-Hans", now=now,
            )
    db.session.expire_all()


def attend(training: Training, participants: list[Participant], minutes: int = 180) -> None:
    """Everybody is at every session."""
    with unit_of_work():
        for session in agenda.sessions(training.id):
            for each in participants:
                db.session.add(Attendance(
                    session_id=session.id, participant_id=each.id, presence=Presence.PRESENT, minutes=minutes, changed_at=ENDS,
                ))


def whole(training: Training, participants: list[Participant]) -> datetime:
    """Answers to everything up to the follow-up after three months; the moment after that."""
    prepare(training)
    answer(training, SurveyKind.NEEDS, participants, NOW)
    attend(training, participants)
    prepare(training, ENDS)
    answer(training, SurveyKind.SATISFACTION, participants, ENDS)
    later = ENDS + timedelta(days=100)
    prepare(training, later)
    answer(training, SurveyKind.FOLLOW_UP_3, participants[:-1], later)
    return later
