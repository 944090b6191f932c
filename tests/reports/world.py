"""A training that was held, filled with people whose numbers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Sex
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.courses.catalogue import catalogue
from webapp.courses.questionnaire.shipped import surveys
from webapp.courses.services import store_revisions
from webapp.questionnaires.models import Sheet, SheetCell, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.trainings.models import AgendaItem, ItemKind, Training, TrainingSession
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

HELD = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
DAYS = (date(2026, 12, 14), date(2026, 12, 15))
COURSE = "tot-1-introduction"
ITEMS = (
    (ItemKind.OPENING, 20, 25, {"zh-Hans": "开班与介绍", "en": "Opening"}),
    (ItemKind.LESSON, 60, 60, {"zh-Hans": "可持续发展目标与本地规划", "en": "The Goals and the local plan"}),
    (ItemKind.BREAK, 15, 15, {"zh-Hans": "茶歇", "en": "Break"}),
    (ItemKind.EXERCISE, 70, 80, {"zh-Hans": "规划对接练习", "en": "Alignment exercise"}),
    (ItemKind.TALK, 15, 0, {"zh-Hans": "经验分享", "en": "Experience of a neighbour"}),
)


@dataclass(frozen=True)
class World:
    """What was made."""

    training: Training
    sessions: Sequence[TrainingSession]
    participants: Sequence[Participant]


def office(kind: OrganisationType, place_id: UUID, name: str = "") -> Organisation:
    """An organisation of a type."""
    called = name or f"{kind.value} office"
    row = Organisation(id=new_id(), name=called, name_key=f"{called}{new_id()}", type=kind, place_id=place_id, created_at=HELD)
    db.session.add(row)
    db.session.flush()
    return row


def hold(training: Training, people: int = 12, *, tested: bool = True, answered: bool = True, business: int = 2) -> World:
    """Hold a training of two days with four half-days.

    Of `people` with a seat the first `business` work for a business, the rest for the government; every third is a man; the last
    one never came, the one before only to the first half-day; two more were invited and declined.
    """
    offices = {kind: office(kind, training.place_id) for kind in (OrganisationType.GOVERNMENT, OrganisationType.BUSINESS)}
    training.host_id = office(OrganisationType.GOVERNMENT, training.place_id, "长安区委组织部").id
    sessions = [
        TrainingSession(
            id=new_id(), training_id=training.id, day=day, starts=starts, ends=ends, secret=new_code(), changed_at=HELD,
            title="上午" if starts.hour < 12 else "下午",
        )
        for day in DAYS for starts, ends in ((time(9), time(12)), (time(14), time(17)))
    ]
    db.session.add_all(sessions)
    db.session.flush()
    for session in sessions:
        db.session.add_all(
            AgendaItem(session_id=session.id, position=at, minutes=planned, held_minutes=held, kind=kind, titles=titles)
            for at, (kind, planned, held, titles) in enumerate(ITEMS)
        )
    made = [_person(training, number, offices[OrganisationType.BUSINESS if number < business else OrganisationType.GOVERNMENT])
            for number in range(people)]
    for number in range(2):
        declined = _person(training, people + number, offices[OrganisationType.GOVERNMENT])
        declined.state = ParticipantState.DECLINED
    db.session.flush()
    for number, participant in enumerate(made):
        _attend(sessions, participant, 0 if number == people - 1 else 1 if number == people - 2 else 4)
    if tested:
        _sittings(training, made[:-2])
    if answered:
        _survey(training, SurveyKind.SATISFACTION, made[:-1])
    db.session.commit()
    return World(training, sessions, made)


def _person(training: Training, number: int, where: Organisation) -> Participant:
    person = Person(
        id=new_id(), name=f"学员{number:03d}", language="zh-Hans", time_zone="Asia/Shanghai", place_id=training.place_id,
        organisation_id=where.id, position_level=PositionLevel.MIDDLE if number % 2 else PositionLevel.JUNIOR,
        sex=Sex.FEMALE if number % 3 else Sex.MALE, created_at=HELD,
    )
    db.session.add(person)
    db.session.flush()
    row = Participant(
        id=new_id(), training_id=training.id, person_id=person.id, state=ParticipantState.REGISTERED, joined_by=JoinedBy.TRAINER,
        code=new_code(), form_before="ab"[number % 2], listed_at=HELD, invited_at=HELD, registered_at=HELD, rounds=1,
    )
    db.session.add(row)
    return row


def _attend(sessions: Sequence[TrainingSession], participant: Participant, times: int) -> None:
    for at, session in enumerate(sessions):
        here = at < times
        db.session.add(Attendance(
            session_id=session.id, participant_id=participant.id, presence=Presence.PRESENT if here else Presence.ABSENT,
            minutes=180 if here else 0, changed_at=HELD,
        ))
    if times == len(sessions):
        participant.completed_at = HELD


def _sittings(training: Training, participants: Sequence[Participant]) -> None:
    course = catalogue().course(COURSE)
    assert course is not None
    training.test_course_id = COURSE
    for number, participant in enumerate(participants):
        for moment, form, right in ((Moment.BEFORE, "a", 0.4), (Moment.AFTER, "b", 0.75)):
            questions = course.forms[form].questions
            marks = [str(each.points) if (at * 7 + number) % 20 < 20 * right else "0" for at, each in enumerate(questions)]
            db.session.add(Sitting(
                training_id=training.id, participant_id=participant.id, moment=moment, form=form, course_id=COURSE,
                course_revision=course.revision, language="zh-Hans", started_at=HELD, submitted_at=HELD,
                paper=[{"question": each.id, "revision": each.revision, "order": []} for each in questions],
                maximum=sum(each.points for each in questions), marks=marks, score_thousandths=1000 * sum(map(int, marks)),
            ))


def _survey(training: Training, kind: SurveyKind, participants: Sequence[Participant]) -> None:
    questionnaire = surveys()["satisfaction-survey"]
    store_revisions([questionnaire], HELD)
    survey = Survey(
        id=new_id(), questionnaire_id=questionnaire.id, revision=questionnaire.revision, mode=SurveyMode.ANONYMOUS,
        place_id=training.place_id, opens_at=HELD, closes_at=HELD + timedelta(hours=2), created_by_id=training.created_by_id,
        created_at=HELD,
    )
    db.session.add(survey)
    db.session.flush()
    db.session.add(TrainingSurvey(training_id=training.id, kind=kind, survey_id=survey.id))
    for number, participant in enumerate(participants):
        answered = number % 4 != 3
        db.session.add(SurveyPerson(survey_id=survey.id, person_id=participant.person_id, answered=answered))
        if answered:
            said = ("agree", "strongly-agree", "neither")[number % 3]
            _answer(survey, questionnaire.revision, {
                "overall": 7 + number % 4, "recommend": 8, "confidence": 4, "commitment": 3 + number % 3,
                **{f"content/{row}": said for row in ("relevant", "clear", "local", "practice")},
            })


def _answer(survey: Survey, revision: str, values: dict[str, Any]) -> None:
    sheet = Sheet(
        id=new_id(), questionnaire_id=survey.questionnaire_id, revision=revision, language="zh-Hans", state=SheetState.DONE, version=1,
        changes=1, anonymous=True, survey_id=survey.id, created_at=HELD, changed_at=HELD,
    )
    db.session.add(sheet)
    db.session.flush()
    db.session.add_all(
        SheetCell(sheet_id=sheet.id, path=path, field_id=path.partition("/")[0], value=value, version=1, changed_at=HELD)
        for path, value in values.items()
    )
