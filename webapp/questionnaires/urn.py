"""The urn of an anonymous survey: nobody looks in while answers can come, and once somebody could have looked, nothing comes in.

Two looks, one before an answer and one after it, would tell the answer. So results wait for the closing, for the forms that were
printed and for answers under way; and then the survey is not opened again, and no form of it is printed or entered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, exists, select

from webapp.accounts.models import Person, SignIn
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.suppression import LEAST
from webapp.questionnaires import personal_codes, queries_surveys
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson, SurveyTicket
from webapp.questionnaires.rules_surveys import ResultsAreOut
from webapp.questionnaires.services_answers import hashed

# So long after the closing a page that was cut off may be sent again.
UNDER_WAY = timedelta(days=1)
AT_ONCE = 500


class Wait(StrEnum):
    """For what results wait: the closing, printed forms that were not entered, or an answer that was cut off on its way."""

    CLOSING = "closing"
    FORMS = "forms"
    ANSWERS = "answers"


def waits(survey: Survey, now: datetime) -> Wait | None:
    """For what the results of a survey wait; None where they can be looked at. Four queries at most, none where there are names."""
    if survey.mode is not SurveyMode.ANONYMOUS:
        return None
    if now < survey.closes_at:
        return Wait.CLOSING
    if now < survey.closes_at + UNDER_WAY and db.session.scalar(select(exists().where(SurveyTicket.survey_id == survey.id))):
        return Wait.ANSWERS
    return Wait.FORMS if forms_out(survey) else None


def is_sealed(survey: Survey, now: datetime) -> bool:
    """Whether somebody could have looked at the results of an anonymous survey. Five queries at most."""
    if survey.mode is not SurveyMode.ANONYMOUS or now < survey.closes_at:
        return False
    return queries_surveys.answers_of(survey.id) >= LEAST and waits(survey, now) is None


def must_not_be_sealed(survey: Survey, now: datetime) -> None:
    """Raise `ResultsAreOut` where another answer could be told by it."""
    if is_sealed(survey, now):
        raise ResultsAreOut


def forms_out(survey: Survey) -> list[str]:
    """Hashes of the codes of printed forms that were not entered; codes that people got by mail are none. Two queries at most."""
    unused = set(db.session.scalars(select(SurveyCode.code_hash).where(SurveyCode.survey_id == survey.id, SurveyCode.used.is_(False))))
    if not unused:
        return []
    asked = db.session.scalars(
        select(SurveyPerson.person_id).outerjoin(SignIn, SignIn.person_id == SurveyPerson.person_id)
        .join(Person, Person.id == SurveyPerson.person_id).where(SurveyPerson.survey_id == survey.id, personal_codes.cannot_sign_in())
    )
    return sorted(unused - {hashed(personal_codes.code_of(survey.id, each)) for each in asked})


def discard_forms(*, survey: Survey, actor_id: UUID, now: datetime) -> int:
    """All forms that came back are entered: the others of a `locked` survey hold no longer. How many those were."""
    out = forms_out(survey)
    for start in range(0, len(out), AT_ONCE):
        db.session.execute(delete(SurveyCode).where(SurveyCode.code_hash.in_(out[start : start + AT_ONCE])))
    if out:
        record(actor_id=actor_id, action="survey.forms_discarded", subject=("survey", survey.id), now=now, place_id=survey.place_id,
               after={"forms": len(out)})
    return len(out)
