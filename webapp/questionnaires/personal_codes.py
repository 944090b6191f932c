"""Codes for people who are asked and cannot sign in: always the same for a person and a survey, so that no mail gives a second one.

The database keeps the hash alone. Of an anonymous survey it holds no person beside it, as with a code on paper: what was answered
with it lies under a random id. From the used codes only follows who has answered, which is noted for everybody who is asked.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update

from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.ids import derived_code
from webapp.core.upsert import insert_for
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson
from webapp.questionnaires.services_answers import hashed

AT_ONCE = 500


def code_of(survey_id: UUID, person_id: UUID) -> str:
    """The code with which somebody answers a survey without a sign-in."""
    return derived_code(str(current_app.secret_key).encode(), f"answer of {person_id} to {survey_id}")


def cannot_sign_in() -> ColumnElement[bool]:
    """The condition, beside an outer join with sign-ins: there is none, or one that was never taken up."""
    return or_(SignIn.id.is_(None), and_(SignIn.password_hash.is_(None), SignIn.verified_at.is_(None), SignIn.disabled_at.is_(None)))


def hand_out(survey: Survey, person_ids: Collection[UUID]) -> None:
    """Let these people answer with their codes. A statement for 500."""
    named = survey.mode is SurveyMode.NAMED
    rows = sorted((
        {"code_hash": hashed(code_of(survey.id, each)), "survey_id": survey.id, "person_id": each if named else None, "used": False}
        for each in person_ids
    ), key=lambda row: str(row["code_hash"]))
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert_for(SurveyCode).on_conflict_do_nothing(), rows[start : start + AT_ONCE])


def note_used(survey: Survey) -> int:
    """Note of people who answered an anonymous survey with their code that they have answered; how many. Two queries, and a statement.

    Where somebody is asked by name, the answer itself notes it.
    """
    if survey.mode is not SurveyMode.ANONYMOUS:
        return 0
    waiting = db.session.scalars(
        select(SurveyPerson.person_id).join(Person, Person.id == SurveyPerson.person_id)
        .outerjoin(SignIn, SignIn.person_id == Person.id)
        .where(SurveyPerson.survey_id == survey.id, SurveyPerson.answered.is_(False), cannot_sign_in())
    ).all()
    hashes = {hashed(code_of(survey.id, each)): each for each in waiting}
    used = set(db.session.scalars(
        select(SurveyCode.code_hash).where(SurveyCode.survey_id == survey.id, SurveyCode.used)
    )) & set(hashes) if hashes else set()
    if not used:
        return 0
    found: Any = db.session.execute(
        update(SurveyPerson).where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id.in_([hashes[each] for each in used]))
        .values(answered=True).execution_options(synchronize_session=False)
    )
    # Rows written now lie last on PostgreSQL: they are mixed as after every answer.
    survey.unmixed = True
    return int(found.rowcount)
