"""Work of surveys that nobody waits for: invitations, reminders, and mixing the order in which anonymous answers lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update

from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import definitions, mail_surveys, personal_codes
from webapp.questionnaires.mail_surveys import Recipient
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_surveys import rounds_due

AT_ONCE = 500
# Nobody gets two mails about one survey within this time because somebody pressed a button.
REST = timedelta(hours=20)


def send_surveys(now: datetime) -> int:
    """Invite whoever was not invited to an open survey, and remind whoever has not answered; how many mails were due.

    Each invitation and each reminder is claimed by a conditional update together with its mail, so that it goes out once at most.
    """
    wanted = select(Survey).where(Survey.opens_at <= now, Survey.closes_at > now).order_by(Survey.closes_at, Survey.id)
    return sum(_invite(survey, now) + _note_codes(survey) + _remind(survey, now) for survey in db.session.scalars(wanted).all())


def _note_codes(survey: Survey) -> int:
    """Who has answered with a code is reminded no more. No mail: nought."""
    with unit_of_work():
        personal_codes.note_used(survey)
    return 0


def _ids(rows: Sequence[Any]) -> list[UUID]:
    return [row.id for row in rows]


def _people(survey: Survey, *conditions: Any) -> Sequence[Any]:
    return db.session.execute(
        select(Person.id, Person.language, SignIn.email, SignIn.disabled_at, personal_codes.cannot_sign_in().label("by_code"))
        .join(SurveyPerson, SurveyPerson.person_id == Person.id).outerjoin(SignIn, SignIn.person_id == Person.id)
        .where(SurveyPerson.survey_id == survey.id, Person.erased_at.is_(None), Person.merged_into_id.is_(None), *conditions)
        .order_by(Person.id).limit(AT_ONCE)
    ).all()


def _recipients(survey: Survey, rows: Iterable[Any], claimed: set[UUID]) -> Iterable[Recipient]:
    for row in rows:
        if row.id in claimed:
            code = personal_codes.code_of(survey.id, row.id) if row.by_code else ""
            yield Recipient(row.id, row.email if row.email and row.disabled_at is None else "", row.language, code)


def _invite(survey: Survey, now: datetime) -> int:
    rows = _people(survey, SurveyPerson.invited_at.is_(None), SurveyPerson.answered.is_(False))
    if not rows:
        return 0
    with unit_of_work():
        claimed = set(db.session.scalars(
            update(SurveyPerson)
            .where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id.in_(_ids(rows)), SurveyPerson.invited_at.is_(None))
            .values(invited_at=now).returning(SurveyPerson.person_id).execution_options(synchronize_session=False)
        ))
        questionnaire = definitions.of_revision(survey.revision)
        personal_codes.hand_out(survey, {row.id for row in rows if row.by_code and row.id in claimed})
        for to in _recipients(survey, rows, claimed):
            mail_surveys.invite(to=to, survey=survey, questionnaire=questionnaire, now=now)
        if survey.announced_at is None:
            survey.announced_at = now
    return len(claimed)


def _remind(survey: Survey, now: datetime) -> int:
    due = rounds_due(survey.closes_at, survey.remind_days, now)
    open_to = (SurveyPerson.reminders < due, SurveyPerson.answered.is_(False), SurveyPerson.invited_at.is_not(None))
    rows = _people(survey, *open_to) if due else ()
    if not rows:
        return 0
    with unit_of_work():
        return _remind_them(survey, rows, open_to, {"reminders": due}, now)


def remind_now(survey: Survey, now: datetime) -> int:
    """Remind who has not answered an open survey and had no mail about it today, in the caller's unit of work; how many were due."""
    personal_codes.note_used(survey)
    rested = (SurveyPerson.reminded_at.is_(None), SurveyPerson.reminded_at <= now - REST)
    open_to = (SurveyPerson.invited_at <= now - REST, SurveyPerson.answered.is_(False), or_(*rested))
    rows = _people(survey, *open_to)
    return _remind_them(survey, rows, open_to, {}, now) if rows else 0


def _remind_them(survey: Survey, rows: Sequence[Any], open_to: tuple[Any, ...], values: dict[str, Any], now: datetime) -> int:
    claimed = set(db.session.scalars(
        update(SurveyPerson)
        .where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id.in_(_ids(rows)), *open_to)
        .values(reminded_at=now, **values).returning(SurveyPerson.person_id).execution_options(synchronize_session=False)
    ))
    questionnaire = definitions.of_revision(survey.revision)
    for to in _recipients(survey, rows, claimed):
        mail_surveys.remind(to=to, survey=survey, questionnaire=questionnaire, now=now)
    return len(claimed)


# On PostgreSQL rows lie where they were put, one after another, and a dump writes them so: the newest answer last, and last, too, whoever
# was marked last. Both are written anew in the order of their keys, which are random or older than the survey.
_SHEETS = (
    "CREATE TEMPORARY TABLE mixed_sheets AS SELECT * FROM sheets WHERE survey_id = :survey AND anonymous",
    "CREATE TEMPORARY TABLE mixed_cells AS SELECT c.* FROM sheet_cells c JOIN mixed_sheets s ON s.id = c.sheet_id",
    "CREATE TEMPORARY TABLE mixed_tags AS SELECT t.* FROM answer_tags t JOIN mixed_sheets s ON s.id = t.sheet_id",
    "DELETE FROM sheets WHERE survey_id = :survey AND anonymous",
    "INSERT INTO sheets SELECT * FROM mixed_sheets ORDER BY id",
    "INSERT INTO sheet_cells SELECT * FROM mixed_cells ORDER BY sheet_id, path",
    "INSERT INTO answer_tags SELECT * FROM mixed_tags ORDER BY sheet_id, path, tag",
    "DROP TABLE mixed_sheets, mixed_cells, mixed_tags",
)
_PEOPLE = (
    "CREATE TEMPORARY TABLE mixed_people AS SELECT * FROM survey_people WHERE survey_id = :survey",
    "DELETE FROM survey_people WHERE survey_id = :survey",
    "INSERT INTO survey_people SELECT * FROM mixed_people ORDER BY person_id",
    "DROP TABLE mixed_people",
)


def mix_answers(now: datetime) -> int:  # noqa: ARG001  the signature of a job
    """Let nothing of the order remain in which anonymous answers came; how many surveys were mixed.

    SQLite keeps these tables in the order of their keys anyway. Who answers meanwhile waits; a survey that somebody holds is left
    for the next time.
    """
    waiting = list(db.session.scalars(select(Survey.id).where(Survey.unmixed).order_by(Survey.id)))
    mixed = 0
    for survey_id in waiting:
        with unit_of_work():
            mixed += _mix(survey_id)
    db.session.expire_all()
    return mixed


def _mix(survey_id: UUID) -> int:
    postgres = db.session.get_bind().dialect.name == "postgresql"
    if postgres:
        # Before the survey's row, as who answers does: otherwise the two could wait for each other.
        db.session.execute(text("LOCK TABLE survey_people IN SHARE ROW EXCLUSIVE MODE"))
    survey = db.session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update(skip_locked=True))
    if survey is None:
        return 0
    if postgres:
        for statement in (*_SHEETS, *(_PEOPLE if survey.mode is SurveyMode.ANONYMOUS else ())):
            db.session.execute(text(statement), {"survey": survey_id} if ":survey" in statement else {})
    survey.unmixed = False
    return 1
